import { parseAssetId } from '../azureml/asset-ids.ts';
import type { Job } from '../azureml/jobs.ts';
import { assetPage } from '../azureml/studio-pages.ts';
import { deployedIn, deploymentNode } from './deployed.ts';
import type { LineageNode } from './lineage.ts';
import { registeredModels } from './registered-tag.ts';
import { modelNodeId } from './trace-model.ts';
import type { Walk } from './walk.ts';

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

/** Deployments of the workspace that serve a model. */
export async function traceServing(walk: Walk, { id, facts }: LineageNode): Promise<void> {
  for (const deployed of await deployedIn(walk, id)) {
    const model = parseAssetId(deployed.model);
    const isSame =
      model?.name === facts.model &&
      model?.version === facts.version &&
      (model?.registry ?? '') === (facts.registry ?? '');
    if (isSame) walk.trace.add(deploymentNode(deployed), { from: id, relation: 'servedBy' });
  }
}
