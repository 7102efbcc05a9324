/** Splits MLflow's filter strings into tokens. */
import * as errors from './errors.ts';

export interface Token {
  kind: 'name' | 'string' | 'number' | 'operator' | 'punctuation';
  text: string;
  /** The text as it was written, with its quotes. */
  raw: string;
}

const PATTERNS: [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['string', /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"/y],
  ['operator', />=|<=|!=|<>|=|>|</y],
  ['number', /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y],
  ['punctuation', /[(),]/y],
  // A name may have quoted parts: tags.`mlflow.parentRunId`, metrics."a b", params.`x`.
  ['name', /(?:[\w./:-]+|`[^`]*`|(?<=\.)"[^"]*")+/y],
];

function unquoted(kind: Token['kind'], raw: string): string {
  if (kind !== 'string') return raw;
  return raw.slice(1, -1).replace(/\\(.)/g, '$1').replace(/''/g, "'");
}

/** Tokens of the filter; throws INVALID_PARAMETER_VALUE at the first character that fits nothing. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    const start = at;
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const raw = pattern.exec(filter)?.[0];
      if (!raw) continue;
      at += raw.length;
      if (kind !== 'space') tokens.push({ kind, raw, text: unquoted(kind, raw) });
      break;
    }
    if (at === start) throw errors.filterCharacter(filter, at);
  }
  return tokens;
}
