import type { Environment } from '@marcbachmann/cel-js';
import { type Parsed, parse } from './cel.ts';
import { type CelNode, isSameTree } from './cel-node.ts';
import { RuleProblem } from './rule-problem.ts';
import { outsideStrings } from './text.ts';

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
 * @param whole the tree of the text; each part is parsed once more, and has to have the tree that it has there
 */
export function conjuncts(
  text: string,
  whole: Parsed,
  environment: Environment,
  variables: readonly string[],
): Conjunct[] {
  const leaves = leavesOf(whole.tree);
  if (leaves.length === 1) return [{ text, offset: 0, parsed: whole }];
  const plain = outsideStrings(text);
  // Between the end of a part and the operator there are parentheses and blanks alone.
  const operators = leaves.slice(0, -1).map(({ end }) => plain.indexOf('&&', end));
  return leaves.map((leaf, index) => {
    const from = index === 0 ? 0 : operators[index - 1]! + 2;
    const part = balanced(text, plain, from, operators[index] ?? text.length);
    const parsed = parse(part.text, environment, variables);
    if (!isSameTree(parsed.tree, leaf))
      throw new RuleProblem("it can't be split at '&&'; write one condition per line.", part.offset);
    return { ...part, parsed };
  });
}

/** From left to right what the outermost `&&` join. A loop, since rules may have hundreds of them. */
function leavesOf(tree: CelNode): CelNode[] {
  const [leaves, open]: [CelNode[], CelNode[]] = [[], [tree]];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.op === '&&') open.push(...(node.args as [CelNode, CelNode]).toReversed());
    else leaves.push(node);
  }
  return leaves;
}

/** `(a || b)` of `((a || b) && c)`: without the parentheses that are closed, or were opened, in another part. */
function balanced(text: string, plain: string, from: number, to: number): { text: string; offset: number } {
  const count = (character: string): number => plain.slice(from, to).split(character).length - 1;
  let [start, end] = [from, to];
  for (let excess = count('(') - count(')'); excess > 0; excess--) start = plain.indexOf('(', start) + 1;
  for (let excess = count(')') - count('('); excess > 0; excess--) end = plain.lastIndexOf(')', end - 1);
  const part = text.slice(start, end);
  return { text: part.trim(), offset: start + part.length - part.trimStart().length };
}
