import type { Job } from '../azureml/jobs.ts';
import { PREFIX } from './stamp.ts';

/** A build or release as a model, a job or a deployment recorded it; what is not known is empty. */
export interface RecordedRun {
  kind: 'build' | 'release';
  id: string;
  number: string;
  url: string;
  /** `https://dev.azure.com/org/` */
  collectionUrl: string;
  project: string;
  repository: string;
  branch: string;
  commit: string;
  requestedFor: string;
  pullRequest: string;
  workItems: string[];
}

/** The run that `stamp` wrote into properties or tags; undefined when there is none. */
export function recordedRun(recorded: Readonly<Record<string, string>> | null | undefined): RecordedRun | undefined {
  const fact = (name: string): string => recorded?.[PREFIX + name] ?? '';
  const [, kind, id] = /^(build|release)\/(\d+)$/.exec(fact('pipelineRun')) ?? [];
  if (!kind || !id) return undefined;
  const url = fact('pipelineRunUrl');
  return {
    kind: kind as RecordedRun['kind'],
    id,
    number: fact('pipelineRunNumber') || id,
    url,
    collectionUrl: parseRunUrl(url)?.collectionUrl ?? '',
    project: fact('project') || parseRunUrl(url)?.project || '',
    repository: fact('repository'),
    branch: fact('branch'),
    commit: fact('commit'),
    requestedFor: fact('requestedFor'),
    pullRequest: fact('pullRequest'),
    workItems: fact('workItems').split(',').filter(Boolean),
  };
}

/**
 * The run that submitted a job, by the properties that `jobProvenance` and Azure ML's own tools write; undefined for a job
 * that was submitted elsewhere.
 */
export function submittingRun({ properties: { properties = {} } }: Pick<Job, 'properties'>): RecordedRun | undefined {
  const stamped = recordedRun(properties);
  const url = properties['azureml.git.build_uri'] ?? '';
  const place = parseRunUrl(url);
  if (!stamped && !place) return undefined;
  return {
    kind: stamped?.kind ?? place!.kind,
    id: stamped?.id ?? place!.id,
    number: stamped?.number ?? place!.id,
    url: stamped?.url || url,
    collectionUrl: stamped?.collectionUrl || place?.collectionUrl || '',
    project: stamped?.project || place?.project || '',
    repository: stamped?.repository || (properties['mlflow.source.git.repoURL'] ?? ''),
    branch: stamped?.branch || (properties['mlflow.source.git.branch'] ?? ''),
    commit: stamped?.commit || commitOf(properties),
    requestedFor: stamped?.requestedFor ?? '',
    pullRequest: stamped?.pullRequest ?? '',
    workItems: stamped?.workItems ?? [],
  };
}

/** The commit that a job's code came from, as Azure ML's tools record it wherever the job is submitted. */
export function commitOf(properties: Readonly<Record<string, string>>): string {
  return properties['mlflow.source.git.commit'] ?? '';
}

/** What the address of a run's page says; undefined for other addresses. */
function parseRunUrl(
  url: string,
): { collectionUrl: string; project: string; kind: RecordedRun['kind']; id: string } | undefined {
  const page = /^(https:\/\/.+\/)([^/]+)\/_(?:build\/results\?buildId|releaseProgress\?releaseId)=(\d+)/.exec(url);
  if (!page) return undefined;
  const [, collectionUrl, project, id] = page as unknown as [string, string, string, string];
  return { collectionUrl, project: decoded(project), kind: url.includes('releaseId=') ? 'release' : 'build', id };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
