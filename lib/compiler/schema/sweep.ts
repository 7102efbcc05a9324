import type { ObjectField } from './fields.ts';
import * as field from './fields.ts';
import { everyJob, jobInput, jobOutput, queueSettings, resources, trialFields } from './job.ts';

const spread = (fields: Record<string, typeof field.number>): ObjectField =>
  field.object({ type: field.text, ...fields }, { required: Object.keys(fields) });
const uniform = spread({ min_value: field.number, max_value: field.number });
const quniform = spread({ min_value: field.number, max_value: field.number, q: field.number });
const normal = spread({ mu: field.number, sigma: field.number });
const qnormal = spread({ mu: field.number, sigma: field.number, q: field.number });

export const distributions: Record<string, ObjectField> = {
  uniform,
  loguniform: uniform,
  quniform,
  qloguniform: quniform,
  normal,
  lognormal: normal,
  qnormal,
  qlognormal: qnormal,
  randint: spread({ upper: field.integer }),
};
/** How values of a hyperparameter are drawn. */
export const hyperparameter = field.tagged('type', distributions);
// A choice may hold conditional spaces, which hold choices again: it is put in last.
distributions.choice = field.object(
  {
    type: field.text,
    values: field.listOf(
      field.either(field.text, field.number, field.mapOf(field.either(field.text, field.number, hyperparameter))),
    ),
  },
  { required: ['values'] },
);

export const samplingAlgorithm = field.either(
  field.choice('random', 'grid', 'bayesian'),
  field.tagged('type', {
    random: field.object({
      type: field.text,
      seed: field.integer,
      logbase: field.either(field.number, field.text),
      rule: field.choice('random', 'sobol'),
    }),
    grid: field.object({ type: field.text }),
    bayesian: field.object({ type: field.text }),
  }),
);

const intervals = { type: field.text, evaluation_interval: field.integer, delay_evaluation: field.integer };
export const earlyTermination = field.tagged('type', {
  bandit: field.object({ ...intervals, slack_factor: field.number, slack_amount: field.number }),
  median_stopping: field.object(intervals),
  truncation_selection: field.object(
    { ...intervals, truncation_percentage: field.integer },
    { required: ['truncation_percentage'] },
  ),
});

/** What is varied, and how: the same for jobs and steps. */
const sweepFields = {
  sampling_algorithm: samplingAlgorithm,
  search_space: field.mapOf(hyperparameter),
  objective: field.object(
    { goal: field.choice('minimize', 'maximize'), primary_metric: field.text },
    { required: ['goal', 'primary_metric'] },
  ),
  early_termination: earlyTermination,
  limits: field.object(
    {
      max_total_trials: field.integer,
      max_concurrent_trials: field.integer,
      timeout: field.integer,
      trial_timeout: field.integer,
    },
    { required: ['max_total_trials'] },
  ),
  queue_settings: queueSettings,
  resources,
};
const required = ['trial', 'search_space', 'objective', 'limits'];

/** `sweepJob.schema.json` */
export const sweepJob: ObjectField = field.object(
  {
    ...everyJob,
    ...sweepFields,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    trial: field.object({ ...trialFields, queue_settings: queueSettings }, { required: ['command', 'environment'] }),
  },
  { required },
);

/** A step that sweeps over a command component. Like other steps it may have fields that are newer than this code. */
export const sweepStepFields: ObjectField = field.object(
  {
    ...everyJob,
    ...sweepFields,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    comment: field.text,
    tags: field.mapOf(field.literal),
    trial: field.either(field.text, field.any),
  },
  { required, open: true },
);
