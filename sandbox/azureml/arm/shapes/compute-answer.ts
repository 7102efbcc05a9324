/** Computes as they are answered: the members of their type, null where nothing was set. */
import type { Resource } from '../../../contracts.ts';

type Json = Record<string, any>;

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

const clusterScale = { maxNodeCount: 1, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: 'PT2M' };

/** What every cluster has that is ready. */
function cluster(given: Json, at: string): Json {
  const { userAccountCredentials: account, ...inner } = given;
  return {
    vmPriority: 'Dedicated',
    subnet: null,
    ...noNodes,
    allocationState: 'Steady',
    allocationStateTransitionTime: at,
    errors: null,
    remoteLoginPortPublicAccess: 'Enabled',
    osType: 'Linux',
    virtualMachineImage: null,
    isolatedNetwork: false,
    enableBatchPrivateLink: false,
    propertyBag: {},
    ...inner,
    // No answer has the password.
    ...(account && { userAccountCredentials: { ...account, adminUserPassword: null } }),
    scaleSettings: { ...clusterScale, ...inner.scaleSettings },
  };
}

/** What every compute instance has that is ready. Assumption: an owner whose ids are all zeros, since the sandbox knows none. */
function instance(given: Json, name: string, at: string): Json {
  const { sshSettings, schedules, ...inner } = given;
  const address = (path: string) => `https://${name}.instances.azureml.localhost/${path}`;
  const nobody = '00000000-0000-0000-0000-000000000000';
  return {
    imageVersion: null,
    subnet: null,
    sshSettings: {
      sshPublicAccess: 'Disabled',
      adminUserName: 'azureuser',
      sshPort: 50000,
      adminPublicKey: null,
      ...sshSettings,
    },
    autologgerSettings: null,
    errors: [],
    connectivityEndpoints: { publicIpAddress: '127.0.0.1', privateIpAddress: '127.0.0.1' },
    applications: [
      { displayName: 'Jupyter', endpointUri: address('tree/') },
      { displayName: 'Jupyter Lab', endpointUri: address('lab') },
    ],
    state: 'Running',
    lastOperation: {
      operationName: 'Create',
      operationTime: at,
      operationStatus: 'Succeeded',
      operationTrigger: 'User',
    },
    createdBy: { userOrgId: nobody, userId: nobody },
    applicationSharingPolicy: 'Shared',
    computeInstanceAuthorizationType: null,
    personalComputeInstanceSettings: null,
    setupScripts: null,
    enableNodePublicIp: true,
    enableBatchPrivateLink: false,
    enableOSPatching: false,
    releaseQuotaOnStop: false,
    enableSSO: true,
    dataMounts: null,
    dataDisks: null,
    containers: null,
    updateStatus: null,
    versions: { runtime: '1' },
    customServices: [],
    osImageMetadata: {
      currentImageVersion: '1',
      latestImageVersion: '1',
      isLatestOsImageVersion: true,
      osPatchingStatus: null,
    },
    ...inner,
    schedules: { computeStartStop: [], ...schedules },
  };
}

/** A compute as it is answered. Computes have no `systemData`. */
export function computeAnswer({ systemData: _none, ...compute }: Resource): Omit<Resource, 'systemData'> {
  const { properties } = compute;
  const given = properties.properties ?? {};
  const inner =
    properties.computeType === 'AmlCompute'
      ? cluster(given, properties.modifiedOn)
      : properties.computeType === 'ComputeInstance'
        ? instance(given, compute.name, properties.modifiedOn)
        : properties.properties;
  return {
    ...compute,
    tags: compute.tags ?? {},
    properties: {
      disableLocalAuth: false,
      resourceId: null,
      provisioningWarnings: {},
      ...properties,
      ...(inner && { properties: inner }),
    },
  };
}

type Shown = ReturnType<typeof computeAnswer>;

/** A compute while it is changed: its state, and its size in capital letters. */
export function whileChanged({ properties, ...compute }: Shown, provisioningState: string): Shown {
  const vmSize: string | undefined = properties.properties?.vmSize;
  const inner = { ...properties.properties, ...(vmSize && { vmSize: vmSize.toUpperCase() }) };
  return { ...compute, properties: { ...properties, properties: inner, provisioningState } };
}

/** What a PUT answers of a cluster: nothing of its nodes, and of a new one neither its place nor tags. */
export function whenPut(shown: Shown, isNew: boolean): object {
  const changing = whileChanged(shown, 'Creating');
  const { computeLocation, properties: inner, ...properties } = changing.properties;
  const isCluster = properties.computeType === 'AmlCompute';
  const nodes = { currentNodeCount: null, targetNodeCount: null, nodeStateCounts: null, allocationState: null };
  const { allocationStateTransitionTime, propertyBag, userAccountCredentials, ...others } = inner ?? {};
  return {
    ...changing,
    ...(isNew && { tags: null }),
    properties: {
      ...properties,
      ...(isNew ? { provisioningWarnings: null } : { computeLocation }),
      ...(inner && { properties: isCluster ? { ...others, ...nodes } : inner }),
    },
  };
}
