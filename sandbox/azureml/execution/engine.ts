/** The `Runs` contract: starts stored jobs, cancels them, and ends everything when the sandbox stops. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, Runs } from '../../contracts.ts';
import { isTerminal, type RunRecord } from '../history/run.ts';
import { chmodTree } from './data-transfer.ts';
import { type PlannedJob, planJob } from './jobs.ts';
import {
  createRun,
  type Engine,
  failInterruptedRuns,
  runError,
  setStatus,
  syncJobResource,
  withDescendants,
} from './lifecycle.ts';
import { mapValues } from './spec.ts';

/** How long `stop` waits for canceled jobs before it gives up on them. */
const STOP_MS = 5000;

/**
 * The artifact store as the output `default` that the service adds to command jobs and sweeps (SDKs find the logs by it). Its
 * uri has no `/paths/`.
 */
function defaultOutput(runId: string) {
  return {
    jobOutputType: 'uri_folder',
    mode: 'ReadWriteMount',
    uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${runId}`,
  };
}

const hasDefaultOutput = ({ properties }: Resource): boolean =>
  /^(Command|Sweep)$/.test(properties.jobType) && properties.resources?.properties?.IsLocal === undefined;

function createJobRun(engine: Engine, job: Resource, { runType, properties, tags: added }: PlannedJob): RunRecord {
  const { experimentName, displayName, description, tags, computeId } = job.properties;
  return createRun(engine.store, {
    runId: job.name,
    experimentName: experimentName || 'Default',
    displayName: displayName || job.name,
    description: description ?? undefined,
    runType,
    createdBy: job.systemData?.createdBy ?? 'sandbox',
    target: computeId ? String(computeId).split('/').at(-1) : undefined,
    tags: { ...mapValues<any, string>(tags, (value) => String(value)), ...added },
    properties: { ...properties, ...mapValues<any, string>(job.properties.properties, (value) => String(value)) },
  });
}

/** Takes over what a repeated PUT of the job may change. */
function updateRun(engine: Engine, run: RunRecord, job: Resource): void {
  const { displayName, description, tags, properties, isArchived } = job.properties;
  run.displayName = displayName || run.displayName;
  run.description = description ?? run.description;
  if (tags) run.tags = mapValues<any, string>(tags, (value) => String(value));
  run.properties = { ...run.properties, ...mapValues<any, string>(properties, (value) => String(value)) };
  run.hidden = isArchived === true;
  engine.store.save(run);
  syncJobResource(engine, run);
}

/** The executor over an open run store. Runs that an earlier sandbox left unfinished fail immediately. */
export function createEngine(engine: Engine): Omit<Runs, 'storageUri'> {
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  failInterruptedRuns(engine);
  // What a killed sandbox left in its working folder.
  const leftovers = join(engine.workFolder, 'runs');
  chmodTree(leftovers, true);
  rmSync(leftovers, { recursive: true, force: true });

  function start(job: Resource): void {
    const planned = planJob(engine.context, job);
    const run = createJobRun(engine, job, planned);
    const { resources } = engine.context;
    const added = hasDefaultOutput(job) ? { default: defaultOutput(job.name) } : {};
    const outputs = { ...added, ...job.properties.outputs };
    resources.put(`jobs/${job.name}`, { ...job, properties: { ...job.properties, outputs } });
    syncJobResource(engine, run);
    const abort = new AbortController();
    const ended = planned
      .run(engine, run, abort.signal)
      .catch((error) => setStatus(engine, run, 'Failed', runError('SystemError', String(error))))
      .finally(() => running.delete(job.name));
    running.set(job.name, { abort, ended });
  }

  return {
    // Repeating the PUT of a job is an update of its names and tags, not a second run.
    async submit(job) {
      const run = engine.store.get(job.name);
      if (run) updateRun(engine, run, job);
      else start(job);
    },
    creation(runId) {
      const run = engine.store.get(runId);
      if (!run) return undefined;
      const at = run.createdUtc;
      return { createdAt: at, createdBy: run.createdBy, createdByType: 'Application', lastModifiedAt: at };
    },
    async cancel(jobName) {
      const run = engine.store.get(jobName);
      if (!run || isTerminal(run.status)) return false;
      for (const each of withDescendants(engine.store, run)) setStatus(engine, each, 'CancelRequested');
      running.get(run.rootRunId)?.abort.abort();
      if (!run.managed) setStatus(engine, run, 'Canceled');
      return true;
    },
    async stop() {
      const all = [...running.values()];
      for (const each of running.keys()) {
        const run = engine.store.get(each);
        run?.warnings.push('The sandbox was stopped while this run was in progress.');
      }
      for (const each of all) each.abort.abort();
      const timeout = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([Promise.all(all.map((each) => each.ended)), timeout]);
      failInterruptedRuns(engine);
    },
  };
}
