import { parseAssetId } from '../azureml/asset-ids.ts';
import { getOnlineDeployment, getOnlineEndpoint, onlineDeploymentNames } from '../azureml/online-endpoints.ts';
import { endpointPage } from '../azureml/studio-pages.ts';
import { allOf } from '../core/words.ts';
import { recordedRun } from './recorded-run.ts';
import { PREFIX } from './stamp.ts';
import { traceEnvironment } from './trace-job.ts';
import { traceModel } from './trace-model.ts';
import { traceRun } from './trace-run.ts';
import type { Walk } from './walk.ts';

/**
 * An online endpoint, one deployment of it and its model.
 * @param deployment the one that is meant; else the one that gets most of the traffic
 * @throws UserError `EndpointNotFound`, `DeploymentNotFound`
 */
export async function traceEndpoint(walk: Walk, endpoint: string, deployment: string | undefined): Promise<void> {
  const { trace, ws } = walk;
  const { properties } = await getOnlineEndpoint(ws, endpoint);
  const traffic = properties.traffic ?? {};
  const id = `endpoint:${endpoint}`;
  trace.add({
    kind: 'endpoint',
    id,
    title: endpoint,
    link: endpointPage(ws, endpoint),
    facts: { endpoint, traffic: trafficText(traffic) },
  });
  const name = deployment ?? busiest(traffic) ?? (await onlyDeployment(walk, endpoint, id));
  if (name !== undefined) await traceDeployment(walk, endpoint, name, traffic[name] ?? 0, id);
}

/** `blue 90 %, green 10 %`, the most first. */
export function trafficText(traffic: Readonly<Record<string, number>>): string {
  const shares = Object.entries(traffic).sort(([, a], [, b]) => b - a);
  return shares.map(([name, share]) => `${name} ${share} %`).join(', ');
}

/** The deployment that gets most of the traffic; of two with the same share the first by name. */
export function busiest(traffic: Readonly<Record<string, number>>): string | undefined {
  const [first] = Object.entries(traffic)
    .filter(([, share]) => share > 0)
    .sort(([a, one], [b, other]) => other - one || a.localeCompare(b));
  return first?.[0];
}

async function onlyDeployment({ trace, ws }: Walk, endpoint: string, id: string): Promise<string | undefined> {
  const all = await onlineDeploymentNames(ws, endpoint);
  if (all.length === 1) return all[0];
  const why =
    all.length === 0
      ? 'the endpoint does not have one'
      : `none gets traffic; name one of ${allOf(all)}, as in deployment:${endpoint}/${all[0]}`;
  trace.missing(id, 'the deployment', why);
  return undefined;
}

async function traceDeployment(walk: Walk, endpoint: string, name: string, share: number, from: string): Promise<void> {
  const { trace, ws, devops } = walk;
  const { id: armId, properties, tags } = await getOnlineDeployment(ws, endpoint, name);
  const id = `deployment:${endpoint}/${name}`;
  trace.add(
    {
      kind: 'deployment',
      id,
      title: name,
      facts: {
        deployment: name,
        endpoint,
        deploymentId: armId,
        traffic: `${share} %`,
        state: properties.provisioningState ?? '',
        instanceType: properties.instanceType ?? '',
      },
    },
    { from, relation: 'serves', detail: `${share} %` },
  );
  const run = recordedRun(tags);
  if (run) await traceRun(devops, run, { from: id, relation: 'deployedBy' }, trace);
  else trace.missing(id, 'the run that deployed it', 'its tags do not name one, so it was deployed by other means');
  traceEnvironment(walk, ws, id, properties.environmentId);
  const model = parseAssetId(properties.model || tags?.[`${PREFIX}model`] || '');
  if (model?.kind === 'models') await traceModel(walk, model, { from: id, relation: 'serves' });
  else trace.missing(id, 'the model', 'the deployment does not name a registered one');
}
