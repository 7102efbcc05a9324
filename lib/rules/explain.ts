import { allOf, didYouMean } from '../core/words.ts';
import { type CelFailure, failureOf, misnamed } from './misnamed.ts';
import { RuleProblem, TWO_RULES } from './rule-problem.ts';
import { isShortForm } from './short-form.ts';
import { findSlip, type Slip } from './slips.ts';
import { GUARDS, PICKS } from './uses.ts';

const FUNCTIONS = [...GUARDS, ...PICKS, 'abs', 'double', 'int', 'size'];

/** More slips than this in one rule are not a rule. */
const MOST_SLIPS = 12;

/**
 * What is wrong with a rule that does not parse, with the rule as it was probably meant.
 * @param parse throws what is wrong with a text
 * @param error what it threw for this text, if it did
 */
export function explain(
  text: string,
  error: unknown,
  parse: (text: string) => void,
  variables: readonly string[],
): RuleProblem {
  let meant: string | undefined = text;
  let first: Slip | undefined;
  for (let slips = 0; meant !== undefined && slips < MOST_SLIPS; slips++) {
    const slip: Slip | undefined = findSlip(meant, isShortForm(meant)) ?? misnamed(meant, parse, variables);
    if (!slip) break;
    first ??= slip;
    meant = slip.meant?.trim();
  }
  if (!first) {
    const problem = error instanceof RuleProblem ? error : inWords(text, error as CelFailure, variables);
    return new RuleProblem(problem.message + advice(text, problem, parse), problem.offset);
  }
  const failure = meant === undefined ? undefined : failureOf(meant, parse);
  const example = /something, (as in .*)$/.exec(failure instanceof RuleProblem ? failure.message : '')?.[1];
  if (example) return new RuleProblem(`${first.what}. Write a comparison, ${example}`, first.offset);
  const suggestions =
    meant !== undefined && !failure ? [meant] : failure instanceof RuleProblem ? failure.suggestions : [];
  const problem = new RuleProblem(`${first.what}.`, first.offset, suggestions);
  return new RuleProblem(problem.message + advice(text, problem, parse), problem.offset);
}

/** Suggestions that are rules, as the end of a message: ` Write metrics.auc > 0.9`. What is refused itself is not worth reading. */
function advice(text: string, { suggestions }: RuleProblem, parse: (text: string) => void): string {
  const rules = new Map(suggestions.map(({ rule, when }) => [rule, when]));
  const right = [...rules].filter(([rule]) => rule !== text && failureOf(rule, parse) === undefined);
  if (right.length === 0) return '';
  return ` Write ${right.map(([rule, when]) => (when ? `${rule} ${when}` : rule)).join(', or ')}`;
}

