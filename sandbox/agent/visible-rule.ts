/** `visibleRule` of task.json: `a = x && b != y || c EndsWith z`; no parentheses, bare values. */

/** Whether the rule holds for the given inputs; names compare case-insensitively, as do values. */
export function isVisible(rule: string | undefined, lookUp: (input: string) => string): boolean {
  if (!rule?.trim()) return true;
  return rule.split('||').some((part) => part.split('&&').every((term) => holds(term.trim(), lookUp)));
}

function holds(term: string, lookUp: (input: string) => string): boolean {
  const match = /^(\S+?)\s*(==|!=|=|\bNotEndsWith\b|\bEndsWith\b)\s*(.*)$/i.exec(term);
  if (!match)
    throw new Error(`visibleRule '${term}' is not understood: write input = value, !=, EndsWith or NotEndsWith.`);
  const actual = lookUp(match[1]!).toLowerCase();
  const expected = match[3]!
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  switch (match[2]!.toLowerCase()) {
    case '!=':
      return actual !== expected;
    case 'endswith':
      return actual.endsWith(expected);
    case 'notendswith':
      return !actual.endsWith(expected);
    default:
      return actual === expected;
  }
}
