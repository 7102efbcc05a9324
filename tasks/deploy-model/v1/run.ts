import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { deploy } from './deploy.ts';
import type { Inputs } from './inputs.ts';
import { rollBack } from './rollback.ts';
import { warnOfUnused } from './unused-inputs.ts';

/** Deploys to an online or a batch endpoint, or restores what served before the last deployment. */
export function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  warnOfUnused(inputs, ports.pipeline);
  return inputs.mode === 'rollback' ? rollBack(inputs, ports) : deploy(inputs, ports);
}
