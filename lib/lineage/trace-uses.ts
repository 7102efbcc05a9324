import { parseAssetId } from '../azureml/asset-ids.ts';
import type { Job } from '../azureml/jobs.ts';
import { onlineEndpointNames, readOnlineDeployments } from '../azureml/online-reads.ts';
import { assetPage } from '../azureml/studio-pages.ts';
import type { LineageNode } from './lineage.ts';
import { registeredModels } from './registered-tag.ts';
import { modelNodeId } from './trace-model.ts';
import type { Walk } from './walk.ts';

/** Endpoints that are searched for a model. */
const MOST_ENDPOINTS = 50;

/** The other direction: models that were registered from a job, and the deployments that serve them. */
export async function traceRegistered(walk: Walk, job: Job): Promise<void> {
  const { trace, ws } = walk;
  for (const { name, version } of registeredModels(job)) {
    const node: LineageNode = {
      kind: 'model',
      id: modelNodeId({ name }, version, ws),
      title: `${name} version ${version}`,
      link: assetPage(ws, 'models', name, version),
      facts: { model: name, version },
    };
    if (trace.add(node, { from: `job:${job.name}`, relation: 'registeredAs' })) await traceServing(walk, node);
  }
}

/** Deployments of the workspace that serve a model, which only their own answers say. */
export async function traceServing(walk: Walk, { id, facts }: LineageNode): Promise<void> {
  const { trace, ws } = walk;
  const what = 'the deployments that serve it';
  const endpoints = (await trace.attempt(id, what, () => onlineEndpointNames(ws, MOST_ENDPOINTS + 1))) ?? [];
  if (endpoints.length > MOST_ENDPOINTS)
    trace.missing(id, what, `the workspace has more than ${MOST_ENDPOINTS} endpoints; the first ones were searched`);
  for (const endpoint of endpoints.slice(0, MOST_ENDPOINTS)) {
    const deployments = await trace.attempt(id, `the deployments of the endpoint ${endpoint}`, () =>
      readOnlineDeployments(ws, endpoint),
    );
    for (const { name, properties } of deployments ?? []) {
      const model = parseAssetId(properties.model ?? '');
      const isSame =
        model?.name === facts.model &&
        model?.version === facts.version &&
        (model?.registry ?? '') === (facts.registry ?? '');
      if (!isSame) continue;
      trace.add(
        {
          kind: 'deployment',
          id: `deployment:${endpoint}/${name}`,
          title: `${endpoint}/${name}`,
          facts: { deployment: name, endpoint },
        },
        { from: id, relation: 'servedBy' },
      );
    }
  }
}
