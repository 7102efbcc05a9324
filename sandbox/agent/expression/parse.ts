/** Reads an Azure Pipelines expression into a tree. */
import { parseVersion, type Value } from './values.ts';

export type Expression =
  | { kind: 'literal'; value: Value }
  | { kind: 'name'; name: string; position: number }
  | { kind: 'call'; name: string; parameters: Expression[]; position: number }
  | { kind: 'index'; target: Expression; key: Expression | '*' };

interface Token {
  kind: 'punctuation' | 'word' | 'literal' | 'end';
  text: string;
  value?: Value;
  position: number;
}

/** An expression that can't be read or evaluated; the position counts from 1, as the service reports it. */
export class ExpressionError extends Error {
  constructor(message: string, expression: string, position?: number) {
    const place = position === undefined ? '' : ` Located at position ${position} within expression: ${expression}.`;
    super(`${message}${place}`);
    this.name = 'ExpressionError';
  }
}

function readString(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] !== "'") value += text[index];
    else if (text[index + 1] === "'") {
      value += "'";
      index++;
    } else return { value, end: index + 1 };
  }
  throw new ExpressionError(
    `Unrecognized value: '${text.slice(start)}': the string has no closing quote.`,
    text,
    start + 1,
  );
}

function wordToken(word: string, position: number): Token {
  const keywords: Record<string, Value> = { true: true, false: false, null: null };
  const value = keywords[word.toLowerCase()];
  return value === undefined
    ? { kind: 'word', text: word, position }
    : { kind: 'literal', text: word, value, position };
}

function numberToken(word: string, text: string, position: number): Token {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(word)) return { kind: 'literal', text: word, value: Number(word), position };
  const version = parseVersion(word);
  if (!version) throw new ExpressionError(`Unrecognized value: '${word}'.`, text, position);
  return { kind: 'literal', text: word, value: version, position };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text[index]!;
    const position = index + 1;
    const previous = tokens.at(-1);
    const afterDot = previous?.kind === 'punctuation' && previous.text === '.';
    if (/\s/.test(character)) index++;
    else if (character === "'") {
      const { value, end } = readString(text, index);
      tokens.push({ kind: 'literal', text: value, value, position });
      index = end;
    } else if (/[A-Za-z_]/.test(character)) {
      const word = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(index))![0];
      tokens.push(afterDot ? { kind: 'word', text: word, position } : wordToken(word, position));
      index += word.length;
    } else if (
      /[0-9+-]/.test(character) ||
      (character === '.' && /^\.\d/.test(text.slice(index)) && !endsOperand(previous))
    ) {
      const word = /^[^\s,()[\]']+/.exec(text.slice(index))![0];
      tokens.push(numberToken(word, text, position));
      index += word.length;
    } else if ('()[],.*'.includes(character)) {
      tokens.push({ kind: 'punctuation', text: character, position });
      index++;
    } else throw new ExpressionError(`Unexpected symbol: '${text.slice(index)}'.`, text, position);
  }
  tokens.push({ kind: 'end', text: '', position: text.length + 1 });
  return tokens;
}

function endsOperand(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.text === ']' || token?.text === ')';
}

/** Parses `text`; throws an ExpressionError that names the offending symbol and its position. */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let next = 0;
  const peek = (): Token => tokens[next]!;
  const isNext = (symbol: string): boolean => peek().kind === 'punctuation' && peek().text === symbol;
  const fail = (token: Token): never => {
    if (token.kind === 'end') throw new ExpressionError(`Unexpected end of expression: '${text}'.`, text);
    throw new ExpressionError(`Unexpected symbol: '${token.text}'.`, text, token.position);
  };
  const expect = (symbol: string): void => {
    if (!isNext(symbol)) fail(peek());
    next++;
  };

  const readParameters = (): Expression[] => {
    const parameters: Expression[] = [];
    if (!isNext(')')) {
      do parameters.push(readOperand());
      while (isNext(',') && ++next);
    }
    expect(')');
    return parameters;
  };

  const readPrimary = (): Expression => {
    const token = tokens[next++]!;
    if (token.kind === 'literal') return { kind: 'literal', value: token.value! };
    if (token.kind !== 'word') return fail(token);
    if (!isNext('(')) return { kind: 'name', name: token.text, position: token.position };
    next++;
    return { kind: 'call', name: token.text, parameters: readParameters(), position: token.position };
  };

  const readOperand = (): Expression => {
    let operand = readPrimary();
    while (isNext('.') || isNext('[')) {
      if (operand.kind === 'literal') fail(peek());
      const bracket = tokens[next++]!.text === '[';
      let key: Expression | '*';
      if (isNext('*')) {
        key = '*';
        next++;
      } else if (bracket) key = readOperand();
      else {
        const property = tokens[next++]!;
        if (property.kind !== 'word') fail(property);
        key = { kind: 'literal', value: property.text };
      }
      if (bracket) expect(']');
      operand = { kind: 'index', target: operand, key };
    }
    return operand;
  };

  const expression = readOperand();
  if (peek().kind !== 'end') fail(peek());
  return expression;
}
