import { runTask } from '../../../lib/pipelines/run-task.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

runTask(readInputs, run);
