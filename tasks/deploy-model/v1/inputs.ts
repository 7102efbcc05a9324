import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, flag, minutes, optional, pairs, parsed } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { DEFAULT_HEALTH, HEALTH_VARIABLES } from '../../../lib/rollout/health.ts';
import { parsePercent, parseShares } from '../../../lib/rollout/shares.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

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
    bakeMs: minutes(inputs, 'bakeMinutes') ?? 0,
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
    health: parsed(inputs, 'healthRules', (text) => parseRules(text, HEALTH_VARIABLES), DEFAULT_HEALTH),
    trialInputs: pairs(inputs, 'trialInputs'),
    provideCredential: flag(inputs, 'provideCredential', false),
    releaseFile: optional(inputs, 'releaseFile') ?? 'model-release.json',
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
    tempFolder: inputs.variable('Agent.TempDirectory') ?? process.cwd(),
    /** Messages show paths relative to it. */
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
  };
  checkTogether(read);
  return read;
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
function checkTogether({
  mode,
  endpointName,
  endpointFile,
  deploymentFile,
  model,
  instanceType,
  endpointType,
}: Omit<Inputs, never>): void {
  const missing = (message: string, fix: string): UserError => new UserError({ code: 'InputMissing', message, fix });
  if (!endpointName && !endpointFile && !deploymentFile)
    throw missing(
      'The endpoint is not named.',
      'Fill in endpointName, or name the endpoint’s or the deployment’s file.',
    );
  if (mode === 'rollback' || deploymentFile) return;
  if (endpointType === 'batch')
    throw missing('The input deploymentFile is empty.', 'Name the YAML file of the batch deployment.');
  if (!model || !instanceType)
    throw missing(
      'There is neither a deploymentFile nor both model and instanceType.',
      'Name the deployment’s file; or, for an MLflow model, fill in model and instanceType.',
    );
}
