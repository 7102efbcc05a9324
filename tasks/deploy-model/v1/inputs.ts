import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, flag, optional, pairs, parsed } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { DEFAULT_HEALTH, parseHealthRules } from '../../../lib/rollout/health.ts';
import { parsePercent, parseShares } from '../../../lib/rollout/shares.ts';
import { givenInputs } from './unused-inputs.ts';

export type Inputs = ReturnType<typeof readInputs>;

const DEFAULT_SHARES = { blueGreen: '0,100', canary: '0,10,50,100', recreate: '100' };

export function readInputs(inputs: TaskInputs) {
  const mode = choice(inputs, 'mode', ['deploy', 'rollback'], 'deploy');
  const endpointType = choice(inputs, 'endpointType', ['online', 'batch'], 'online');
  const strategy = choice(inputs, 'strategy', ['blueGreen', 'canary', 'recreate'], 'blueGreen');
  const read = {
    target: readAzureTarget(inputs),
    mode,
    endpointType,
    endpointName: optional(inputs, 'endpointName'),
    /** Absolute paths. */
    endpointFile: inputs.path('endpointFile'),
    deploymentFile: inputs.path('deploymentFile'),
    deploymentName: optional(inputs, 'deploymentName'),
    model: optional(inputs, 'model'),
    instanceType: optional(inputs, 'instanceType'),
    instanceCount: optional(inputs, 'instanceCount'),
    endpointOverrides: parseOverrides(optional(inputs, 'endpointOverrides') ?? ''),
    overrides: parseOverrides(optional(inputs, 'overrides') ?? ''),
    strategy,
    shares: parsed(inputs, 'trafficSteps', parseShares, DEFAULT_SHARES[strategy]),
    mirror: parsed(inputs, 'mirrorPercent', (text) => parsePercent(text, 50), '0'),
    bakeMs: parsed(inputs, 'bakeMinutes', parseMinutes, '5'),
    from: inputs.text('from') === undefined ? undefined : parsed(inputs, 'from', parsePercent),
    to: parsed(inputs, 'to', parsePercent, '100'),
    onFailure: choice(inputs, 'onFailure', ['rollback', 'stop'], 'rollback'),
    keep: parsed(inputs, 'keep', parsePercent, '1'),
    smokeTests: inputs.path('smokeTests'),
    goldenData: inputs.path('goldenData'),
    /** Relative to the size of a number. */
    tolerance: parsed(inputs, 'tolerance', parseTolerance, '0.000001'),
    /** Percent of the golden requests whose answers may differ. */
    mostDifferences: parsed(inputs, 'mostDifferences', parsePercent, '0'),
    health: parsed(inputs, 'healthRules', parseHealthRules, DEFAULT_HEALTH),
    hasHealthRules: inputs.text('healthRules') !== undefined,
    trialInputs: pairs(inputs, 'trialInputs'),
    provideCredential: flag(inputs, 'provideCredential', false),
    allowHttp: flag(inputs, 'allowHttp', false),
    releaseFile: optional(inputs, 'releaseFile') ?? 'model-release.json',
    whatIf: flag(inputs, 'whatIf', false),
    /** Names of the inputs that have a value of the user's own. */
    given: givenInputs(inputs),
    run: readPipelineRun(inputs),
    tempFolder: inputs.variable('Agent.TempDirectory') ?? process.cwd(),
    /** Messages show paths relative to it. */
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
  };
  checkTogether(read);
  return read;
}

/** @returns milliseconds */
function parseMinutes(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number * 60_000;
  throw new UserError({
    code: 'InputInvalid',
    message: `'${text}' is not a number of minutes.`,
    fix: 'Write, for example, 5 or 0.5. With 0 only twenty requests are sent.',
  });
}

function parseTolerance(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0 && number < 1) return number;
  throw new UserError({
    code: 'InputInvalid',
    message: `'${text}' is not a number from 0 to 1.`,
    fix: 'Write, for example, 0.001 for a tenth of a percent.',
  });
}

