import { allOf } from '../../../lib/core/words.ts';
import type { Pipeline, TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import type { Strategy } from '../../../lib/rollout/plan-rollout.ts';
import type { Rule } from '../../../lib/rules/rules.ts';
import { messages } from './messages.ts';

/** What of the inputs says which others have an effect. */
export interface Choices {
  mode: 'deploy' | 'rollback';
  endpointType: 'online' | 'batch';
  strategy: Strategy;
  endpointName: string | undefined;
  smokeTests: string | undefined;
  goldenData: string | undefined;
  health: readonly Rule[];
  /** See `givenInputs`. */
  given: readonly string[];
}

/** When an input of `mode: deploy` has an effect, in the words of a warning. */
interface Applies {
  /** Of type filePath: the agent gives an empty one the folder of the sources. */
  isFile?: boolean;
  /** Of task.json, which the agent fills in; a value of the user's own is another one. */
  byDefault?: string;
  when: string;
  isUsed: (inputs: Choices) => boolean;
}

const always: Applies = { when: '', isUsed: () => true };
const online: Applies = { when: 'to online endpoints', isUsed: ({ endpointType }) => endpointType === 'online' };
const inSteps: Applies = {
  when: 'to online endpoints with the strategy blueGreen or canary',
  isUsed: ({ endpointType, strategy }) => endpointType === 'online' && strategy !== 'recreate',
};
const withGoldenData: Applies = {
  when: 'only with goldenData',
  isUsed: ({ goldenData }) => goldenData !== undefined,
};

/** The inputs that `mode: deploy` reads and `mode: rollback` does not. */
export const DEPLOYING: Readonly<Record<string, Applies>> = {
  endpointFile: { ...always, isFile: true },
  deploymentFile: { ...always, isFile: true },
  model: always,
  instanceType: online,
  instanceCount: online,
  deploymentName: always,
  strategy: { ...online, byDefault: 'blueGreen' },
  trafficSteps: inSteps,
  mirrorPercent: { ...inSteps, byDefault: '0' },
  bakeMinutes: { ...online, byDefault: '5' },
  from: online,
  to: { ...online, byDefault: '100' },
  onFailure: { ...always, byDefault: 'rollback' },
  keep: {
    byDefault: '1',
    when: 'to the strategies blueGreen and canary: recreate deletes no deployment',
    isUsed: ({ strategy }) => strategy !== 'recreate',
  },
  smokeTests: { ...online, isFile: true },
  goldenData: { ...online, isFile: true },
  mostDifferences: { ...withGoldenData, byDefault: '0' },
  tolerance: {
    byDefault: '0.000001',
    when: 'only with goldenData, or with healthRules that read answers.differing',
    isUsed: ({ goldenData, health }) =>
      goldenData !== undefined ||
      health.some(({ conditions }) => conditions.some(({ uses }) => uses.some(({ name }) => name === 'differing'))),
  },
  healthRules: online,
  trialInputs: { when: 'to batch endpoints', isUsed: ({ endpointType }) => endpointType === 'batch' },
  endpointOverrides: always,
  overrides: always,
  provideCredential: { ...online, byDefault: 'false' },
  allowHttp: {
    byDefault: 'false',
    when: 'to online endpoints that smokeTests or goldenData are sent to',
    isUsed: ({ endpointType, smokeTests, goldenData }) =>
      endpointType === 'online' && (smokeTests ?? goldenData) !== undefined,
  },
  releaseFile: { ...always, byDefault: 'model-release.json' },
};

/** Names of the inputs above that have a value of the user's own. */
export function givenInputs(inputs: TaskInputs): string[] {
  return Object.entries(DEPLOYING).flatMap(([name, { byDefault, isFile }]) => {
    const text = isFile ? inputs.path(name) : inputs.text(name);
    return text === undefined || text === byDefault ? [] : [name];
  });
}

/** The inputs that have a value and no effect. Files are read by a rollback that has to find the name of the endpoint. */
export function unusedInputs(inputs: Choices): string[] {
  const { mode, given, endpointName } = inputs;
  if (mode === 'deploy') return given.filter((name) => !DEPLOYING[name]!.isUsed(inputs));
  return given.filter((name) => endpointName !== undefined || !['endpointFile', 'deploymentFile'].includes(name));
}

/** Warns of the inputs that have a value and no effect, and says when they would have one. */
export function warnOfUnused(inputs: Choices, pipeline: Pipeline): void {
  const unused = unusedInputs(inputs);
  if (unused.length === 0) return;
  if (inputs.mode === 'rollback') {
    pipeline.warn(pipeline.message(messages.UnusedByRollback, { inputs: allOf(unused) }));
    return;
  }
  for (const input of unused)
    pipeline.warn(pipeline.message(messages.InputUnused, { input, when: DEPLOYING[input]!.when }));
}
