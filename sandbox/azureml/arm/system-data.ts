/** `systemData` of a resource, as its kind shows it. */
import type { Resource } from '../../contracts.ts';

export type SystemField = keyof NonNullable<Resource['systemData']>;

/** What jobs show: nothing about changes. */
export const onlyCreation: SystemField[] = ['createdAt', 'createdBy', 'createdByType'];
/** What batch endpoints and deployments show. */
export const withoutTypes: SystemField[] = ['createdAt', 'createdBy', 'lastModifiedAt'];

/** The fields that are shown, with times as the service writes them: seven decimals and an offset. */
export function systemDataOf({ systemData }: Resource, fields?: SystemField[]): Resource['systemData'] {
  if (!systemData) return undefined;
  const shown = Object.entries(systemData).filter(([field]) => !fields || fields.includes(field as SystemField));
  const written = shown.map(([field, value]) => [field, field.endsWith('At') ? serviceTime(value) : value]);
  return Object.fromEntries(written);
}

/** `2026-01-01T00:00:00.1230000+00:00` for an ISO 8601 time that ends in `Z`. */
export const serviceTime = (time: string): string =>
  time.replace(/(?:\.(\d+))?Z$/, (_all, decimals = '') => `.${decimals.padEnd(7, '0')}+00:00`);
