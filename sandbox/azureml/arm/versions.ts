/**
 * Which api-versions have which members. Where no recording says it, a member is taken to exist from the version on that
 * the specifications name; the service refuses members that a version does not have.
 */
type Exists = (apiVersion: string) => boolean;

export const isPreview = (version: string): boolean => version.endsWith('preview');
/** Previews and stable versions from these on; without one, none of that kind. */
export const since =
  (preview: string | undefined, stable?: string): Exists =>
  (version) => {
    const first = isPreview(version) ? preview : stable;
    return first !== undefined && version >= first;
  };
const previews =
  (from: string, before: string): Exists =>
  (version) =>
    isPreview(version) && version >= from && version < before;

/**
 * `assetVersion`, `autoDeleteSetting` and `pathOnCompute` of a job's outputs, the last one of inputs, too: 2025-01-01-preview refuses
 * them. The versions in which they begin are those of azure-ai-ml's models.
 */
export const assetVersion = previews('2022-12-01-preview', '2025-01-01-preview');
export const outputAutoDelete = previews('2023-04-01-preview', '2025-01-01-preview');
export const pathOnCompute = previews('2024-01-01-preview', '2025-01-01-preview');
export const assetName = since('2022-12-01-preview', '2025-12-01');
/** `locations`, `maxInstanceCount`, `priority` and `autologgerSettings` of jobs. */
export const locations = previews('2022-10-01-preview', '2025-01-01-preview');
export const secretsConfiguration = previews('2023-04-01-preview', '2025-01-01-preview');
export const dockerArgsList = since('2024-10-01-preview', '2025-12-01');
export const parentJobName = since('2025-01-01-preview');
export const notificationSetting = since('2023-04-01-preview', '2023-10-01');
export const queueSettings = since('2022-12-01-preview', '2023-10-01');

/** Versions of assets. */
export const autoDeleteSetting = since('2023-04-01-preview');
export const intellectualProperty = since('2022-12-01-preview');
export const provisioningState = since('2022-12-01-preview', '2023-04-01');
export const stage = since('2023-02-01-preview', '2023-10-01');
/** Of components; stable versions have none. */
export const componentStage = since('2023-04-01-preview');
