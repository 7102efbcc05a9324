import { parseAssetId } from '../azureml/asset-ids.ts';
import { findBatchEndpoint, getBatchDeployment } from '../azureml/batch-endpoints.ts';
import {
  findOnlineEndpoint,
  getOnlineDeployment,
  getOnlineEndpoint,
  onlineDeploymentNames,
} from '../azureml/online-reads.ts';
import { endpointPage } from '../azureml/studio-pages.ts';
import { allOf } from '../core/words.ts';
import type { LineageNode } from './lineage.ts';
import { recordedRun } from './recorded-run.ts';
import { PREFIX } from './stamp.ts';
import { traceEnvironment } from './trace-job.ts';
import { traceModel } from './trace-model.ts';
import { traceRun } from './trace-run.ts';
import type { Walk } from './walk.ts';

/**
 * An endpoint, one deployment of it and its model. A name that no online endpoint has may be a batch endpoint's.
 * @param deployment the one that is meant; else the one that gets most of the traffic, of a batch endpoint the default one
 * @throws UserError `EndpointNotFound`; `DeploymentNotFound` for one that is named. Any other that can't be read is missing.
 */
export async function traceEndpoint(walk: Walk, name: string, deployment: string | undefined): Promise<void> {
  const { ws } = walk;
  const online = await findOnlineEndpoint(ws, name);
  const batch = online ? undefined : await findBatchEndpoint(ws, name);
  if (batch) return traceBatch(walk, batch, deployment);
  const { properties } = online ?? (await getOnlineEndpoint(ws, name)); // throws with the names that there are
  const traffic = properties.traffic ?? {};
  const id = addEndpoint(walk, name, 'online', trafficText(traffic));
  const [first, ...equal] = busiest(traffic);
  const wanted = deployment ?? first ?? (await onlyDeployment(walk, name, id));
  if (deployment === undefined && first !== undefined && equal.length > 0) {
    const why = `${allOf([first, ...equal])} get ${traffic[first]} % each; this is ${first}, name another one as in deployment:${name}/${equal[0]}`;
    walk.trace.missing(id, 'the one deployment with most of the traffic', why);
  }
  if (wanted === undefined) return;
  const read = () => getOnlineDeployment(ws, name, wanted);
  const found =
    deployment === undefined ? await walk.trace.attempt(id, `the deployment ${wanted}`, read) : await read();
  if (found === undefined) return;
  const share = `${traffic[wanted] ?? 0} %`;
  const { model, environmentId, instanceType } = found.properties;
  await traceDeployment(walk, {
    endpoint: name,
    name: wanted,
    share,
    tags: found.tags,
    model,
    environmentId,
    instanceType,
  });
}

async function traceBatch(
  walk: Walk,
  endpoint: NonNullable<Awaited<ReturnType<typeof findBatchEndpoint>>>,
  deployment: string | undefined,
): Promise<void> {
  const { name } = endpoint;
  const preset = endpoint.properties.defaults?.deploymentName ?? '';
  const id = addEndpoint(walk, name, 'batch', preset);
  const read = () => getBatchDeployment(walk.ws, endpoint, deployment);
  const what = preset === '' ? 'the deployment' : `the deployment ${preset}`;
  const found = deployment === undefined ? await walk.trace.attempt(id, what, read) : await read();
  if (found === undefined) return;
  const { model } = found.properties;
  await traceDeployment(walk, { endpoint: name, name: found.name, tags: found.tags, model: model?.assetId });
}

function addEndpoint({ trace, ws }: Walk, name: string, kind: 'online' | 'batch', traffic: string): string {
  const id = `endpoint:${name}`;
  trace.add({
    kind: 'endpoint',
    id,
    title: name,
    link: endpointPage(ws, kind, name),
    facts: { endpoint: name, type: kind, traffic },
  });
  return id;
}

/** `blue 90 %, green 10 %`, the most first. */
function trafficText(traffic: Readonly<Record<string, number>>): string {
  const shares = Object.entries(traffic).sort(([, a], [, b]) => b - a);
  return shares.map(([name, share]) => `${name} ${share} %`).join(', ');
}

/** The deployments that get most of the traffic: one, or all that have the same share, by name. */
function busiest(traffic: Readonly<Record<string, number>>): string[] {
  const most = Math.max(0, ...Object.values(traffic));
  return most === 0
    ? []
    : Object.keys(traffic)
        .filter((name) => traffic[name] === most)
        .sort();
}

async function onlyDeployment({ trace, ws }: Walk, endpoint: string, id: string): Promise<string | undefined> {
  const all = await trace.attempt(id, 'the deployment', () => onlineDeploymentNames(ws, endpoint));
  if (all === undefined) return undefined;
  if (all.length === 1) return all[0];
  const why =
    all.length === 0
      ? 'the endpoint does not have one'
      : `none gets traffic; name one of ${allOf(all)}, as in deployment:${endpoint}/${all[0]}`;
  trace.missing(id, 'the deployment', why);
  return undefined;
}

/** What a deployment of either kind says of itself. */
interface ReadDeployment {
  endpoint: string;
  name: string;
  /** `90 %`; undefined for batch. */
  share?: string;
  tags?: Record<string, string> | null | undefined;
  model?: string | null | undefined;
  environmentId?: string | null | undefined;
  instanceType?: string | null | undefined;
}

async function traceDeployment(walk: Walk, deployment: ReadDeployment): Promise<void> {
  const { trace, ws, devops } = walk;
  const { endpoint, name, share, tags, environmentId, instanceType } = deployment;
  const node: LineageNode = {
    kind: 'deployment',
    id: `deployment:${endpoint}/${name}`,
    title: name,
    facts: { deployment: name, endpoint, traffic: share ?? '', instanceType: instanceType ?? '' },
  };
  trace.add(node, { from: `endpoint:${endpoint}`, relation: 'serves', detail: share });
  const run = recordedRun(tags);
  if (run) await traceRun(devops, run, { from: node.id, relation: 'deployedBy' }, trace);
  else
    trace.missing(node.id, 'the run that deployed it', 'its tags do not name one, so it was deployed by other means');
  traceEnvironment(walk, ws, node.id, environmentId);
  const model = parseAssetId(deployment.model || tags?.[`${PREFIX}model`] || '');
  if (model?.kind === 'models') await traceModel(walk, model, { from: node.id, relation: 'serves' });
  else trace.missing(node.id, 'the model', 'the deployment does not name a registered one');
}
