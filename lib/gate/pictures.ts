import { listArtifacts } from '../azureml/artifacts.ts';
import { type Workspace, withQuickRetries } from '../azureml/workspace.ts';
import { addHistories } from './job-measured.ts';
import type { Measured } from './measured.ts';
import type { GateReport } from './verdict.ts';

/** More than these are not worth the requests. */
const MOST_RUNS = 4;
const MOST_HISTORIES = 20;

/** What a report shows beside the last values: how the judged metrics developed, and which pictures the runs logged. */
export interface Pictures {
  measured: Measured;
  images: { run: string; path: string }[];
}

/** Reads what a report shows. The verdict does not depend on it, so what can't be read is left out. */
export async function readPictures(workspace: Workspace, report: GateReport, found: Measured): Promise<Pictures> {
  const quick = withQuickRetries(workspace);
  const judged = report.metrics.filter(({ judged, name }) => judged && found.origins[name]).map(({ name }) => name);
  const runs = [...new Set(judged.flatMap((name) => found.origins[name]!.runs[0] ?? []))].slice(0, MOST_RUNS);
  const [measured, ...files] = await Promise.all([
    addHistories(quick, found, judged.slice(0, MOST_HISTORIES)).catch(() => found),
    ...runs.map((run) => listArtifacts(quick, run).catch(() => undefined)),
  ]);
  const images = files.flatMap((paths, index) =>
    (paths ?? []).filter((path) => /\.(png|jpe?g|svg)$/i.test(path)).map((path) => ({ run: runs[index]!, path })),
  );
  return { measured, images };
}
