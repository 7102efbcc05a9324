/** What is answered for assets that are not there: each kind has an error of its own. */
import type { WorkspaceSettings } from '../../contracts.ts';
import type { ArmError } from './arm-error.ts';
import { assetMissing, modelMissing } from './errors.ts';
import type { AssetKind } from './shapes/assets.ts';

const containers: Record<AssetKind, (name: string) => ArmError> = {
  models: (name) => modelMissing('ModelNotFound', `Model container with name: ${name} not found.`),
  components: (name) => assetMissing(`Not found component ${name}.`, 'NotFound', 'ComponentNotFound'),
  // Assumption: in the words of its versions.
  data: (name) => assetMissing(`Data container ${name} (dataContainerName) not found.`, 'NotFoundError'),
  environments: (name) => assetMissing(`Environment container ${name} was not found.`, 'NotFound'),
  codes: (name) => assetMissing(`Code container ${name} was not found.`, 'NotFound'),
};

type Version = (name: string, version: string, workspace: WorkspaceSettings) => ArmError;
const versions: Record<AssetKind, Version> = {
  models: (name, version, { subscriptionId, resourceGroup, workspaceName }) =>
    modelMissing(
      'NoSuchModelRegistered',
      `There is no registered model in Account Subscription: ${subscriptionId}, ResourceGroup: ${resourceGroup}, Workspace: ${workspaceName} with id ${name}:${version}`,
    ),
  components: (name, version) =>
    assetMissing(`Not found component ${name} (version: ${version}).`, 'NotFound', 'ComponentNotFound'),
  data: (name, version) =>
    assetMissing(`Data version ${name}:${version} (dataContainerName:version) not found.`, 'NotFoundError'),
  environments: (name, version) => assetMissing(`Environment ${name}:${version} was not found.`, 'NotFound'),
  codes: (name, version) => assetMissing(`Code ${name}:${version} was not found.`, 'NotFound'),
};

export const containerMissing = (kind: AssetKind, name: string): ArmError => containers[kind](name);

export const versionMissing = (kind: AssetKind, ...asset: Parameters<Version>): ArmError => versions[kind](...asset);
