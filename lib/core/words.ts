import { allOf, didYouMean } from './nearest.ts';

/**
 * The whole sentence about something that is missing, and what there is instead:
 * `There is no schedule 'nightli' in the workspace 'ws'. Did you mean 'nightly'? There are 'nightly' and 'weekly'.`
 * @param what one of its kind: `schedule`, `version of the model 'm'`
 * @param where `in the workspace 'ws'`
 * @param names what there is
 */
export function notFound(what: string, name: string, where: string, names: readonly string[]): string {
  // No version is a misspelling of another one.
  const meant = /^[\d.]+$/.test(name) ? '' : didYouMean(name, names);
  return `There is no ${what} '${name}' ${where}.${meant} ${thereIs(names)}`;
}

/** `There are 'a' and 'b'.`, `There is 'a'.` or `There are none.` */
export function thereIs(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  return `There ${names.length === 1 ? 'is' : 'are'} ${allOf(names)}.`;
}
