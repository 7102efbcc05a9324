/** The deployments that serve: one process each, replaced without losing a request. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../../contracts.ts';
import { timeLimit } from '../../time-limit.ts';
import { OperationFailure } from '../arm/operation-log.ts';
import { type ContainerLog, createContainerLog } from './container-log.ts';
import { containerEnvironment } from './environment.ts';
import type { OnlineFaults } from './faults.ts';
import { type FileContext, fetchFiles } from './files.ts';
import { milliseconds } from './milliseconds.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** What a deployment is served with. */
export interface OnlineContext extends FileContext {
  dataFolder: string;
  clientEnvironment: Record<string, string>;
  faults: OnlineFaults;
  log(line: string): void;
}

/** A deployment that takes requests. */
export interface Serving {
  /** Port of its container on 127.0.0.1; undefined while a crashed one is started again. */
  port(): number | undefined;
  requestTimeoutMs: number;
  /** Requests that it takes before it refuses more. */
  limit: number;
  inFlight: number;
}

interface Running extends Serving {
  /** Waits for the requests that go on, then ends the process and removes its files. */
  retire(): Promise<void>;
}

/** Where a deployment is: the ids of the resource, and the names in it. */
export interface Place {
  /** Id of the deployment's resource, in lower case. */
  id: string;
  endpoint: string;
  deployment: string;
}

export interface OnlineDeployments {
  /** Starts the deployment as it is described now; the one before serves until then. Throws OperationFailure. */
  provision(place: Place, deployment: Resource): Promise<void>;
  find(id: string): Serving | undefined;
  /** Applies what needs no new container. */
  resize(id: string, deployment: Resource): void;
  remove(id: string): Promise<void>;
  logs(id: string): ContainerLog;
  stop(): Promise<void>;
}

/** How long requests that go on may hold up the end of a process. */
const drainMs = 30_000;

export const guide = (topic: string): string =>
  `Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-${topic}`;

