/** The properties of a job as the service answers them: every member of its type and api-version, null where nothing was set. */
import * as versions from '../versions.ts';

type Json = Record<string, any>;

/** The members that are set, in the order of `filled`, then those that `given` has besides. */
const over = (filled: Json, given: Json | null | undefined): Json => ({
  ...filled,
  ...Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null)),
});
const when = (exists: boolean, members: Json): Json => (exists ? members : {});
const each = (map: Json | null | undefined, shown: (value: Json) => Json): Json =>
  Object.fromEntries(Object.entries(map ?? {}).map(([name, value]) => [name, value === null ? null : shown(value)]));

/** True for a job that its client runs itself; the service only keeps it. */
export const isLocal = (job: Json): boolean => job.resources?.properties?.IsLocal?.IsLocal === true;

function resources(given: Json | null | undefined, version: string, local = false): Json {
  const places = versions.locations(version);
  return over(
    {
      instanceCount: 1,
      ...when(places, { maxInstanceCount: null }),
      instanceType: null,
      ...when(places, { locations: null }),
      properties: null,
      ...when(!local, { shmSize: '2g' }),
      dockerArgs: null,
      ...when(versions.dockerArgsList(version), { dockerArgsList: null }),
    },
    given,
  );
}

function outputs(given: Json | null | undefined, version: string): Json {
  return each(given, ({ jobOutputType, ...output }) => ({
    ...visible(
      over(
        {
          description: null,
          uri: null,
          assetName: null,
          assetVersion: null,
          mode: 'ReadWriteMount',
          pathOnCompute: null,
          autoDeleteSetting: null,
        },
        output,
      ),
      {
        assetName: versions.assetName(version),
        assetVersion: versions.assetVersion(version),
        pathOnCompute: versions.pathOnCompute(version),
        autoDeleteSetting: versions.outputAutoDelete(version),
      },
    ),
    jobOutputType,
  }));
}

/** Without the members that the api-version does not have. */
const visible = (members: Json, exist: Record<string, boolean>): Json =>
  Object.fromEntries(Object.entries(members).filter(([name]) => exist[name] !== false));

const inputs = (given: Json | null | undefined, version: string): Json =>
  each(given, ({ jobInputType, ...input }) => ({
    description: null,
    ...(jobInputType === 'literal'
      ? input
      : over(
          { uri: null, mode: 'ReadOnlyMount', ...when(versions.pathOnCompute(version), { pathOnCompute: null }) },
          input,
        )),
    jobInputType,
  }));

const queueSettings = (given: Json | null | undefined, version: string, tier = 'Null'): Json =>
  when(versions.queueSettings(version), {
    queueSettings: over({ jobTier: tier, ...when(versions.locations(version), { priority: null }) }, given),
  });

function command(job: Json, version: string): Json {
  const local = isLocal(job);
  return {
    resources: resources(job.resources, version, local),
    codeId: job.codeId ?? null,
    command: job.command,
    environmentId: job.environmentId,
    inputs: inputs(job.inputs, version),
    outputs: outputs(job.outputs, version),
    distribution: job.distribution ?? null,
    ...when(versions.locations(version), { autologgerSettings: job.autologgerSettings ?? null }),
    limits: job.limits ? over({ timeout: null, jobLimitsType: 'Command' }, job.limits) : null,
    environmentVariables: job.environmentVariables ?? null,
    parameters: local ? null : {},
    ...queueSettings(job.queueSettings, version, local ? 'Standard' : 'Null'),
  };
}

function pipeline(job: Json, version: string): Json {
  const hasInputs = Object.keys(job.inputs ?? {}).length > 0;
  return {
    settings: job.settings ?? null,
    jobs: job.jobs ?? null,
    inputs: hasInputs ? inputs(job.inputs, version) : null,
    outputs: outputs(job.outputs, version),
    sourceJobId: job.sourceJobId ?? null,
  };
}

function sweep(job: Json, version: string): Json {
  const { trial = {}, samplingAlgorithm = {}, limits = {}, objective = {} } = job;
  const previewOnly = versions.locations(version);
  return {
    searchSpace: job.searchSpace ?? null,
    samplingAlgorithm: over(
      {
        samplingAlgorithmType: null,
        ...when(/^random$/i.test(samplingAlgorithm.samplingAlgorithmType), {
          seed: null,
          ...when(previewOnly, { logbase: null }),
          rule: 'Random',
        }),
      },
      samplingAlgorithm,
    ),
    limits: over(
      { timeout: 'P60D', jobLimitsType: 'Sweep', maxTotalTrials: null, maxConcurrentTrials: null, trialTimeout: null },
      limits,
    ),
    earlyTermination: job.earlyTermination ?? null,
    objective: { primaryMetric: objective.primaryMetric, goal: /^max/i.test(objective.goal) ? 'Maximize' : 'Minimize' },
    trial: {
      codeId: trial.codeId ?? null,
      command: trial.command,
      environmentId: trial.environmentId,
      environmentVariables: trial.environmentVariables ?? null,
      distribution: trial.distribution ?? null,
      resources: resources(trial.resources, version),
    },
    inputs: inputs(job.inputs, version),
    outputs: outputs(job.outputs, version),
    ...queueSettings(job.queueSettings, version),
    ...when(previewOnly, {
      resources: resources(job.resources, version),
      componentConfiguration: job.componentConfiguration ?? null,
    }),
  };
}

function otherType(job: Json, version: string): Json {
  const { inputs: given, outputs: written, queueSettings: _queue, resources: _resources } = job;
  return {
    ...when(job.jobType === 'AutoML', {
      taskDetails: job.taskDetails ?? null,
      resources: resources(job.resources, version),
    }),
    ...when(job.jobType !== 'AutoML', { ...job, inputs: inputs(given, version) }),
    environmentId: job.environmentId ?? null,
    environmentVariables: job.environmentVariables ?? null,
    outputs: outputs(written, version),
    ...queueSettings(undefined, version),
  };
}

const byType: Record<string, (job: Json, version: string) => Json> = {
  Command: command,
  Pipeline: pipeline,
  Sweep: sweep,
};

/** The members that every type of job has, then those of its type. */
export function jobAnswer(job: Json, version: string): Json {
  const type = byType[job.jobType] ?? otherType;
  return {
    description: job.description ?? null,
    tags: job.tags ?? {},
    properties: job.properties ?? {},
    ...when(versions.parentJobName(version), { parentJobName: job.parentJobName ?? null }),
    displayName: job.displayName,
    status: job.status,
    experimentName: job.experimentName,
    services: job.services ?? {},
    computeId: job.computeId ?? null,
    isArchived: job.isArchived === true,
    identity: job.identity ?? null,
    componentId: job.componentId ?? null,
    ...when(versions.notificationSetting(version), { notificationSetting: job.notificationSetting ?? null }),
    ...when(versions.secretsConfiguration(version), { secretsConfiguration: job.secretsConfiguration ?? null }),
    jobType: job.jobType,
    ...type(job, version),
  };
}
