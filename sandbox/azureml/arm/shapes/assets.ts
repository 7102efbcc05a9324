/** Request bodies of `PUT {kind}/{name}` and `PUT {kind}/{name}/versions/{version}`. */
import type { Check } from '../shape.ts';
import * as shape from '../shape.ts';
import { isPreview } from '../versions.ts';

/** The kinds of assets that a workspace keeps in versions, by their path segment. */
export type AssetKind = 'codes' | 'data' | 'models' | 'environments' | 'components';

const base: Record<string, Check> = {
  description: shape.text,
  isAnonymous: shape.flag,
  isArchived: shape.flag,
  properties: shape.mapOf(shape.textual),
  tags: shape.mapOf(shape.textual),
  autoDeleteSetting: shape.only(isPreview, shape.anything),
  intellectualProperty: shape.only(isPreview, shape.anything),
  // Read-only, but present when a version that was read is put back.
  provisioningState: shape.text,
};

const route = shape.object({ path: shape.name, port: shape.integer });

/** Properties of a version. */
export const versionProperties: Record<AssetKind, Check> = {
  codes: shape.object({ codeUri: shape.name }, base),
  data: shape.union('dataType', {
    uri_file: [{ dataUri: shape.name }, { ...base, stage: shape.text }],
    uri_folder: [{ dataUri: shape.name }, { ...base, stage: shape.text }],
    mltable: [{ dataUri: shape.name }, { ...base, stage: shape.text, referencedUris: shape.listOf(shape.text) }],
  }),
  models: shape.object(
    { modelUri: shape.name },
    {
      ...base,
      flavors: shape.mapOf(shape.object({}, { data: shape.mapOf(shape.text) })),
      jobName: shape.text,
      modelType: shape.text,
      stage: shape.text,
      datasets: shape.listOf(shape.anything),
      // The newer SDK sends these two for deployment templates and system metadata.
      defaultDeploymentTemplate: shape.anything,
      systemMetadata: shape.anything,
      system_metadata: shape.anything,
    },
  ),
  environments: shape.object(
    {},
    {
      ...base,
      autoRebuild: shape.oneOf('Disabled', 'OnBaseImageUpdate'),
      build: shape.object({ contextUri: shape.name }, { dockerfilePath: shape.text }),
      condaFile: shape.text,
      environmentType: shape.text,
      image: shape.text,
      inferenceConfig: shape.object(
        {},
        { livenessRoute: route, readinessRoute: route, scoringRoute: route, startupRoute: route },
      ),
      osType: shape.oneOf('Linux', 'Windows'),
      stage: shape.text,
      imageDetails: shape.only(isPreview, shape.anything),
    },
  ),
  components: shape.object({ componentSpec: shape.mapOf(shape.anything) }, { ...base, stage: shape.text }),
};

const container = {
  description: shape.text,
  isArchived: shape.flag,
  properties: shape.mapOf(shape.textual),
  tags: shape.mapOf(shape.textual),
  latestVersion: shape.text,
  nextVersion: shape.text,
  provisioningState: shape.text,
};

/** Properties of a container. */
export const containerProperties: Record<AssetKind, Check> = {
  codes: shape.object({}, container),
  data: shape.object(
    { dataType: shape.oneOf('uri_file', 'uri_folder', 'mltable') },
    { ...container, isAnonymous: shape.flag },
  ),
  models: shape.object({}, container),
  environments: shape.object({}, container),
  components: shape.object({}, container),
};

/** Fields that stay as the first PUT of a version gave them. */
export const immutableFields: Record<AssetKind, string[]> = {
  codes: ['codeUri'],
  data: ['dataUri', 'dataType', 'referencedUris'],
  models: ['modelUri', 'modelType'],
  environments: ['image', 'condaFile', 'build', 'osType', 'inferenceConfig'],
  components: ['componentSpec'],
};
