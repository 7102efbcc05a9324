import { madeByRun } from '../lineage/model-lineage.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';
import { recordedRun } from '../lineage/recorded-run.ts';
import type { ServedModel } from './served-model.ts';

/** Where a deployed model comes from; empty where it is not recorded. */
export interface ModelOrigin {
  /** The job that made it. */
  job: string;
  /** Number and URL of the build or release that registered it, and its commit. */
  build: string;
  buildUrl: string;
  commit: string;
}

/**
 * Where a model comes from, as its version records it.
 * @param run that deploys it: a model whose files the deployment brings along comes from that run itself
 */
export function originOf({ resource, isBroughtAlong }: ServedModel, run: PipelineRun): ModelOrigin {
  if (resource) {
    const { number = '', url = '', commit = '' } = recordedRun(resource.properties.properties) ?? {};
    return { job: madeByRun(resource)?.job ?? '', build: number, buildUrl: url, commit };
  }
  if (isBroughtAlong) return { job: '', build: run.number, buildUrl: run.url, commit: run.commit };
  return { job: '', build: '', buildUrl: '', commit: '' };
}
