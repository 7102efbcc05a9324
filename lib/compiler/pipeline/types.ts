import type { ComponentType, StepCompiler } from '../context.ts';
import { sparkType } from '../jobs/spark.ts';
import { automlStep } from './automl-step.ts';
import { commandType } from './command-component.ts';
import { doWhileStep, ifElseStep, parallelForStep } from './control-flow.ts';
import { dataTransferStep, dataTransferType } from './data-transfer.ts';
import { parallelType } from './parallel.ts';
import { pipelineType } from './pipeline-component.ts';
import { componentStep } from './step.ts';
import { sweepStep } from './sweep-step.ts';

/** Every type of component, by the word under `type`. */
export const COMPONENT_TYPES: Readonly<Record<string, ComponentType>> = {
  command: commandType,
  data_transfer: dataTransferType,
  parallel: parallelType,
  pipeline: pipelineType,
  spark: sparkType,
};

/** Every type of step of a pipeline. */
export const STEP_TYPES: Readonly<Record<string, StepCompiler>> = {
  command: componentStep('command'),
  data_transfer: dataTransferStep,
  do_while: doWhileStep,
  if_else: ifElseStep,
  parallel: componentStep('parallel'),
  parallel_for: parallelForStep,
  pipeline: componentStep('pipeline'),
  automl: automlStep,
  spark: componentStep('spark'),
  sweep: sweepStep,
};
