/** What is answered for assets that are not there: each kind has an error of its own. */
import type { WorkspaceSettings } from '../../contracts.ts';
import { ArmError } from './arm-error.ts';
import type { AssetKind } from './shapes/assets.ts';

/** 404 with these codes of `InnerError`, from the outermost in. */
const missing = (message: string, ...inner: string[]): ArmError =>
  new ArmError(404, 'UserError', message, { from: 'provider', inner });

/** A missing model is reported in `details` alone; there is no inner error. */
const modelMissing = (code: string, message: string): ArmError =>
  new ArmError(404, 'UserError', 'The specified resource was not found.', {
    from: 'provider',
    details: [{ code, message }],
  });

const containers: Record<AssetKind, (name: string) => ArmError> = {
  models: (name) => modelMissing('ModelNotFound', `Model container with name: ${name} not found.`),
  components: (name) => missing(`Not found component ${name}.`, 'NotFound', 'ComponentNotFound'),
  // Assumption: in the words of its versions.
  data: (name) => missing(`Data container ${name} (dataContainerName) not found.`, 'NotFoundError'),
  environments: (name) => missing(`Environment container ${name} was not found.`, 'NotFound'),
  codes: (name) => missing(`Code container ${name} was not found.`, 'NotFound'),
};

type Version = (name: string, version: string, workspace: WorkspaceSettings) => ArmError;
const versions: Record<AssetKind, Version> = {
  models: (name, version, { subscriptionId, resourceGroup, workspaceName }) =>
    modelMissing(
      'NoSuchModelRegistered',
      `There is no registered model in Account Subscription: ${subscriptionId}, ResourceGroup: ${resourceGroup}, Workspace: ${workspaceName} with id ${name}:${version}`,
    ),
  components: (name, version) =>
    missing(`Not found component ${name} (version: ${version}).`, 'NotFound', 'ComponentNotFound'),
  data: (name, version) =>
    missing(`Data version ${name}:${version} (dataContainerName:version) not found.`, 'NotFoundError'),
  environments: (name, version) => missing(`Environment ${name}:${version} was not found.`, 'NotFound'),
  codes: (name, version) => missing(`Code ${name}:${version} was not found.`, 'NotFound'),
};

export const containerMissing = (kind: AssetKind, name: string): ArmError => containers[kind](name);

export const versionMissing = (kind: AssetKind, ...asset: Parameters<Version>): ArmError => versions[kind](...asset);
