import { UserError } from '../core/errors.ts';
import { type Rule, reads } from '../rules/rules.ts';

/** What rules of the gate may read. */
export const GATE_VARIABLES = ['metrics', 'baseline'] as const;

/** What a candidate is compared with. */
export type BaselineChoice = { kind: 'none' } | { kind: 'model'; name: string; version: string };

/**
 * Reads `none`, `model:<name>` (its newest version), `model:<name>:<version>` or `model:<name>@latest`.
 * @throws UserError `BaselineInvalid`
 */
export function parseBaseline(text: string): BaselineChoice {
  const value = text.trim();
  if (value === '' || value === 'none') return { kind: 'none' };
  const match = /^model:([A-Za-z0-9][\w.-]*)(?::([\w.-]+)|@([\w.-]+))?$/.exec(value);
  if (!match) throw invalid(`The input baseline is '${value}'`);
  const [, name, version, label] = match as unknown as [string, string, string?, string?];
  if (label && label !== 'latest') throw invalid(`The input baseline asks for the label '${label}'`);
  return { kind: 'model', name, version: version ?? '@latest' };
}

/**
 * A rule that compares with a baseline needs one to be named: without, the gate would pass what it was meant to compare.
 * @throws UserError `BaselineMissing`
 */
export function requireBaselineFor(rules: readonly Rule[], baseline: BaselineChoice): void {
  const rule = rules.find(({ conditions }) => conditions.some((condition) => reads(condition, 'baseline')));
  if (!rule || baseline.kind !== 'none') return;
  throw new UserError({
    code: 'BaselineMissing',
    message: `Rule ${rule.line} reads 'baseline', but the input baseline names no model.`,
    fix: 'Name one, for example model:churn; while that model does not exist yet, the verdict is noBaseline.',
    docs: 'tasks/evaluate-model',
  });
}

function invalid(what: string): UserError {
  return new UserError({
    code: 'BaselineInvalid',
    message: `${what}; allowed are 'none', 'model:<name>', 'model:<name>:<version>' and 'model:<name>@latest'.`,
    fix: 'For example model:churn compares with the newest version of the model churn.',
    docs: 'tasks/evaluate-model',
  });
}
