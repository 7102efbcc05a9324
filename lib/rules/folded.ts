import { partsOfLine } from './text.ts';

/**
 * Where the comment of a line begins that hides a rule; undefined when it hides none. YAML folds rules (`rules: >`) up to the
 * next blank line into one line, in which the first comment would hide all rules behind it. In a single line a comment has no
 * rule in it. Among several lines it may: `metrics.auc >= 0.9 # was metrics.auc >= 0.8`, and a line that is only a
 * comment. There it hides what reads a metric that no rule reads, and two rules. A rule that is switched off is the whole comment.
 */
export function hiddenRule(lines: readonly string[], index: number, variables: readonly string[]): number | undefined {
  const { rule, comment } = partsOfLine(lines[index]!);
  const at = rule.length;
  const reads = new RegExp(`(?<![\\w.])(?:${variables.join('|')})(?:\\.\\w|\\[)`).test(comment);
  const isCondition = reads && /[<=≥≤≠]|(?<!-)>/.test(comment);
  const isShort = new RegExp(SHORT, 'i').test(comment);
  if (!isCondition && !isShort) return undefined;
  if (lines.filter((line) => line.trim() !== '').length === 1) return at;
  const isRule = rule.trim() !== '';
  if (!isRule && hasTwoRules(comment, variables)) return at;
  if (!isRule && !endsWithRule(comment, variables)) return undefined;
  const judged = new Set(lines.flatMap((line) => namesIn(partsOfLine(line).rule, variables)));
  return namesIn(comment, variables).some((name) => !judged.has(name)) ? at : undefined;
}

/** `auc: higher`, and not `auc: higher is better`. */
const SHORT = /("[^"]*"|'[^']*'|[\w./-]+)\s*:\s*(?:higher|lower)\b(?!\s+(?:is|values?|than|means)\b)/.source;

/** One behind the other, without `&&`. */
function hasTwoRules(comment: string, variables: readonly string[]): boolean {
  const condition = new RegExp(`[<>=≤≥]\\s*(?:[\\d.]+|[A-Za-z_]\\w*[.[]\\S+)\\s+(?:${variables.join('|')})[.[]`);
  return condition.test(comment) || (comment.match(new RegExp(SHORT, 'gi')) ?? []).length > 1;
}

/** Words that say that a rule is none: `# not yet metrics.f1 >= 0.8`. */
const OFF =
  /\b(?:was|were|not?|never|later|next|todo|fixme|old|earlier|before|instead|than|e\.?g|example|like|as|see|disabled|off|out|removed|replaced|once|would|could|should|if|when)\b/i;

/** A heading with a rule behind it that began on the next line: `# quality metrics.auc >= 0.9`. */
function endsWithRule(comment: string, variables: readonly string[]): boolean {
  const text = comment.replace(/^[#/\s*-]+/, '');
  const value = `(?:\\w+\\()?(?:${variables.join('|')})(?:\\.[\\w.]+|\\[[^\\]]*\\])+\\)?`;
  const operator = '(?:[<>]=?|[=!]=|≤|≥)';
  const rule = `(?:${value}\\s*${operator}\\s*\\S+|[\\d.]+\\s*${operator}\\s*${value}|${SHORT}(?:\\s*,[^.!?]*)?)$`;
  const begun = text.search(new RegExp(`${value}|${SHORT}`, 'i'));
  const heading = text.slice(0, begun);
  return begun > 0 && !OFF.test(heading) && !/[<>=!&|(]/.test(heading) && new RegExp(rule, 'i').test(text);
}

/** Names of metrics that are compared in a text: of `lowest(metrics.loss) < 1` and of `loss: lower` it is `loss`. */
function namesIn(text: string, variables: readonly string[]): string[] {
  const operator = '(?:[<>]=?|[=!]=|≤|≥)';
  const value = `(?:${variables.join('|')})(?:\\.([\\w.]+)|\\[(?:"([^"]*)"|'([^']*)')\\])`;
  const compared = new RegExp(`${value}\\)?\\s*${operator}|${operator}\\s*(?:\\w+\\()?${value}`, 'g');
  const inConditions = [...text.matchAll(compared)].flatMap((found) =>
    found.slice(1).filter((name) => name !== undefined),
  );
  const inShort = [...text.matchAll(new RegExp(SHORT, 'gi'))].map(([, name]) => name!.replace(/^["']|["']$/g, ''));
  return [...inConditions, ...inShort];
}
