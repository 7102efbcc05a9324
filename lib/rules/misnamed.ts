import { nearest, oneOf } from '../core/words.ts';
import type { Slip } from './slips.ts';
import { outsideStrings } from './text.ts';
import { exampleOf } from './uses.ts';

/** What cel-js throws for a text that is not an expression. */
export interface CelFailure {
  code?: string;
  summary?: string;
  message: string;
  range?: { start: number; end: number };
}

/** Throws what is wrong with a text. */
type Parse = (text: string) => void;

/** What is wrong with a text; undefined when nothing is. */
export function failureOf(text: string, parse: Parse): unknown {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Other words for the first and the second variable. */
const SYNONYMS = [
  ['metric', 'candidate', 'model', 'new', 'current', 'self'],
  ['base', 'live', 'champion', 'production', 'prod', 'previous', 'old', 'reference'],
];

/** A name that is not written as names are; undefined when that is not what is wrong with the text. */
export function misnamed(text: string, parse: Parse, variables: readonly string[]): Slip | undefined {
  const error = failureOf(text, parse) as CelFailure | undefined;
  const argument = error && inCall(text, parse, variables);
  if (argument) return argument;
  if (!error?.range) return undefined;
  const { start, end } = error.range;
  if (error.code === 'unknown_variable') return unknownName(text, text.slice(start, end), start, variables);
  if (error.code === 'no_such_overload') return wholeBaseline(text, parse, variables);
  return unquoted(text, start, parse, variables);
}

/** `lowest(loss)`, `min("val/*")`: the name of a metric where a value should be. */
function inCall(text: string, parse: Parse, variables: readonly string[]): Slip | undefined {
  const call = new RegExp(
    `(?<![\\w.])(has|isNaN|isFinite|lowest|highest|at|min|max|spread|ratio)\\(\\s*(?=[A-Za-z_"'])(?!(?:${variables.join('|')})\\b)`,
  ).exec(outsideStrings(text));
  if (!call) return undefined;
  const at = call.index + call[0].length;
  const name = /^(?:(["']).*?\1|[\w.]+)/.exec(text.slice(at))?.[0];
  if (name === undefined) return undefined;
  const put = /^["']/.test(name) ? `[${name}]` : `.${name}`;
  const meant = text.slice(0, at) + variables[0] + put + text.slice(at + name.length);
  if (failureOf(meant, parse)) return undefined;
  const what = `'${name}' is not a value; ${call[1]}(...) is used as in ${exampleOf(call[1]!, variables[0])}`;
  return { offset: at, what, meant };
}

/** A name that is not a variable: a metric without `metrics.` in front, or a misspelt variable. */
function unknownName(text: string, name: string, start: number, variables: readonly string[]): Slip | undefined {
  const end = start + name.length;
  const by = (put: string): string => text.slice(0, start) + put + text.slice(end);
  // `metrics.val-loss` is a subtraction; without blanks it was meant as one name.
  const [, of, first] =
    new RegExp(`\\b(${variables.join('|')})\\.(\\w[\\w./-]*[-/])$`).exec(text.slice(0, start)) ?? [];
  if (of && first) {
    const meant = `${text.slice(0, start - first.length - 1)}["${first}${name}"]${text.slice(end)}`;
    return { offset: start - 1, what: `'${first}${name}' is not a name without quotes`, meant };
  }
  const macro = /\.(all|exists|filter|map)\((?!\s*\w+\s*,)/.exec(text);
  if (macro) {
    const what = `${macro[1]}(...) is used as in ${variables[0]}.${macro[1]}(k, ${variables[0]}[k] > 0)`;
    return { offset: macro.index + 1, what, meant: undefined };
  }
  if (text[start - 1] === '[' && text[end] === ']')
    return { offset: start, what: `'${name}' is a name without quotes`, meant: by(`"${name}"`) };
  const what = `'${name}' is not ${oneOf(variables)}`;
  const call = /^\.[a-z]\w*\(/i.exec(text.slice(end));
  if (call) return { offset: start, what, meant: text.slice(0, start) + text.slice(end + 1) };
  if (
    /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$|^(?:THRESHOLD|LIMIT|TARGET|MIN|MAX|TODO)$|threshold|^(?:limit|target)$/i.test(
      name,
    ) &&
    /[<>=]\s*$/.test(text.slice(0, start))
  )
    return { offset: start, what: `${what}; a variable of the pipeline is written $(${name})`, meant: undefined };
  const isOwner = text[end] === '.' || text[end] === '[';
  const other = SYNONYMS.findIndex((words) => words.includes(name.toLowerCase()));
  const variable = isOwner ? (nearest(name, variables) ?? variables[other]) : undefined;
  return { offset: start, what, meant: by(variable ?? `${variables[0]}.${name}`) };
}

/** `metrics.auc > baseline`: the same metric is meant. */
function wholeBaseline(text: string, parse: Parse, variables: readonly string[]): Slip | undefined {
  const [judged, compared = ''] = variables;
  const found = new RegExp(`\\b${judged}((?:\\.\\w+)+)[^.]*?\\b(${compared})(?![\\w.[(])`).exec(outsideStrings(text));
  if (!found) return undefined;
  const end = found.index + found[0].length;
  const meant = `${text.slice(0, end)}${found[1]}${text.slice(end)}`;
  if (failureOf(meant, parse)) return undefined;
  return { offset: end - compared.length, what: `'${compared}' means all values together`, meant };
}

/** Ends a name that is written without quotes. */
const END = '[^<>=!&|()[\\]"\',?:+*^$±.][^<>=!&|()[\\]"\',?:+*^$±]*';

/** A name with blanks or other characters, or a word of the language: `metrics.f1 score`, `metrics.val_acc%`, `metrics.in`. */
function unquoted(text: string, at: number, parse: Parse, variables: readonly string[]): Slip | undefined {
  const chains = new RegExp(`\\b(?:${variables.join('|')})\\.(${END})`, 'g');
  for (const found of outsideStrings(text).matchAll(chains)) {
    const name = found[1]!.trimEnd();
    if (name.endsWith('.')) continue;
    const start = found.index + found[0].length - found[1]!.length;
    if (at < start || at > start + found[1]!.length) continue;
    const meant = `${text.slice(0, start - 1)}["${name}"]${text.slice(start + name.length)}`;
    if (!failureOf(meant, parse)) return { offset: start, what: `'${name}' is not a name without quotes`, meant };
  }
  return undefined;
}
