/** Request bodies of `PUT {kind}/{name}` and `PUT {kind}/{name}/versions/{version}`. */
import {
  anything,
  type Check,
  flag,
  integer,
  listOf,
  mapOf,
  name,
  object,
  oneOf,
  only,
  text,
  textual,
  union,
} from '../shape.ts';

/** The kinds of assets that a workspace keeps in versions, by their path segment. */
export type AssetKind = 'codes' | 'data' | 'models' | 'environments' | 'components';

const preview = (apiVersion: string) => apiVersion.endsWith('preview');

const base: Record<string, Check> = {
  description: text,
  isAnonymous: flag,
  isArchived: flag,
  properties: mapOf(textual),
  tags: mapOf(textual),
  autoDeleteSetting: only(preview, anything),
  intellectualProperty: only(preview, anything),
  // Read-only, but present when a version that was read is put back.
  provisioningState: text,
};

const route = object({ path: name, port: integer });

/** Properties of a version. */
export const versionProperties: Record<AssetKind, Check> = {
  codes: object({ codeUri: name }, base),
  data: union('dataType', {
    uri_file: [{ dataUri: name }, { ...base, stage: text }],
    uri_folder: [{ dataUri: name }, { ...base, stage: text }],
    mltable: [{ dataUri: name }, { ...base, stage: text, referencedUris: listOf(text) }],
  }),
  models: object(
    { modelUri: name },
    {
      ...base,
      flavors: mapOf(object({}, { data: mapOf(text) })),
      jobName: text,
      modelType: text,
      stage: text,
      datasets: listOf(anything),
      // The newer SDK sends these two for deployment templates and system metadata.
      defaultDeploymentTemplate: anything,
      systemMetadata: anything,
      system_metadata: anything,
    },
  ),
  environments: object(
    {},
    {
      ...base,
      autoRebuild: oneOf('Disabled', 'OnBaseImageUpdate'),
      build: object({ contextUri: name }, { dockerfilePath: text }),
      condaFile: text,
      environmentType: text,
      image: text,
      inferenceConfig: object(
        {},
        { livenessRoute: route, readinessRoute: route, scoringRoute: route, startupRoute: route },
      ),
      osType: oneOf('Linux', 'Windows'),
      stage: text,
      imageDetails: only(preview, anything),
    },
  ),
  components: object({ componentSpec: mapOf(anything) }, { ...base, stage: text }),
};

const container = {
  description: text,
  isArchived: flag,
  properties: mapOf(textual),
  tags: mapOf(textual),
  latestVersion: text,
  nextVersion: text,
  provisioningState: text,
};

/** Properties of a container. */
export const containerProperties: Record<AssetKind, Check> = {
  codes: object({}, container),
  data: object({ dataType: oneOf('uri_file', 'uri_folder', 'mltable') }, { ...container, isAnonymous: flag }),
  models: object({}, container),
  environments: object({}, container),
  components: object({}, container),
};

/** Fields that stay as the first PUT of a version gave them. */
export const immutableFields: Record<AssetKind, string[]> = {
  codes: ['codeUri'],
  data: ['dataUri', 'dataType', 'referencedUris'],
  models: ['modelUri', 'modelType'],
  environments: ['image', 'condaFile', 'build', 'osType', 'inferenceConfig'],
  components: ['componentSpec'],
};
