/** Runs, experiments and metrics in memory, written through to JSON files so that they survive a restart. */
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileNameOf } from '../../file-names.ts';
import type { Experiment, MetricPoint, RunRecord } from './run.ts';

export interface RunStore {
  get(runId: string): RunRecord | undefined;
  /** Stores the record as it is now; records are mutable, so every change ends with a `save`. */
  save(run: RunRecord): void;
  remove(runId: string): void;
  /** All runs, oldest first. */
  list(): RunRecord[];
  children(runId: string): RunRecord[];
  nextRunNumber(experimentId: string): number;
  experiments(): Experiment[];
  experiment(idOrName: { id?: string; name?: string }): Experiment | undefined;
  /** The experiment of that name; created when missing. */
  ensureExperiment(name: string, tags?: Record<string, string>): Experiment;
  saveExperiment(experiment: Experiment): void;
  logMetrics(runId: string, points: MetricPoint[]): void;
  /** Every logged point of the run in the order of arrival. */
  metrics(runId: string): MetricPoint[];
}

/** MLflow clients that never set an experiment use id 0; here it is another name of `Default`. */
const DEFAULT_EXPERIMENT = { alias: '0', name: 'Default' };

function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(value, null, 1));
  renameSync(`${file}.tmp`, file);
}

/** JSON has no NaN or infinity, so metric values go through text. */
function readPoints(file: string): MetricPoint[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A killed sandbox may have left the beginning of a line, which the next one would go on.
  if (whole !== text) writeFileSync(file, whole);
  const lines = whole.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [key, value, timestamp, step] = JSON.parse(line) as [string, string, number, number];
    return { key, value: Number(value), timestamp, step };
  });
}

/** Opens the store in `folder`, reading what an earlier sandbox left there. */
export function openRunStore(folder: string): RunStore {
  const runsFolder = join(folder, 'runs');
  const metricsFolder = join(folder, 'metrics');
  for (const each of [runsFolder, metricsFolder]) mkdirSync(each, { recursive: true });
  const experimentsFile = join(folder, 'experiments.json');
  const runs = new Map<string, RunRecord>();
  const points = new Map<string, MetricPoint[]>();
  const files = readdirSync(runsFolder).filter((name) => name.endsWith('.json'));
  const read = files.map((name) => JSON.parse(readFileSync(join(runsFolder, name), 'utf8')) as RunRecord);
  for (const run of read.sort((a, b) => a.createdUtc.localeCompare(b.createdUtc) || a.runNumber - b.runNumber)) {
    runs.set(run.runId, run);
  }
  const experiments: Experiment[] = existsSync(experimentsFile)
    ? JSON.parse(readFileSync(experimentsFile, 'utf8'))
    : [];
  const runFile = (runId: string) => join(runsFolder, fileNameOf(runId, '.json'));
  const metricsFile = (runId: string) => join(metricsFolder, fileNameOf(runId, '.ndjson'));

  const store: RunStore = {
    get: (runId) => runs.get(runId),
    save(run) {
      runs.set(run.runId, run);
      writeJson(runFile(run.runId), run);
    },
    remove(runId) {
      runs.delete(runId);
      points.delete(runId);
      rmSync(runFile(runId), { force: true });
      rmSync(metricsFile(runId), { force: true });
    },
    list: () => [...runs.values()],
    children: (runId) => [...runs.values()].filter((run) => run.parentRunId === runId),
    nextRunNumber: (experimentId) =>
      [...runs.values()].reduce(
        (last, run) => (run.experimentId === experimentId ? Math.max(last, run.runNumber) : last),
        0,
      ) + 1,
    experiments: () => experiments,
    experiment({ id, name }) {
      if (id === DEFAULT_EXPERIMENT.alias) return experiments.find((each) => each.name === DEFAULT_EXPERIMENT.name);
      return experiments.find((each) => (id ? each.experimentId === id : each.name === name));
    },
    ensureExperiment(name, tags = {}) {
      const existing = store.experiment({ name });
      if (existing) return existing;
      const now = new Date().toISOString();
      const experiment: Experiment = {
        experimentId: randomUUID(),
        name,
        createdUtc: now,
        lastUpdatedUtc: now,
        tags,
        lifecycleStage: 'active',
      };
      store.saveExperiment(experiment);
      return experiment;
    },
    saveExperiment(experiment) {
      const at = experiments.findIndex((each) => each.experimentId === experiment.experimentId);
      if (at < 0) experiments.push(experiment);
      else experiments[at] = experiment;
      writeJson(experimentsFile, experiments);
    },
    logMetrics(runId, added) {
      store.metrics(runId).push(...added);
      const lines = added.map((p) => JSON.stringify([p.key, String(p.value), p.timestamp, p.step]));
      appendFileSync(metricsFile(runId), `${lines.join('\n')}\n`);
    },
    metrics(runId) {
      const known = points.get(runId) ?? readPoints(metricsFile(runId));
      points.set(runId, known);
      return known;
    },
  };
  store.ensureExperiment(DEFAULT_EXPERIMENT.name);
  return store;
}