export function createDeployments(context: OnlineContext): OnlineDeployments {
  const root = join(context.dataFolder, 'online');
  // What a sandbox that was killed has left.
  rmSync(root, { recursive: true, force: true });
  const running = new Map<string, Running>();
  const logs = new Map<string, ContainerLog>();
  const retiring = new Set<Promise<void>>();
  const pending = new Set<Promise<void>>();
  const stopping = new AbortController();
  const retire = (old: Running | undefined) => {
    if (!old) return;
    const work = old.retire().finally(() => retiring.delete(work));
    retiring.add(work);
  };
  const logOf = (id: string): ContainerLog => {
    const log = logs.get(id) ?? createContainerLog();
    logs.set(id, log);
    return log;
  };
  const start = async (place: Place, deployment: Resource): Promise<void> => {
    mkdirSync(root, { recursive: true });
    const folder = mkdtempSync(join(root, 'container-'));
    try {
      const container = { ...context, folder, containerLog: logOf(place.id), signal: stopping.signal };
      const started = await startContainer(place, deployment, container);
      const old = running.get(place.id);
      running.set(place.id, started);
      retire(old);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  };
  return {
    provision(place, deployment) {
      const work = start(place, deployment).finally(() => pending.delete(work));
      pending.add(work);
      return work;
    },
    find: (id) => running.get(id),
    resize(id, deployment) {
      const serving = running.get(id);
      if (serving) Object.assign(serving, limitsOf(deployment));
    },
    async remove(id) {
      const old = running.get(id);
      running.delete(id);
      logs.delete(id);
      retire(old);
    },
    logs: logOf,
    async stop() {
      stopping.abort();
      await Promise.allSettled(pending);
      for (const serving of running.values()) retire(serving);
      running.clear();
      await Promise.all(retiring);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function limitsOf({ properties, sku }: Resource): Pick<Serving, 'requestTimeoutMs' | 'limit'> {
  const { requestTimeout = 'PT5S', maxConcurrentRequestsPerInstance: perInstance = 1 } =
    properties.requestSettings ?? {};
  return {
    requestTimeoutMs: milliseconds(requestTimeout),
    limit: 2 * perInstance * Number(sku?.capacity ?? 1),
  };
}

type Container = OnlineContext & { folder: string; containerLog: ContainerLog; signal: AbortSignal };

/** Does what the service does for a new container, step by step, and fails as it does. */
async function startContainer(place: Place, deployment: Resource, container: Container): Promise<Running> {
  const { folder, containerLog: log, faults } = container;
  log.begin();
  log.done('SystemSetup');
  if (faults.take(place, 'outOfQuota')) throw new OperationFailure(`${noQuota} ${guide('outofquota')}`, 'OutOfQuota');
  if (faults.take(place, 'internalError')) throw internalError();
  log.event('Pulling', 'Start pulling container image');
  if (faults.take(place, 'imageBuild')) {
    log.done('UserContainerImagePull', 'Failed');
    log.event('Failed', 'The image could not be built', 'Warning');
    throw new OperationFailure(`Image build failed. ${guide('imagebuildfailure')}`, 'ImageBuildFailure');
  }
  log.done('UserContainerImagePull');
  log.event('Pulled', 'Container image is pulled successfully');
  log.event('Downloading', 'Start downloading models');
  const files = await fetchFiles(folder, deployment.properties, container).catch((error: Error) => {
    log.done('ModelDownload', 'Failed');
    throw new OperationFailure(error.message, 'ModelRegistryError');
  });
  log.done('ModelDownload');
  log.event('Downloaded', 'Models are downloaded successfully');
  const environment = containerEnvironment(deployment, files, container);
  const start = () => startProcess(place, deployment, environment, container);
  return keepRunning(await start(), start, deployment, container);
}

/** How an operation fails when the service itself does. */
export const internalError = (): OperationFailure =>
  new OperationFailure(`Internal error. ${guide('internalservererror')}`, 'InternalServerError');

const noQuota =
  'Not enough subscription CPU quota. The amount of CPU quota requested is 4 and your maximum amount of quota is [N/A].';

async function startProcess(
  place: Place,
  { properties }: Resource,
  environment: Record<string, string>,
  { folder, containerLog: log, faults, signal }: Container,
): Promise<ServerProcess> {
  const notReady = (reason: string) => {
    log.done('UserContainerStart', 'Unhealthy');
    log.event('ContainerNotReady', reason, 'Warning');
    return new OperationFailure(`ResourceNotReady: ${reason}. ${guide('resourcenotready')}`);
  };
  log.event('Created', 'Created container inference-server');
  log.event('Started', 'Started container inference-server');
  if (faults.take(place, 'crash')) {
    log.print(traceback);
    throw notReady(crashed);
  }
  if (faults.take(place, 'probe'))
    throw notReady('Readiness probe failed: Get "http://127.0.0.1:5001/": context deadline exceeded');
  const late = timeLimit(patienceOf(properties));
  try {
    const slow = faults.take(place, 'slowStart');
    if (slow) await sleep(slow.delayMs, undefined, { signal: AbortSignal.any([signal, late]) });
    const output = (text: string) => log.print(text);
    const process = await startServerProcess({ folder, environment, output, signal: AbortSignal.any([signal, late]) });
    log.done('UserContainerStart');
    log.event('ContainerReady', 'Container is ready');
    return process;
  } catch {
    throw notReady(late.aborted ? 'Readiness probe failed: the container did not answer in time' : crashed);
  }
}

/** How long probes wait for a container. */
function patienceOf({ startupProbe, readinessProbe }: Resource['properties']): number {
  const { initialDelay, period, failureThreshold } = startupProbe ?? readinessProbe ?? {};
  return milliseconds(initialDelay ?? 'PT10S') + milliseconds(period ?? 'PT10S') * (failureThreshold ?? 30);
}

const crashed =
  'User container has crashed or terminated: Liveness probe failed: HTTP probe failed with statuscode: 502';
const traceback = `Traceback (most recent call last):
  File "/var/azureml-app/score.py", line 8, in init
    raise RuntimeError("The sandbox was asked to let this deployment crash.")
RuntimeError: The sandbox was asked to let this deployment crash.
`;

/** A container that crashes while it serves is started again. */
function keepRunning(
  first: ServerProcess,
  start: () => Promise<ServerProcess>,
  deployment: Resource,
  { folder, containerLog: log, signal }: Container,
): Running {
  let current: ServerProcess | undefined = first;
  let isRetired = false;
  let restart: Promise<void> = Promise.resolve();
  const watch = (process: ServerProcess) =>
    void process.ended.then(() => {
      if (isRetired || signal.aborted) return;
      current = undefined;
      log.event('BackOff', 'Back-off restarting failed container', 'Warning');
      restart = startAgain();
    });
  const startAgain = async () => {
    for (let wait = 100; !isRetired && !signal.aborted; wait = Math.min(wait * 2, 5000)) {
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
      const process = isRetired || signal.aborted ? undefined : await start().catch(() => undefined);
      if (!process) continue;
      current = process;
      watch(process);
      return;
    }
  };
  watch(first);
  const serving: Running = {
    port: () => current?.port,
    ...limitsOf(deployment),
    inFlight: 0,
    async retire() {
      const end = Date.now() + drainMs;
      while (serving.inFlight > 0 && Date.now() < end && !signal.aborted) await sleep(10);
      isRetired = true;
      await restart;
      await current?.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return serving;
}
