/** Computes: clusters that exist as resources; the jobs sent to them run on this machine. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { answerAccepted, answerCompute } from './operations.ts';
import { anything, envelope, object } from './shape.ts';
import { computeAnswer, whenPut, whileChanged } from './shapes/compute-answer.ts';

const types = [
  'AmlCompute',
  'ComputeInstance',
  'Kubernetes',
  'VirtualMachine',
  'SynapseSpark',
  'AKS',
  'HDInsight',
  'Databricks',
];

type Body = Record<string, any>;

function created({ context }: Call<WorkspaceContext>, body: Body, older: Resource | undefined): Draft {
  const { properties, tags, identity } = body;
  if (!types.includes(properties.computeType)) throw errors.computeTypeUnknown(properties.computeType, types);
  const location = body.location ?? context.settings.location;
  const at = new Date().toISOString();
  return {
    location,
    tags: tags ?? {},
    ...(identity && { identity }),
    properties: {
      computeLocation: location,
      createdOn: older?.properties.createdOn ?? at,
      ...properties,
      properties: properties.properties ?? {},
      modifiedOn: at,
    },
  };
}

function changed(_call: Call<WorkspaceContext>, { properties, ...given }: Body, compute: Resource): Draft {
  const inner = { ...compute.properties.properties, ...properties?.properties };
  const modifiedOn = new Date().toISOString();
  return { ...compute, ...given, properties: { ...compute.properties, ...properties, properties: inner, modifiedOn } };
}

/** Starts or stops a compute instance. */
const moveTo = (action: string, state: string) => (call: Call<WorkspaceContext>, compute: Resource) => {
  const { properties } = compute;
  if (properties.computeType !== 'ComputeInstance') throw errors.notComputeInstance(action);
  call.context.store.put(call.path, {
    ...compute,
    properties: { ...properties, properties: { ...properties.properties, state } },
  });
  // Clients take 202 alone; the operation has ended already when they ask.
  answerAccepted(call, 'ci');
};

function present(resource: Resource, { context }: Call<WorkspaceContext>): unknown {
  const shown = computeAnswer(resource);
  const state = context.operations.statusOf(`computes/${resource.name}`);
  return state === undefined ? shown : whileChanged(shown, state);
}

export const computes = collection<WorkspaceContext>({
  path: 'computes/:name',
  one: 'Compute',
  names: { name: 'name of a compute' },
  shape: envelope(anything, 'location', 'tags', 'identity', 'sku'),
  missing: () => errors.computeMissing(),
  present,
  defaults: { description: null, isAttachedCompute: false, provisioningErrors: null },
  sets: { provisioningState: 'Succeeded' },
  beforePut: created,
  patch: { shape: object({}, { properties: anything, tags: anything, identity: anything }), change: changed },
  actions: {
    listNodes: ({ response }) => void response.json({ nodes: [] }),
    listKeys: ({ response }, { properties }) => void response.json({ computeType: properties.computeType }),
    start: moveTo('start', 'Running'),
    stop: moveTo('stop', 'Stopped'),
    restart: moveTo('restart', 'Running'),
    enableSso: ({ response }) => void response.status(200).end(),
  },
  answers: {
    put: (call, shown, isNew) => answerCompute(call, 'Creating', whenPut(shown, isNew)),
    patch: (call, shown) => answerCompute(call, 'Updating', whileChanged(shown, 'Updating')),
    delete(call, existed) {
      if (!existed) throw errors.computeMissing();
      answerCompute(call, 'Updating');
    },
  },
});
