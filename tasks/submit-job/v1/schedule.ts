import { getSchedule } from '../../../lib/azureml/schedules.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { planScheduleRun, type ScheduleRunAnswer } from '../../../lib/start/schedule-run.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { sendAndReport } from './send.ts';

/** Runs the job of a schedule now. */
export async function runSchedule(source: SourceOf<'schedule'>, inputs: Inputs, ports: Ports): Promise<Outcome> {
  const workspace = await ports.connect(inputs.target);
  const { name } = await getSchedule(workspace, source.scheduleName);
  const request = planScheduleRun(workspace, name, new Date(ports.clock.now()));
  return sendAndReport<ScheduleRunAnswer>(
    () => ({ request }),
    (answer) => answer.submissionId,
    workspace,
    inputs,
    ports,
  );
}
