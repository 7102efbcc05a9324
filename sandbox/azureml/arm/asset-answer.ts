/** Versions and containers of assets as the service answers them: the members of their kind and api-version, in its spelling. */
import type { Resource } from '../../contracts.ts';
import type { AssetKind } from './shapes/assets.ts';
import * as versions from './versions.ts';

/** The name under which all anonymous components are put. */
export const anonymousName = 'azureml_anonymous';

type Json = Record<string, any>;

const when = (exists: boolean, members: Json): Json => (exists ? members : {});
const set = (members: Json): Json => Object.fromEntries(Object.entries(members).filter(([, value]) => value != null));

/** The stage of a version. One that is archived has no other. */
export function stageOf({ stage, isArchived, isAnonymous, componentSpec }: Json, kind: AssetKind): string {
  if (isArchived === true) return 'Archived';
  // An anonymous component whose specification has a name of its own is in development, too.
  const isLogged = kind === 'environments' || componentSpec?.name === anonymousName;
  const first = isAnonymous && isLogged ? 'Logged' : 'Development';
  return stage || first;
}

const byKind: Record<AssetKind, (properties: Json, apiVersion: string) => Json> = {
  codes: ({ codeUri, provisioningState }, version) => ({
    // Code is never anonymous in an answer.
    isAnonymous: false,
    codeUri,
    ...when(versions.provisioningState(version), { provisioningState }),
  }),
  data: ({ dataUri, stage, dataType, referencedUris }, version) => ({
    dataUri,
    ...when(versions.autoDeleteSetting(version), { stage: stage ?? null }),
    ...when(versions.intellectualProperty(version), { intellectualProperty: null }),
    ...set({ referencedUris }),
    dataType,
  }),
  models: ({ flavors, modelType, modelUri, jobName, provisioningState, originAssetId, ...more }, version) => ({
    flavors: flavors ?? {},
    modelType,
    modelUri,
    ...when(originAssetId !== undefined, { originAssetId }),
    jobName: jobName ?? null,
    ...when(versions.provisioningState(version), { provisioningState }),
    ...when(versions.stage(version), { stage: stageOf(more, 'models') }),
    ...set({ datasets: more.datasets, defaultDeploymentTemplate: more.defaultDeploymentTemplate }),
    ...when(versions.intellectualProperty(version), { intellectualProperty: null }),
  }),
  environments: (given, version) => ({
    environmentType: given.environmentType,
    ...set({ image: given.image, build: given.build, inferenceConfig: given.inferenceConfig }),
    condaFile: given.condaFile ?? '',
    osType: given.osType ?? 'Linux',
    autoRebuild: given.autoRebuild ?? 'Disabled',
    ...when(versions.provisioningState(version), { provisioningState: given.provisioningState }),
    ...when(versions.stage(version), { stage: stageOf(given, 'environments') }),
    ...when(versions.intellectualProperty(version), { intellectualProperty: null }),
  }),
  components: ({ provisioningState, ...more }, version) => ({
    componentSpec: more.componentSpec,
    ...when(versions.provisioningState(version), { provisioningState }),
    ...when(versions.componentStage(version), { stage: stageOf(more, 'components') }),
  }),
};

/** Properties of a version. A component's description is in its specification only. */
export function versionAnswer(kind: AssetKind, properties: Json, apiVersion: string): Resource['properties'] {
  const { description, tags, isArchived, isAnonymous } = properties;
  // Of data, what was not sent is null.
  const unset = kind === 'data' ? null : {};
  return {
    description: kind === 'components' ? null : (description ?? null),
    tags: tags ?? unset,
    properties: properties.properties ?? unset,
    isArchived: isArchived === true,
    isAnonymous: isAnonymous === true,
    ...when(kind !== 'codes' && versions.autoDeleteSetting(apiVersion), {
      autoDeleteSetting: properties.autoDeleteSetting ?? null,
    }),
    ...byKind[kind](properties, apiVersion),
  };
}

/** What a version of a registry is called, and what it is not: it has no state, and `originAssetId` only of models. */
export function registryAnswer(kind: AssetKind, { properties, ...version }: Resource, apiVersion: string): Resource {
  const [, registry = '', path = ''] = /^azureml:\/\/registries\/([^/]+)\/(.*)$/.exec(version.id) ?? [];
  const name = kind === 'models' ? (path.split('/')[1] ?? version.name) : version.name;
  const { provisioningState: _state, stage: _stage, ...shown } = versionAnswer(kind, properties, apiVersion);
  const isModel = kind === 'models';
  return {
    ...version,
    id: `azureml://registries/${isModel ? registry.toLowerCase() : registry}/${path}`,
    name,
    type: kind,
    properties: {
      ...shown,
      ...(isModel && { originAssetId: properties.originAssetId ?? null, intellectualProperty: null }),
    },
  };
}
