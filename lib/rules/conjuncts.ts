import type { Environment } from '@marcbachmann/cel-js';
import { type Parsed, parse } from './cel.ts';
import { type CelNode, isSameTree } from './cel-node.ts';
import { RuleProblem } from './rule-problem.ts';

/** A part of a rule's text with its tree. */
export interface Conjunct {
  text: string;
  /** Of `text` in the rule. */
  offset: number;
  parsed: Parsed;
}

/**
 * Splits a rule at its outermost `&&`. Each part is the user's own text between two `&&`, parsed as it is; a tree is
 * never written out again, because what a serializer leaves out (parentheses, digits) changes the verdict.
 */
export function conjuncts(
  text: string,
  environment: Environment,
  variables: readonly string[],
  offset = 0,
): Conjunct[] {
  const parsed = parse(text, environment, variables);
  const { op, args } = parsed.tree;
  if (op !== '&&') return [{ text, offset, parsed }];
  const inner = withoutParentheses(text);
  if (inner.text !== text) return conjuncts(inner.text, environment, variables, offset + inner.offset);
  const nodes = args as [CelNode, CelNode];
  // Between the end of the left side and the operator there are parentheses and blanks alone.
  const at = text.indexOf('&&', nodes[0].end);
  const sides = [trimmed(text.slice(0, at), 0), trimmed(text.slice(at + 2), at + 2)];
  return sides.flatMap((side, index) => {
    if (!isSameTree(parse(side.text, environment, variables).tree, nodes[index]!))
      throw new RuleProblem("it can't be split at '&&'; write one condition per line.", at);
    return conjuncts(side.text, environment, variables, offset + side.offset);
  });
}

function trimmed(text: string, offset: number): { text: string; offset: number } {
  return { text: text.trim(), offset: offset + text.length - text.trimStart().length };
}

/** `(a && b)` without the parentheses that enclose all of it; `(a) && (b)` as it is. */
function withoutParentheses(text: string): { text: string; offset: number } {
  if (!text.startsWith('(') || !text.endsWith(')')) return { text, offset: 0 };
  let quote = '';
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote !== '' && character === '\\') index++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0 && index < text.length - 1) return { text, offset: 0 };
  }
  return trimmed(text.slice(1, -1), 1);
}
