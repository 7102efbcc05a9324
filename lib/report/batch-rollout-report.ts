import type { Table } from '../core/table.ts';
import type { RolloutPlan } from '../rollout/plan-rollout.ts';
import { liveDeployment } from '../rollout/traffic.ts';
import { CHANGES, endpointSteps } from './rollout-report.ts';

/** Everything that a rollout to a batch endpoint does, one row per step. @param trialInputs of the trial job; none without a trial */
export function batchRolloutTable(plan: RolloutPlan, trialInputs: Readonly<Record<string, string>>): Table {
  const { deployment, before, remove, change, earlierRollout } = plan;
  const live = liveDeployment(before) ?? 'none';
  const inputs = Object.entries(trialInputs).map(([name, value]) => `${name}=${value}`);
  const rows: [step: string, live: string, details: string][] = [
    ...endpointSteps(plan).map((step): [string, string, string] => [step, 'none', '']),
    [
      earlierRollout?.how === 'undo'
        ? `undo the rollout of ${earlierRollout.saved.to}`
        : 'save the name of the default deployment',
      live,
      '',
    ],
    [`deploy ${deployment}`, live, CHANGES[change]],
    [`try ${deployment}`, live, inputs.length > 0 ? `a job with ${inputs.join(', ')}` : 'no trial inputs'],
    [`make ${deployment} the default deployment`, deployment, ''],
    ...remove.map((name): [string, string, string] => [`delete ${name}`, deployment, '']),
  ];
  return {
    columns: ['#', 'Step', 'Default deployment', 'Details'],
    rows: rows.map(([step, name, details], i) => [String(i + 1), step, name, details]),
    right: [0],
  };
}
