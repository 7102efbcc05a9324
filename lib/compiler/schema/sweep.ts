import {
  any,
  choice,
  either,
  integer,
  listOf,
  literal,
  mapOf,
  number,
  type ObjectField,
  object,
  tagged,
  text,
} from './fields.ts';
import { everyJob, jobInput, jobOutput, queueSettings, resources, trialFields } from './job.ts';

const spread = (fields: Record<string, typeof number>): ObjectField =>
  object({ type: text, ...fields }, { required: Object.keys(fields) });
const uniform = spread({ min_value: number, max_value: number });
const quniform = spread({ min_value: number, max_value: number, q: number });
const normal = spread({ mu: number, sigma: number });
const qnormal = spread({ mu: number, sigma: number, q: number });

export const distributions: Record<string, ObjectField> = {
  uniform,
  loguniform: uniform,
  quniform,
  qloguniform: quniform,
  normal,
  lognormal: normal,
  qnormal,
  qlognormal: qnormal,
  randint: spread({ upper: integer }),
};
/** How values of a hyperparameter are drawn. */
export const hyperparameter = tagged('type', distributions);
// A choice may hold conditional spaces, which hold choices again: it is put in last.
distributions.choice = object(
  { type: text, values: listOf(either(text, number, mapOf(either(text, number, hyperparameter)))) },
  { required: ['values'] },
);

export const samplingAlgorithm = either(
  choice('random', 'grid', 'bayesian'),
  tagged('type', {
    random: object({ type: text, seed: integer, logbase: either(number, text), rule: choice('random', 'sobol') }),
    grid: object({ type: text }),
    bayesian: object({ type: text }),
  }),
);

const intervals = { type: text, evaluation_interval: integer, delay_evaluation: integer };
export const earlyTermination = tagged('type', {
  bandit: object({ ...intervals, slack_factor: number, slack_amount: number }),
  median_stopping: object(intervals),
  truncation_selection: object(
    { ...intervals, truncation_percentage: integer },
    { required: ['truncation_percentage'] },
  ),
});

/** What is varied, and how: the same for jobs and steps. */
const sweepFields = {
  sampling_algorithm: samplingAlgorithm,
  search_space: mapOf(hyperparameter),
  objective: object(
    { goal: choice('minimize', 'maximize'), primary_metric: text },
    { required: ['goal', 'primary_metric'] },
  ),
  early_termination: earlyTermination,
  limits: object(
    { max_total_trials: integer, max_concurrent_trials: integer, timeout: integer, trial_timeout: integer },
    { required: ['max_total_trials'] },
  ),
  queue_settings: queueSettings,
  resources,
};
const required = ['trial', 'search_space', 'objective', 'limits'];

/** `sweepJob.schema.json` */
export const sweepJob: ObjectField = object(
  {
    ...everyJob,
    ...sweepFields,
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
    trial: object({ ...trialFields, queue_settings: queueSettings }, { required: ['command', 'environment'] }),
  },
  { required },
);

/** A step that sweeps over a command component. Like other steps it may have fields that are newer than this code. */
export const sweepStepFields: ObjectField = object(
  {
    ...everyJob,
    ...sweepFields,
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
    comment: text,
    tags: mapOf(literal),
    trial: either(text, any),
  },
  { required, open: true },
);
