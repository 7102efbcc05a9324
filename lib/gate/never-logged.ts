import { type FilledMessage, fill } from '../core/message.ts';
import { nearest } from '../core/words.ts';
import type { Rule } from '../rules/rules.ts';
import { type Measured, valueOfUse } from './measured.ts';
import { messages } from './messages.ts';

/**
 * Metrics that rules allow to be missing, that nothing here has logged, and that are spelt like one that was:
 * `!has(metrics.f1_scor) || metrics.f1_scor > 0.5` holds for every model. It stays a warning, since a rule may well be about a metric that not every model has.
 */
export function neverLogged(rules: readonly Rule[], measured: readonly (Measured | undefined)[]): FilledMessage[] {
  const found = measured.filter((one) => one !== undefined);
  const names = [
    ...new Set(found.flatMap(({ metrics, aliases }) => [...Object.keys(metrics), ...Object.keys(aliases)])),
  ];
  const logged = new Set(found.flatMap(({ notCounted }) => notCounted.flatMap((one) => one.names)));
  const warnings = new Map<string, FilledMessage>();
  for (const { line, conditions } of rules) {
    for (const use of conditions.flatMap(({ uses }) => uses)) {
      const name = use.path.join('.');
      const isThere = found.some((one) => valueOfUse(use, one) !== undefined) || logged.has(use.path.at(-1)!);
      const meant = use.optional && !isThere ? likeName(name, names) : undefined;
      if (meant !== undefined) warnings.set(`${line} ${name}`, fill(messages.NeverLogged, { line, name, meant }));
    }
  }
  return [...warnings.values()];
}

/** The name that may have been meant: it is spelt alike, or is the same behind a slash. */
function likeName(name: string, names: readonly string[]): string | undefined {
  // `recall_at_5` is not a misspelt `recall_at_10`.
  const shape = (text: string): string => text.replace(/\d+/g, '0');
  const others = names.filter((one) => shape(one) !== shape(name));
  return nearest(name, others) ?? others.find((one) => one.endsWith(`/${name}`));
}
