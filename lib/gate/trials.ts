import { findRun, hasTrials } from '../azureml/runs.ts';
import { listTrials, type Trials } from '../azureml/trials.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Measured } from './measured.ts';

/** The trials of one sweep or AutoML job that the candidate is from. */
export interface SweepTrials extends Trials {
  sweep: string;
}

/** Sweeps whose trials are listed. */
const MOST_SWEEPS = 3;

/**
 * The trials behind what was measured: where a metric is known by two runs, the second is the one that the first is the best
 * trial of, or a job around it. What can't be read is left out.
 */
export async function readTrialsOf(workspace: Workspace, { origins }: Measured): Promise<SweepTrials[]> {
  const runs = new Set(Object.values(origins).flatMap(({ runs: [, around] }) => around ?? []));
  const found = await Promise.all([...runs].slice(0, MOST_SWEEPS).map((id) => trialsOf(workspace, id).catch(() => [])));
  return found.flat();
}

async function trialsOf(workspace: Workspace, id: string): Promise<SweepTrials[]> {
  const run = await findRun(workspace, id);
  return run && hasTrials(run) ? [{ sweep: id, ...(await listTrials(workspace, run)) }] : [];
}
