/** What a version of an asset must satisfy beyond the form of its body, and what the service adds to it. */
import { parse } from 'yaml';
import type { Blobs, Resource, Runs } from '../../contracts.ts';
import { codeHashVersion, hashUploadedCode } from './code-hash.ts';
import { checkComponentSpec } from './component-spec.ts';
import * as errors from './errors.ts';
import { findAsset, type ReferenceContext } from './references.ts';
import type { AssetKind } from './shapes/assets.ts';

type Properties = Resource['properties'];

/** What the rules need. */
export interface RuleContext extends ReferenceContext {
  blobs: Blobs;
  runs: Pick<Runs, 'storageUri'>;
}

/** Checks a new version and returns its properties as they are stored. */
export const newVersionRules: Record<AssetKind, (properties: Properties, context: RuleContext) => Promise<Properties>> =
  {
    async codes(properties, { blobs }) {
      const folder = blobs.locate(properties.codeUri);
      if (!folder) throw errors.codeElsewhere(properties.codeUri);
      const { hash, files } = await hashUploadedCode(blobs, folder);
      if (files === 0) throw errors.codeEmpty(properties.codeUri);
      const claimed = properties.properties?.hash_sha256;
      const version = String(properties.properties?.hash_version ?? codeHashVersion);
      if (claimed !== undefined && version === codeHashVersion && claimed !== hash) {
        throw errors.codeHashDiffers(hash, claimed);
      }
      return properties;
    },
    async data(properties, context) {
      if (properties.autoDeleteSetting && !isManaged(properties.dataUri)) throw errors.autoDeleteElsewhere();
      return { ...properties, dataUri: storedUri(properties.dataUri, 'resourcegroups', context) };
    },
    async models(properties, context) {
      const { blobs, resources } = context;
      const uri: string = properties.modelUri;
      const jobName = /^(?:azureml:\/\/jobs\/|runs:\/\/?)([^/]+)\//i.exec(uri)?.[1] ?? properties.jobName;
      const storage = modelStorage(uri, context);
      const found = blobs.locate(storage);
      const files = found ? await blobs.list(found) : [];
      // A step of a pipeline has outputs too, though it is not a job resource.
      if (/^azureml:\/\/jobs\//i.test(uri) && files.length === 0 && !resources.get(`jobs/${jobName}`)) {
        throw errors.modelJobNotFound(uri, jobName);
      }
      if (found && files.length === 0 && (await blobs.read(found)) === undefined) {
        throw errors.noMatchingArtifacts(uri);
      }
      const flavors =
        properties.modelType === 'mlflow_model' && found ? await readFlavors(blobs, found, uri) : undefined;
      return {
        modelType: 'custom_model',
        ...withoutNulls(properties),
        modelUri: storedUri(storage, 'resourceGroups', context),
        flavors: { ...flavors, ...properties.flavors },
        ...(jobName && { jobName }),
      };
    },
    async environments(properties) {
      const { image, build, condaFile } = properties;
      if (Boolean(image) === Boolean(build)) {
        throw image ? errors.imageAndBuild() : errors.imageMissing();
      }
      if (build && condaFile) throw errors.condaWithoutImage();
      if (condaFile) checkConda(condaFile);
      return {
        osType: 'Linux',
        ...withoutNulls(properties),
        ...(condaFile && { condaFile: condaAsJson(condaFile) }),
        environmentType: 'UserCreated',
      };
    },
    async components(properties, context) {
      const { componentSpec } = properties;
      checkComponentSpec(componentSpec, context);
      return { ...properties, componentSpec: withoutLabel(componentSpec, context) };
    },
  };

/**
 * The datastore URI that a model given by an output of a job or a run keeps. Assumption, from what azure-ai-ml does with
 * it: `models.download` takes the datastore's name from the path of the model that it read.
 */
export const modelStorage = (uri: string, { runs }: Pick<RuleContext, 'runs'>): string => runs.storageUri(uri) ?? uri;

/** The specification with the version that the label of its curated environment names. */
export function withoutLabel(spec: Properties, context: ReferenceContext): Properties {
  const [, name] = /^azureml:(AzureML-[^:@/]+)@latest$/.exec(String(spec.environment)) ?? [];
  const version = name && findAsset(String(spec.environment), 'environments', context)?.name;
  return version ? { ...spec, environment: `azureml:${name}:${version}` } : spec;
}

/** A conda environment as the service keeps it: the JSON of its YAML. */
export function condaAsJson(condaFile: string): string {
  try {
    return JSON.stringify(parse(condaFile), null, 2);
  } catch {
    return condaFile;
  }
}

/**
 * A datastore URI as the service keeps it: in the long form, of data with `resourcegroups` and of models with `resourceGroups`.
 */
export function storedUri(
  uri: string,
  group: 'resourcegroups' | 'resourceGroups',
  { settings }: ReferenceContext,
): string {
  const { subscriptionId, resourceGroup, workspaceName } = settings;
  const long = `azureml://subscriptions/${subscriptionId}/${group}/${resourceGroup}/workspaces/${workspaceName}/datastores/`;
  return uri
    .replace(/^azureml:\/\/datastores\//i, long)
    .replace(/^(azureml:\/\/subscriptions\/[^/]+\/)resourcegroups\//i, `$1${group}/`);
}

/** Whether the data is in the datastore whose files the service keeps and deletes itself. */
const isManaged = (uri: string): boolean => /\/datastores\/workspacemanageddatastore\//i.test(uri);

const withoutNulls = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));

/** The service reads the flavors of an MLflow model from its MLmodel file. */
async function readFlavors(blobs: Blobs, folder: { container: string; path: string }, uri: string) {
  const path = [folder.path.replace(/\/+$/, ''), 'MLmodel'].filter(Boolean).join('/');
  const content = await blobs.read({ container: folder.container, path });
  if (content === undefined) throw errors.notMlflowModel(uri);
  const flavors: Record<string, Record<string, unknown>> = parse(content.toString('utf8'))?.flavors ?? {};
  const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(
    Object.entries(flavors).map(([flavor, data]) => [
      flavor,
      { data: Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, asText(value)])) },
    ]),
  );
}

function checkConda(condaFile: string): void {
  let content: unknown;
  try {
    content = parse(condaFile);
  } catch (error) {
    throw errors.condaNotYaml((error as Error).message);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw errors.condaNotEnvironment();
  }
}
