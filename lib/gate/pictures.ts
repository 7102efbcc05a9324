import { AzureError } from '../azure/failures.ts';
import { listArtifacts, readArtifact } from '../azureml/artifacts.ts';
import { type Workspace, withPatience } from '../azureml/workspace.ts';
import { timeLimit } from '../core/clock.ts';
import { inParallel } from '../core/parallel.ts';
import { addHistories } from './job-measured.ts';
import type { Measured } from './measured.ts';
import { readTrialsOf, type SweepTrials } from './trials.ts';
import type { GateReport } from './verdict.ts';

/** More than these are not worth the requests. */
const MOST_RUNS = 8;
const MOST_HISTORIES = 20;

/** Pictures that are kept, and the bytes that each may have: they go to the run's logs, which people download. */
export const MOST_KEPT = 20;
export const LARGEST_PICTURE = 2 * 1024 * 1024;
const PARALLEL = 4;

/** A picture that a run logged. */
export interface Picture {
  run: string;
  /** As the run has it: `plots/roc.png`. */
  path: string;
  /** Missing when it can't be read, is too large, or there are more than are kept. */
  kept?: KeptFile;
}

/** A file as it goes to the run's logs. */
export interface KeptFile {
  /** Like no other of the report: `model-gate-picture-1-plots-roc.png`. */
  name: string;
  content: Buffer;
}

/** What a report shows beside the last values: how metrics developed, which pictures the runs logged, and what a sweep tried. */
export interface Pictures {
  measured: Measured;
  images: Picture[];
  sweeps: SweepTrials[];
}

/** What only the report shows is not worth more time: a storage account that does not answer must hold nobody up. */
const LONGEST_MS = 30_000;

/**
 * Reads what a report shows. The verdict does not depend on it, so what can't be read in time is left out.
 * @param signal ends the reading
 */
export async function readPictures(
  workspace: Workspace,
  report: GateReport,
  found: Measured,
  signal: AbortSignal,
): Promise<Pictures> {
  const limited = AbortSignal.any([signal, timeLimit(LONGEST_MS)]);
  return await readAll(withPatience(workspace, { retry: 'quick', signal: limited }), report, found);
}

async function readAll(workspace: Workspace, report: GateReport, found: Measured): Promise<Pictures> {
  // Judged ones come first.
  const names = report.metrics.map(({ name }) => name).filter((name) => Object.hasOwn(found.origins, name));
  const logged = names.flatMap((name) => found.origins[name]!.runs[0] ?? []);
  const runs = [...new Set([...logged, ...found.runs])].slice(0, MOST_RUNS);
  const [measured, sweeps, ...images] = await Promise.all([
    addHistories(workspace, found, names.slice(0, MOST_HISTORIES)).catch(() => found),
    readTrialsOf(workspace, found),
    ...runs.map((run) => listPictures(workspace, run).catch(() => [])),
  ]);
  return { measured, sweeps, images: await readImages(workspace, images.flat()) };
}

async function listPictures(workspace: Workspace, run: string): Promise<Picture[]> {
  const paths = (await listArtifacts(workspace, run)) ?? [];
  return paths.filter((path) => /\.(png|jpe?g|svg)$/i.test(path)).map((path) => ({ run, path }));
}

async function readImages(workspace: Workspace, images: readonly Picture[]): Promise<Picture[]> {
  let isReachable = true;
  const read = (run: string, path: string): Promise<Buffer | undefined> =>
    readArtifact(workspace, run, path, LARGEST_PICTURE).catch((error: unknown) => {
      // An agent that does not reach the storage account need not try with every picture.
      isReachable &&= error instanceof AzureError;
      return undefined;
    });
  const kept = await inParallel(images.slice(0, MOST_KEPT), PARALLEL, async ({ run, path }, index) => {
    const content = isReachable ? await read(run, path) : undefined;
    return { run, path, ...(content ? { kept: { name: fileName(path, index + 1), content } } : {}) };
  });
  return [...kept, ...images.slice(MOST_KEPT)];
}

/** Characters of a path that its file's name has: its end says the most. */
const LONGEST_NAME = 80;

/** A name that every system takes, whatever the run calls it. */
function fileName(path: string, number: number): string {
  const plain = path.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/\.{2,}/g, '.');
  return `model-gate-picture-${number}-${plain.slice(-LONGEST_NAME).replace(/^[-.]+/, '')}`;
}
