/**
 * Members of request bodies that only some api-versions know, from the generated clients that azure-ai-ml 1.28.1 still
 * had for each version, and from recordings: 2025-01-01-preview refuses `outputs.*.assetVersion`. The versions of a
 * member are in the order in which a request moves to them. What is not here, every version knows that sends it; a test
 * walks the bodies of all kinds of files against the members that the versions declare.
 */
export interface WrittenMember {
  /** As users write it in a file: `queue_settings.priority`. */
  field: string;
  versions: readonly string[];
}

interface Entry extends WrittenMember {
  collection: string;
  /** Jobs of one type only. */
  jobType?: string;
  /** Below `properties`; `*` is any key. */
  path: string;
  /** The member only matters with this value. */
  value?: string;
}

const SPRING_2023 = '2023-04-01-preview';
const JANUARY_2024 = '2024-01-01-preview';
const OCTOBER_2024 = '2024-10-01-preview';
const JANUARY_2025 = '2025-01-01-preview';

/** Members of jobs that the later versions have dropped. */
const EARLY = [JANUARY_2024, SPRING_2023];

function job(path: string, field: string, versions: readonly string[], jobType?: string, value?: string): Entry {
  return {
    collection: 'jobs',
    path,
    field,
    versions,
    ...(jobType === undefined ? {} : { jobType }),
    ...(value === undefined ? {} : { value }),
  };
}

const ENTRIES: readonly Entry[] = [
  job('inputs.*.pathOnCompute', 'inputs.*.path_on_compute', [JANUARY_2024]),
  job('outputs.*.pathOnCompute', 'outputs.*.path_on_compute', [JANUARY_2024]),
  job('outputs.*.assetVersion', 'outputs.*.version', EARLY),
  job('outputs.*.autoDeleteSetting', 'outputs.*.auto_delete_setting', EARLY),
  job('secretsConfiguration', 'secrets_configuration', EARLY),
  job('autologgerSettings', 'autologger_settings', EARLY),
  job('parentJobName', 'parent_job_name', [JANUARY_2025]),
  job('queueSettings.priority', 'queue_settings.priority', EARLY),
  ...['', 'trial.'].flatMap((at) => [
    job(`${at}resources.locations`, `${at}resources.locations`, EARLY),
    job(`${at}resources.maxInstanceCount`, `${at}resources.max_instance_count`, EARLY),
    job(`${at}resources.dockerArgsList`, `${at}resources.docker_args`, [JANUARY_2025]),
    job(`${at}distribution.distributionType`, `${at}distribution.type`, EARLY, undefined, 'Ray'),
  ]),
  job('resources', 'resources', [JANUARY_2024], 'Sweep'),
  job('componentConfiguration', 'component_configuration', [JANUARY_2024], 'Sweep'),
  job('samplingAlgorithm.logbase', 'sampling_algorithm.logbase', EARLY, 'Sweep'),
  job('environmentVariables', 'environment_variables', [JANUARY_2024, OCTOBER_2024, JANUARY_2025], 'Spark'),
  job('queueSettings', 'queue_settings', [OCTOBER_2024, JANUARY_2025], 'FineTuning'),
  job('resources', 'resources', [OCTOBER_2024, JANUARY_2025], 'FineTuning'),
  job('taskDetails.fixedParameters', 'training_parameters', EARLY, 'AutoML'),
  ...['maxNodes', 'trialTimeout', 'sweepConcurrentTrials', 'sweepTrials'].map((name) =>
    job(`taskDetails.limitSettings.${name}`, 'limits', EARLY, 'AutoML'),
  ),
  job('taskDetails.trainingSettings.trainingMode', 'training.training_mode', EARLY, 'AutoML'),
  job('taskDetails.forecastingSettings.featuresUnknownAtForecastTime', 'forecasting', EARLY, 'AutoML'),
  // No preview up to 2024 has it, the stable versions do from this one on.
  {
    collection: 'onlineEndpoints/deployments',
    path: 'startupProbe',
    field: 'startup_probe',
    versions: ['2024-10-01'],
  },
];

/** The members in a body that not all versions know. @param collection `jobs`, `onlineEndpoints/deployments` */
export function membersOf(collection: string, properties: Readonly<Record<string, unknown>>): WrittenMember[] {
  return ENTRIES.filter(
    ({ path, value, ...of }) =>
      of.collection === collection &&
      (of.jobType === undefined || of.jobType === properties.jobType) &&
      valuesAt(properties, path.split('.')).some((found) => value === undefined || found === value),
  );
}

/** What is at the path, `*` being any key; nothing where it is not set. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (value === undefined || value === null) return [];
  if (name === undefined) return [value];
  if (typeof value !== 'object') return [];
  const below = name === '*' ? Object.values(value) : [(value as Record<string, unknown>)[name]];
  return below.flatMap((one) => valuesAt(one, rest));
}
