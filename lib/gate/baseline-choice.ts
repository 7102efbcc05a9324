import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import type { Known } from '../rules/known-values.ts';
import type { Rule } from '../rules/rules.ts';
import { messages } from './messages.ts';
import { anyReads } from './verdict.ts';

/** What rules of the gate may read; the candidate's comes first. */
export const GATE_VARIABLES = ['metrics', 'baseline', 'paired'] as const;

/**
 * What is known of the results of the paired test: `low` and `high` are the ends of an interval around `difference`, and
 * accuracies differ by at most 1.
 */
export const KNOWN_VALUES: Known = {
  paired: {
    rising: ['low', 'difference', 'high'],
    within: ([measure]) =>
      measure === 'accuracy' ? [-1, 1] : measure === 'examples' ? [1, Number.POSITIVE_INFINITY] : ANY,
  },
};

const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** What a candidate is compared with. */
export type BaselineChoice =
  | { kind: 'none' }
  | { kind: 'model'; name: string; version: ModelChoice }
  | { kind: 'endpoint'; name: string }
  | { kind: 'job'; name: string }
  /** A build of the same pipeline: its id, or the newest one before this. */
  | { kind: 'build'; id: string }
  | { kind: 'file'; path: string };

/** The newest version, a certain one, or the newest one that has a tag; the tag `stage` is the stage as well. */
export type ModelChoice =
  | { kind: 'latest' }
  | { kind: 'version'; version: string }
  | { kind: 'tag'; tag: string; value: string };

const NAME = '[A-Za-z0-9][\\w.-]*';

/**
 * Reads `none`, `model:<name>[:<version> | @latest | @stage=Production | @<tag>=<value>]`, `endpoint:<name>`, `job:<name>`,
 * `build:previous`, `build:<id>` or `file:<path>`.
 * @throws UserError `BaselineInvalid`
 */
export function parseBaseline(text: string): BaselineChoice {
  const value = text.trim();
  if (value === '' || value === 'none') return { kind: 'none' };
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/.exec(value) ?? [];
  if (kind === 'model') {
    const model = parseModel(rest);
    if (model) return model;
  } else if (kind === 'file' && rest.trim() !== '') return { kind, path: rest.trim() };
  else if (kind === 'build' && /^(previous|\d+)$/.test(rest)) return { kind, id: rest };
  else if ((kind === 'endpoint' || kind === 'job') && new RegExp(`^${NAME}$`).test(rest)) return { kind, name: rest };
  throw new UserError({
    code: 'BaselineInvalid',
    message: fill(messages.BaselineInvalid, { value }),
    fix: fill(messages.BaselineInvalidFix),
  });
}

function parseModel(text: string): BaselineChoice | undefined {
  const match = new RegExp(`^(${NAME})(?::([1-9]\\d*)|@(latest)|@([^=@]+)=(.+))?$`).exec(text);
  if (!match) return undefined;
  const [, name, version, , tag, value] = match as unknown as [string, string, string?, string?, string?, string?];
  if (version) return { kind: 'model', name, version: { kind: 'version', version } };
  if (tag && value) return { kind: 'model', name, version: { kind: 'tag', tag: tag.trim(), value: value.trim() } };
  return { kind: 'model', name, version: { kind: 'latest' } };
}

/**
 * A rule that compares with a baseline needs one to be named: without, the gate would pass what it was meant to compare.
 * @throws UserError `BaselineMissing`
 */
export function requireBaselineFor(rules: readonly Rule[], baseline: BaselineChoice): void {
  const rule = rules.find((one) => anyReads([one], 'baseline'));
  if (!rule || baseline.kind !== 'none') return;
  throw new UserError({
    code: 'BaselineMissing',
    message: fill(messages.BaselineMissing, { line: rule.line }),
    fix: fill(messages.BaselineMissingFix),
  });
}
