import { type BatchDeployment, listBatchDeployments } from '../azureml/batch-endpoints.ts';
import type { OnlineDeployment } from '../azureml/online-endpoints.ts';
import { readOnlineDeployments } from '../azureml/online-reads.ts';
import { names } from '../azureml/resources.ts';
import type { LineageNode } from './lineage.ts';
import { PREFIX } from './stamp.ts';
import type { Deployed, Walk } from './walk.ts';

/** Endpoints of each kind whose deployments are read. */
const MOST_ENDPOINTS = 50;
const KINDS = { online: 'onlineEndpoints', batch: 'batchEndpoints' } as const;

/**
 * All deployments of the workspace, read once in a walk: only they themselves say which model they serve and which run made them.
 * What can't be read is missing.
 * @param of id of the node that they are read for
 */
export function deployedIn(walk: Walk, of: string): Promise<Deployed[]> {
  walk.deployed ??= Promise.all([readKind(walk, 'online', of), readKind(walk, 'batch', of)]).then((all) => all.flat());
  return walk.deployed;
}

async function readKind({ trace, ws }: Walk, kind: keyof typeof KINDS, of: string): Promise<Deployed[]> {
  const what = `the ${kind} deployments`;
  const endpoints = (await trace.attempt(of, what, () => names(ws, KINDS[kind], { most: MOST_ENDPOINTS + 1 }))) ?? [];
  if (endpoints.length > MOST_ENDPOINTS)
    trace.missing(of, what, `the workspace has more than ${MOST_ENDPOINTS} endpoints; the first ones were searched`);
  const found: Deployed[] = [];
  for (const endpoint of endpoints.slice(0, MOST_ENDPOINTS)) {
    const read: () => Promise<(OnlineDeployment | BatchDeployment)[]> = () =>
      kind === 'online' ? readOnlineDeployments(ws, endpoint) : listBatchDeployments(ws, endpoint);
    const deployments = (await trace.attempt(of, `the deployments of the endpoint ${endpoint}`, read)) ?? [];
    for (const { name, properties, tags } of deployments) {
      const { model } = properties;
      const id = typeof model === 'string' ? model : model?.assetId;
      found.push({ endpoint, name, tags: tags ?? {}, model: id || (tags?.[`${PREFIX}model`] ?? '') });
    }
  }
  return found;
}

/** The node of a deployment where its endpoint is not on the way. */
export function deploymentNode({ endpoint, name }: Deployed): LineageNode {
  return {
    kind: 'deployment',
    id: `deployment:${endpoint}/${name}`,
    title: `${endpoint}/${name}`,
    facts: { deployment: name, endpoint },
  };
}
