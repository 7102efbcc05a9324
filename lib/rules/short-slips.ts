import { RuleProblem, TWO_RULES } from './rule-problem.ts';
import { type Direction, isOption } from './short-options.ts';
import { meantOption } from './short-words.ts';

/** A rule `name: word, ...` whose word is not a direction. */
interface Undirected {
  name: string;
  /** The name as it is written, with its quotes. */
  label: string;
  /** What is behind the colon, and its first part. */
  rest: string;
  word: string;
  /** Offset of it in the rule. */
  start: number;
}

/** What is wrong where a direction should be: a condition, a limit, or another word for the direction. */
export function notDirected(rule: Undirected, variables: readonly string[]): RuleProblem {
  const { name, label, rest, word, start } = rule;
  if (word === '') return new RuleProblem('the direction is missing.', start, [`${label}: higher`, `${label}: lower`]);
  if (/^(?:"[^"]*"|'[^']*'|[\w./-]+)\s*:\s*(?:higher|lower)\b/i.test(rest))
    return new RuleProblem(`'${name}:' is not a part of a rule.`, 0, [rest.trim()]);
  const [, said, option] = /^(higher|lower)[\s:;]+(.+)$/i.exec(word) ?? [];
  if (option && /:\s*(?:higher|lower)\b/i.test(option)) return new RuleProblem(TWO_RULES, start);
  if (said) return behindDirection(label, said.toLowerCase() as Direction, option!, start);
  const colon = withColon(rule, variables);
  if (colon !== undefined) return new RuleProblem("a name with ':' in it goes into quotes.", start, [colon]);
  if (word.startsWith('{')) {
    const [, direction] = /\b(higher|lower)\b/i.exec(rest) ?? [];
    const [, tolerance] = /\btolerance["']?\s*:\s*([\d.]+\s*%?)/i.exec(rest) ?? [];
    const meant = `${label}: ${direction?.toLowerCase()}${tolerance ? `, tolerance ${tolerance.trim()}` : ''}`;
    return new RuleProblem('the short form has no braces.', start, direction ? [meant] : []);
  }
  const conditions = meantConditions(rule, variables);
  if (conditions.length > 1) return new RuleProblem(`'${word}' is not a direction.`, start, conditions);
  if (conditions.length > 0) return new RuleProblem("a condition does not have ':' in it.", start, conditions);
  const behind = rest.slice(rest.indexOf(word) + word.length);
  return new RuleProblem(
    `'${word}' is not a direction.`,
    start,
    meantDirections(word).map((direction) => `${label}: ${direction}${behind}`),
  );
}

/** Both where the word may mean either: `better`, `not less`, and `max 0.3`, which is a limit and not a direction. */
function meantDirections(word: string): Direction[] {
  const [, only] = /^\W*(higher|lower)\W*$/i.exec(word) ?? [];
  if (only) return [only.toLowerCase() as Direction];
  if (/\b(?:not?|max|min)\b|\d/i.test(word)) return ['higher', 'lower'];
  if (/\b(?:up|maximi[sz]e|greater|more|bigger|larger|high|increase|increasing)\b|^\s*>/i.test(word)) return ['higher'];
  return /\b(?:down|minimi[sz]e|less|smaller|low|decrease|decreasing|reduce)\b|^\s*</i.test(word)
    ? ['lower']
    : ['higher', 'lower'];
}

/** `higher tolerance 0.1`, `higher is better` */
function behindDirection(label: string, direction: Direction, option: string, start: number): RuleProblem {
  const plain = option.replace(/^(?:and|with|but)\s+/i, '');
  const meant = isOption(plain, direction) ? plain : meantOption(plain.toLowerCase(), direction);
  if (meant !== undefined) return new RuleProblem('a comma is missing.', start, [`${label}: ${direction}, ${meant}`]);
  return new RuleProblem(
    `'${option}' does not belong behind '${direction}'.`,
    start,
    /\d/.test(option) ? [] : [`${label}: ${direction}`],
  );
}

/** `metrics.val:acc > 0.5`, of which the colon is one of the name. */
function withColon({ name, rest }: Undirected, variables: readonly string[]): string | undefined {
  const [, more, comparison] = /^(\w[\w/.-]*)\s*((?:[<>]=?|[=!]=)\s*\S.*)$/.exec(rest) ?? [];
  if (!more || /\s/.test(name) || variables.some((variable) => more.startsWith(`${variable}.`))) return undefined;
  const [, of = variables[0], first] = new RegExp(`^(?:(${variables.join('|')})\\.)?(.*)$`).exec(name)!;
  return `${of}["${first}:${more}"] ${comparison}`;
}

/** What is behind the colon when it is neither a direction nor like one: a condition in CEL, or a limit. */
function meantConditions({ name, rest }: Undirected, variables: readonly string[]): string[] {
  const ofVariable = new RegExp(`^(?:${variables.join('|')})\\.`);
  if (new RegExp(`\\b(?:${variables.join('|')})[.[]`).test(rest)) return [rest.trim()];
  const plain = ofVariable.test(name) ? name : `${variables[0]}.${name}`;
  const value = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(plain) ? plain : `${variables[0]}[${JSON.stringify(name)}]`;
  const [, operator, number] =
    /^\s*([<>]=?|[=!]?=|≥|≤|(?:at most|max(?:imum)?|below|under|at least|min(?:imum)?|above|over)\b)?\s*(-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?\s*%?)$/.exec(
      rest,
    ) ?? [];
  if (number === undefined) return [];
  const limit = number.endsWith('%')
    ? Number((Number(number.slice(0, -1)) / 100).toPrecision(12))
    : number.replace(/^(-?)\./, '$10.');
  if (operator !== undefined) return [`${value} ${operatorOf(operator.toLowerCase())} ${limit}`];
  return [`${value} >= ${limit}`, `${value} <= ${limit}`];
}

function operatorOf(word: string): string {
  const operators: Record<string, string> = {
    '=': '==',
    '≥': '>=',
    '≤': '<=',
    below: '<',
    under: '<',
    above: '>',
    over: '>',
  };
  return operators[word] ?? (/^(?:at most|max)/.test(word) ? '<=' : /^(?:at least|min)/.test(word) ? '>=' : word);
}