/** The failure in the words of rules. */
function inWords(text: string, error: CelFailure, variables: readonly string[]): RuleProblem {
  const { code, range } = error;
  const offset = Math.min(range?.start ?? 0, text.length);
  const part = range ? text.slice(range.start, range.end) : text;
  const said = error.summary ?? error.message.split('\n')[0]!;
  const at = (message: string, place = offset, meant?: string): RuleProblem =>
    new RuleProblem(message, place, meant === undefined ? [] : [meant]);
  const put = (by: string): string => text.slice(0, offset) + by + text.slice(offset + part.length);
  if (/got EOF|token: EOF/.test(said)) {
    const closing = /Expected (RPAREN|RBRACKET)/.exec(said)?.[1];
    return at(
      closing
        ? `a '${closing === 'RPAREN' ? ')' : ']'}' is missing.`
        : 'it ends before it is complete; a rule is one line.',
      text.length,
    );
  }
  if (code === 'unterminated_string') return at('the quote is not closed.');
  if (/^has\(\)/.test(said)) return at(`has(...) is used as in has(${variables[0]}.f1).`);
  if (/^Cannot index/.test(said))
    return at(
      `'${part}' is a part of a number; a name with other characters goes into quotes, as in ${variables[0]}["val/auc"].`,
    );
  if (code === 'no_such_overload' && /map</.test(said))
    return at(`'${part}' uses all values together; name one of them, as in ${variables[0]}.accuracy.`);
  if (code === 'limit_exceeded') return at(`${exceeded(said)} Write several rules.`);
  if (error instanceof RangeError) return at('it is nested too deeply. Write several rules.', 0);
  if (/^Invalid (?:number|exponent|float)/i.test(said))
    return at(`'${numberAt(text, offset)}' is not a number that rules can have.`);
  if (code === 'no_such_overload' && /string/.test(said)) return quotedOperand(part, variables, at, put);
  if (code === 'no_such_overload' && /bool [<>]/.test(said)) {
    const twice = /^([^\s()<>]+)(\s*[<>]=?\s*)([^\s()<>]+)(\s*[<>]=?\s*)([^\s()<>]+)$/.exec(part);
    const meant = twice ? put(`${twice.slice(1, 4).join('')} && ${twice.slice(3).join('')}`) : undefined;
    return at(`'${part}' compares twice; write two conditions with && between them.`, offset, meant);
  }
  if (code === 'no_such_overload' && /bool/.test(said))
    return at(`'${part}' compares a number with true or false; compare it with a number, such as 1.`);
  if (code === 'invalid_logical_operand' || (code === 'no_such_overload' && said.includes('!')))
    return at(
      `'${part}' uses a number as true or false; compare it with something, as in ${variables[0]}.accuracy >= 0.9.`,
    );
  if (code === 'no_such_overload')
    return at(
      `'${part}' does not compare numbers; write a comparison of numbers, as in ${variables[0]}.accuracy >= 0.9.`,
    );
  if (code === 'no_matching_overload') {
    const name = /'(?:\w+\.)?([\w.]+)\(/.exec(said)?.[1] ?? part;
    if (variables.includes(name))
      return at(`'${name}' is not a function; a metric is written ${name}.auc or ${name}["val/auc"].`);
    const isKnown = FUNCTIONS.includes(name);
    if (isKnown && part.includes(`.${name}(`))
      return at(`${name}(...) is written around the value, as in ${name}(${variables[0]}.loss).`);
    return at(
      isKnown
        ? `${name}(...) does not take what is in '${part}'.`
        : `there is no function '${name}'.${didYouMean(name, FUNCTIONS)} There are ${allOf(FUNCTIONS, 20)}.`,
    );
  }
  if (code === 'unexpected_character' && (variables.includes(part) || isShortForm(text.slice(offset))))
    return at(TWO_RULES);
  if (/:\s*(?:higher|lower)\b/i.test(text.slice(Math.max(0, offset - 1))))
    return at('the short form is a rule of its own; it does not go into a condition.');
  if (code === 'unexpected_character' || code === 'unexpected_token' || code === 'expected_token')
    return at(
      `'${part || text.slice(offset, offset + 1)}' does not belong here; a rule is one condition, as in ${variables[0]}.accuracy >= 0.9.`,
    );
  if (code === 'reserved_identifier') return at(`'${part}' is a word of the language, not a name.`);
  return at(`'${part}' can't be judged; a rule compares numbers, as in ${variables[0]}.accuracy >= 0.9.`);
}

type At = (message: string, place?: number, meant?: string) => RuleProblem;

/** `metrics.a > "0.9"`, or `"accuracy" > 0.9`, in which the text is the name of a metric. */
function quotedOperand(part: string, [ours]: readonly string[], at: At, put: (by: string) => string): RuleProblem {
  const numbers = part.replace(/(["'])(-?\d+(?:\.\d+)?)\1/g, '$2');
  if (numbers !== part)
    return at(`'${part}' compares a number with text; write numbers without quotes.`, undefined, put(numbers));
  const names = part.replace(/(?<![[\w])(["'])([^"']+)\1/g, (_, quote: string, name: string) =>
    /^[A-Za-z_]\w*$/.test(name) ? `${ours}.${name}` : `${ours}[${quote}${name}${quote}]`,
  );
  return at(`'${part}' compares a number with text; a metric is written ${ours}.accuracy.`, undefined, put(names));
}

/** What of a rule is too large. */
function exceeded(said: string): string {
  const [, what = '', most = ''] = /(\w+) \((\d+)\)/.exec(said) ?? [];
  const words: Record<string, string> = {
    maxDepth: `it is nested too deeply; a rule may have ${most} levels.`,
    maxListElements: `a list in it is too long; a list may have ${most} items.`,
    maxCallArguments: `a function in it has too many arguments; a function may have ${most}.`,
  };
  return words[what] ?? 'it is too long.';
}

function numberAt(text: string, offset: number): string {
  const start = text.slice(0, offset).search(/[\w.]*[-+]?$/);
  return /^[\w.]+[-+]?/.exec(text.slice(start))?.[0] ?? text;
}
