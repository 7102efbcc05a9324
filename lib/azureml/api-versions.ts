/** Newest stable version; has every job field except those of `PREVIEW`. */
export const STABLE = '2026-05-01';

/**
 * The last version that has `outputs.*.assetVersion`, `resources.locations`, `resources.maxInstanceCount`,
 * `queueSettings.priority` and `Sweep.resources`; the Python SDK sends jobs with it too.
 */
export const PREVIEW = '2024-01-01-preview';
