import { listArtifacts, readArtifact } from '../azureml/artifacts.ts';
import { type Workspace, withQuickRetries } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { addHistories } from './job-measured.ts';
import type { Measured } from './measured.ts';
import { readTrialsOf, type SweepTrials } from './trials.ts';
import type { GateReport } from './verdict.ts';

/** More than these are not worth the requests. */
const MOST_RUNS = 4;
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

/** Reads what a report shows. The verdict does not depend on it, so what can't be read is left out. */
export async function readPictures(workspace: Workspace, report: GateReport, found: Measured): Promise<Pictures> {
  const quick = withQuickRetries(workspace);
  // Judged ones come first.
  const names = report.metrics.map(({ name }) => name).filter((name) => found.origins[name]);
  const runs = [...new Set(names.flatMap((name) => found.origins[name]!.runs[0] ?? []))].slice(0, MOST_RUNS);
  const [measured, sweeps, ...images] = await Promise.all([
    addHistories(quick, found, names.slice(0, MOST_HISTORIES)).catch(() => found),
    readTrialsOf(quick, found),
    ...runs.map((run) => listPictures(quick, run).catch(() => [])),
  ]);
  return { measured, sweeps, images: await readImages(quick, images.flat()) };
}

async function listPictures(workspace: Workspace, run: string): Promise<Picture[]> {
  const paths = (await listArtifacts(workspace, run)) ?? [];
  return paths.filter((path) => /\.(png|jpe?g|svg)$/i.test(path)).map((path) => ({ run, path }));
}

async function readImages(workspace: Workspace, images: readonly Picture[]): Promise<Picture[]> {
  const kept = await inParallel(images.slice(0, MOST_KEPT), PARALLEL, async ({ run, path }, index) => {
    const content = await readArtifact(workspace, run, path, LARGEST_PICTURE).catch(() => undefined);
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
