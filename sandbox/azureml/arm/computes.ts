/** Computes: clusters that exist as resources; the jobs sent to them run on this machine. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { answerAccepted, answerComputeChange } from './operations.ts';
import { anything, envelope, object } from './shape.ts';

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

/** What the service adds to a compute that is ready. */
const stateOf = (computeType: string): Record<string, unknown> => {
  if (computeType === 'ComputeInstance') return { state: 'Running' };
  return { allocationState: 'Steady', currentNodeCount: 0, targetNodeCount: 0 };
};

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
      properties: { ...stateOf(properties.computeType), ...properties.properties },
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

/** The nodes of a cluster that has none running. */
export const noNodes = {
  currentNodeCount: 0,
  targetNodeCount: 0,
  nodeStateCounts: {
    preparingNodeCount: 0,
    runningNodeCount: 0,
    idleNodeCount: 0,
    unusableNodeCount: 0,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
  },
};

/** Members that every cluster has. */
const clusterNulls = {
  subnet: null,
  ...noNodes,
  allocationState: 'Steady',
  errors: null,
  remoteLoginPortPublicAccess: 'Enabled',
  osType: 'Linux',
  virtualMachineImage: null,
  isolatedNetwork: false,
  enableBatchPrivateLink: false,
  propertyBag: {},
};
const clusterScale = { maxNodeCount: 1, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: 'PT2M' };

/** A compute as it is answered, with null where nothing was set. Computes have no `systemData`. */
function shownCompute({ systemData: _none, ...compute }: Resource): Omit<Resource, 'systemData'> {
  const { properties } = compute;
  const inner = properties.properties ?? {};
  const cluster = properties.computeType === 'AmlCompute' && {
    vmPriority: 'Dedicated',
    ...clusterNulls,
    allocationStateTransitionTime: properties.modifiedOn,
    ...inner,
    scaleSettings: { ...clusterScale, ...inner.scaleSettings },
  };
  return {
    ...compute,
    tags: compute.tags ?? {},
    properties: {
      disableLocalAuth: false,
      resourceId: null,
      provisioningWarnings: {},
      ...properties,
      ...(cluster && { properties: cluster }),
    },
  };
}

/** A compute while it is changed: its state, and its size in capital letters. */
function whileUpdating(compute: ReturnType<typeof shownCompute>): unknown {
  const { properties } = compute;
  const vmSize: string | undefined = properties.properties?.vmSize;
  const inner = { ...properties.properties, ...(vmSize && { vmSize: vmSize.toUpperCase() }) };
  return { ...compute, properties: { ...properties, properties: inner, provisioningState: 'Updating' } };
}

function present(resource: Resource, { context }: Call<WorkspaceContext>): unknown {
  const shown = shownCompute(resource);
  return context.operations.statusOf(`computes/${resource.name}`) ? whileUpdating(shown) : shown;
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
    patch: (call, shown) => answerComputeChange(call, whileUpdating(shown)),
    delete({ response }, existed) {
      if (!existed) throw errors.computeMissing();
      response.status(200).end();
    },
  },
});