/** What only several inputs together say. */
function checkTogether(inputs: Inputs): void {
  const { mode, endpointName, endpointFile, deploymentFile, model, instanceType, endpointType } = inputs;
  const missing = (message: string, fix: string): UserError => new UserError({ code: 'InputMissing', message, fix });
  if (!endpointName && !endpointFile && !deploymentFile)
    throw missing(
      'The endpoint is not named.',
      'Fill in endpointName, or name the endpoint’s or the deployment’s file.',
    );
  if (mode === 'rollback') return;
  if (inputs.endpointOverrides.length > 0 && !endpointFile)
    throw new UserError({
      code: 'InputInvalid',
      message: 'The input endpointOverrides changes fields of the endpoint’s file, but endpointFile is empty.',
      fix: 'Name the endpoint’s file, or remove endpointOverrides.',
    });
  checkSteps(inputs);
  checkSamples(inputs);
  if (endpointType === 'batch' && (instanceType || inputs.instanceCount))
    throw new UserError({
      code: 'InputInvalid',
      message: 'The inputs instanceType and instanceCount are for online endpoints.',
      fix: 'Remove them. Batch deployments run on the compute of their file; overrides changes its resources.instance_count.',
    });
  if (deploymentFile) return;
  if (endpointType === 'batch')
    throw missing('The input deploymentFile is empty.', 'Name the YAML file of the batch deployment.');
  if (!model || !instanceType)
    throw missing(
      'There is neither a deploymentFile nor both model and instanceType.',
      'Name the deployment’s file; or, for an MLflow model, fill in model and instanceType.',
    );
}

/** Health is measured by requests of the task's own. */
function checkSamples({ hasHealthRules, smokeTests, goldenData, endpointType }: Inputs): void {
  const invalid = (message: string, fix: string): UserError => new UserError({ code: 'InputInvalid', message, fix });
  if (endpointType === 'batch' && (hasHealthRules || smokeTests || goldenData))
    throw invalid(
      'The inputs smokeTests, goldenData and healthRules are for online endpoints.',
      'Remove them. A trial job (trialInputs) tests a batch deployment.',
    );
  if (hasHealthRules && !smokeTests && !goldenData)
    throw invalid(
      'The input healthRules has rules, but there are no requests to measure by: smokeTests and goldenData are empty.',
      'Fill in smokeTests or goldenData, or remove healthRules.',
    );
}

/** Steps that this endpoint and this strategy have. A batch endpoint has one default deployment: it changes in one step. */
function checkSteps({ endpointType, strategy, shares, mirror, from, to }: Inputs): void {
  const invalid = (message: string, fix: string): UserError => new UserError({ code: 'InputInvalid', message, fix });
  if (endpointType === 'batch' && strategy !== 'blueGreen')
    throw invalid(
      `The input strategy is ${strategy}, but the default deployment of a batch endpoint changes in one step.`,
      'Remove strategy. A trial job (trialInputs) tests the deployment before it becomes the default one.',
    );
  if (strategy === 'recreate' && mirror > 0)
    throw invalid(
      'The input mirrorPercent needs a second deployment, but strategy is recreate.',
      'Remove mirrorPercent, or set strategy to canary.',
    );
  const steps = [0, ...(endpointType === 'batch' || strategy === 'recreate' ? [100] : shares)];
  for (const [name, value] of Object.entries({ from, to }))
    if (value !== undefined && !steps.includes(value))
      throw invalid(
        `The input ${name} is ${value}, which is not one of the steps ${steps.join(', ')}.`,
        `Use one of these steps, or add ${value} to trafficSteps.`,
      );
  if (from !== undefined && from > to)
    throw invalid(
      `The input from is ${from}, which is more than the input to, ${to}.`,
      'A step goes from a share to the same or a larger one.',
    );
  if (endpointType === 'batch' && (mirror > 0 || to !== 100 || from !== undefined))
    throw invalid(
      'The inputs mirrorPercent, from and to are for online endpoints.',
      'Remove them. For an approval, deploy in a stage that waits for one.',
    );
}
