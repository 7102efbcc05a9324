import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { english, type Message } from '../../../lib/core/message.ts';
import type { Pipeline, TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { ROOT } from '../../../scripts/layout.ts';
import { writtenNames } from '../../../tasks/deploy-model/v1/compile.ts';
import { type Inputs, readInputs } from '../../../tasks/deploy-model/v1/inputs.ts';
import { DEPLOYING, unusedInputs, warnOfUnused } from '../../../tasks/deploy-model/v1/unused-inputs.ts';

interface TaskJson {
  inputs: { name: string; type: string; defaultValue?: string }[];
}
const TASK = JSON.parse(readFileSync(join(ROOT, 'tasks/deploy-model/v1/task.json'), 'utf8')) as TaskJson;
const DEFAULTS = Object.fromEntries(TASK.inputs.map(({ name, defaultValue }) => [name, defaultValue || undefined]));

/** Reads inputs as the agent gives them: with the defaults of task.json, and the folder of the sources for files without a value. */
function read(values: Readonly<Record<string, string>>): Inputs {
  const all: Record<string, string | undefined> = {
    ...DEFAULTS,
    resourceGroupName: 'rg',
    workspaceName: 'ws',
    ...values,
  };
  const isFile = (name: string): boolean => TASK.inputs.find((one) => one.name === name)?.type === 'filePath';
  const connection = { url: 'https://arm/', data: { subscriptionid: 's' }, scheme: 'ServicePrincipal', parameters: {} };
  return readInputs({
    text: (name: string) => (isFile(name) ? (all[name] ?? '/sources') : all[name]),
    path: (name: string) => all[name],
    variable: () => 'x',
    connection: () => connection,
    systemAccessToken: () => 't',
  } as unknown as TaskInputs);
}

const NAMED = { endpointName: 'churn', deploymentFile: 'd.yml' };
const ONLINE = { ...NAMED, smokeTests: 's.yml' };
/** What a step can be, as its inputs say it. */
const KINDS = {
  blueGreen: ONLINE,
  canary: { ...ONLINE, strategy: 'canary' },
  recreate: { ...ONLINE, strategy: 'recreate' },
  golden: { ...ONLINE, goldenData: 'g.jsonl' },
  differing: { ...ONLINE, healthRules: 'answers.differing <= 0.1' },
  batch: { ...NAMED, endpointType: 'batch' },
  rollback: { mode: 'rollback', endpointName: 'churn' },
  batchRollback: { mode: 'rollback', endpointName: 'churn', endpointType: 'batch' },
} as const;
type Kind = keyof typeof KINDS;
type Outcome = 'used' | 'warned' | 'refused';

/** A value that is not the default one. */
const VALUES: Record<string, string> = {
  endpointFile: 'e.yml',
  deploymentFile: 'other.yml',
  model: 'churn:7',
  instanceType: 'Standard_DS3_v2',
  instanceCount: '2',
  deploymentName: 'version',
  strategy: 'canary',
  trafficSteps: '0,20,100',
  mirrorPercent: '10',
  bakeMinutes: '7',
  from: '0',
  to: '0',
  onFailure: 'stop',
  keep: '2',
  smokeTests: 'other.yml',
  goldenData: 'g.jsonl',
  mostDifferences: '3',
  tolerance: '0.01',
  healthRules: 'candidate.p95 < 100.0',
  trialInputs: 'a=b',
  endpointOverrides: 'tags.a=b',
  overrides: 'tags.a=b',
  provideCredential: 'true',
  allowHttp: 'true',
  releaseFile: 'r.json',
};

/** Everything that is not used: the rest is. */
const NOT_USED: Partial<Record<Kind, Partial<Record<string, Outcome>>>> = {
  blueGreen: { mostDifferences: 'warned', tolerance: 'warned', trialInputs: 'warned' },
  canary: { mostDifferences: 'warned', tolerance: 'warned', trialInputs: 'warned' },
  recreate: {
    ...{ mostDifferences: 'warned', tolerance: 'warned', trialInputs: 'warned', trafficSteps: 'warned' },
    ...{ mirrorPercent: 'refused', keep: 'warned' },
  },
  golden: { trialInputs: 'warned' },
  differing: { mostDifferences: 'warned', trialInputs: 'warned' },
  batch: {
    ...{ instanceType: 'refused', instanceCount: 'refused', strategy: 'refused', trafficSteps: 'warned' },
    ...{ mirrorPercent: 'refused', bakeMinutes: 'warned', from: 'refused', to: 'refused', smokeTests: 'refused' },
    ...{ goldenData: 'refused', mostDifferences: 'warned', tolerance: 'warned', healthRules: 'refused' },
    ...{ provideCredential: 'warned', allowHttp: 'warned' },
  },
  rollback: Object.fromEntries(Object.keys(VALUES).map((name) => [name, 'warned'])),
  batchRollback: Object.fromEntries(Object.keys(VALUES).map((name) => [name, 'warned'])),
};

/** What becomes of an input, and what the step says about it. */
function outcomeOf(kind: Kind, name: string): { outcome: Outcome; said: string } {
  // Its file is what such overrides change.
  const needed: Record<string, string> =
    name === 'endpointOverrides' && !kind.toLowerCase().includes('rollback') ? { endpointFile: 'e.yml' } : {};
  try {
    const inputs = read({ ...KINDS[kind], ...needed, [name]: VALUES[name]! });
    const said: string[] = [];
    const message = (text: Message<string>, values: Record<string, string>) => english({ message: text, values });
    warnOfUnused(inputs, { warn: (text: string) => said.push(text), message } as unknown as Pipeline);
    return { outcome: unusedInputs(inputs).includes(name) ? 'warned' : 'used', said: said.join('\n') };
  } catch (error) {
    return { outcome: 'refused', said: (error as Error).message };
  }
}

describe('the inputs of a deployment', () => {
  const ALWAYS = ['connectedServiceNameARM', 'resourceGroupName', 'workspaceName', 'mode', 'endpointType', 'whatIf'];

  it('are all in the table of what they apply to, with the defaults of task.json', () => {
    const names = TASK.inputs.map(({ name }) => name).filter((name) => ![...ALWAYS, 'endpointName'].includes(name));
    assert.deepEqual(Object.keys(DEPLOYING).toSorted(), names.toSorted());
    assert.deepEqual(Object.keys(VALUES).toSorted(), names.toSorted());
    for (const [name, { byDefault }] of Object.entries(DEPLOYING)) assert.equal(byDefault, DEFAULTS[name], name);
  });

  for (const kind of Object.keys(KINDS) as Kind[])
    it(`are used, or named in a warning or an error: ${kind}`, () => {
      for (const name of Object.keys(VALUES)) {
        const { outcome, said } = outcomeOf(kind, name);
        assert.equal(outcome, NOT_USED[kind]?.[name] ?? 'used', `${name}: ${said}`);
        if (outcome !== 'used') assert.match(said, new RegExp(`\\b${name}\\b`), name);
      }
    });

  it('say nothing when they have the values of their defaults', () => {
    for (const kind of Object.keys(KINDS) as Kind[]) assert.deepEqual(unusedInputs(read(KINDS[kind])), [], kind);
  });

  it('say when they apply, each in a sentence', () => {
    assert.equal(
      outcomeOf('blueGreen', 'mostDifferences').said,
      'The input mostDifferences has no effect here: it applies only with goldenData.',
    );
    assert.equal(
      outcomeOf('rollback', 'keep').said,
      "mode: rollback does not use these inputs of mode: deploy: 'keep'.",
    );
  });

  it('name the endpoint in a file, which a rollback reads then', () => {
    assert.deepEqual(unusedInputs(read({ mode: 'rollback', endpointFile: 'e.yml', deploymentFile: 'd.yml' })), []);
  });

  it('name the endpoint as Azure ML writes it: in small letters', () => {
    assert.equal(writtenNames(read({ ...KINDS.rollback, endpointName: 'Churn' })).endpoint, 'churn');
  });

  it('warn of each one whatever the others are', () => {
    fc.assert(
      fc.property(
        fc.subarray(Object.keys(VALUES)),
        fc.constantFrom<Kind>('blueGreen', 'recreate', 'rollback'),
        (names, kind) => {
          const given = Object.fromEntries(names.map((name) => [name, VALUES[name]!]));
          let inputs: Inputs;
          try {
            inputs = read({ ...given, ...KINDS[kind] });
          } catch {
            return;
          }
          for (const name of unusedInputs(inputs)) assert.ok(names.includes(name), name);
        },
      ),
    );
  });
});
