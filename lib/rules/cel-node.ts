import { outsideStrings } from './text.ts';

/** A node of the parsed tree; offsets count from the start of the text that was parsed. */
export interface CelNode {
  op: string;
  args: unknown;
  /** Offset of the operator or of the first character. */
  pos: number;
  start: number;
  end: number;
  /** Set by the type check. */
  checkedType?: { name: string };
  /** What the library keeps with the node. */
  readonly meta: { evaluate: (...given: unknown[]) => unknown };
  setMeta(key: 'alternate', value: CelNode): void;
  setMeta(key: 'evaluate', value: (...given: unknown[]) => unknown): void;
}

/** What a node is made of. */
export function partsOf({ args }: CelNode): unknown[] {
  return Array.isArray(args) ? args : [args];
}

export function isNode(value: unknown): value is CelNode {
  return value !== null && typeof value === 'object' && 'op' in value;
}

/** The nodes that a node is made of, without names and values. */
export function childrenOf(node: CelNode): CelNode[] {
  return partsOf(node).flat(2).filter(isNode);
}

/** The node and all below it, each before what is inside it. A loop, since rules may have hundreds of operators. */
export function nodesOf(node: CelNode): CelNode[] {
  const [nodes, open]: [CelNode[], CelNode[]] = [[], [node]];
  for (let next = open.pop(); next; next = open.pop()) {
    nodes.push(next);
    open.push(...childrenOf(next).toReversed());
  }
  return nodes;
}

/** A node as it is written in the rule's text, with the parentheses that belong to it. */
export function writtenAs({ start, end }: CelNode, text: string): string {
  const plain = outsideStrings(text);
  const count = (character: string): number => plain.slice(start, end).split(character).length - 1;
  let [from, to] = [start, end];
  for (let excess = count(')') - count('('); excess > 0; excess--) from = plain.lastIndexOf('(', from - 1);
  for (let excess = count('(') - count(')'); excess > 0; excess--) to = plain.indexOf(')', to) + 1;
  return text.slice(from, to);
}

/** Name of the function that a node calls: `has`. */
export function calledBy({ op, args }: CelNode): string | undefined {
  return op === 'call' ? String((args as unknown[])[0]) : undefined;
}

/** True when two expressions are the same, wherever they are in a text. */
export function isSameTree(left: CelNode, right: CelNode): boolean {
  return JSON.stringify(structure(left)) === JSON.stringify(structure(right));
}

/** Operators and operands of a tree, without places and types. */
function structure(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(structure);
  if (isNode(part)) return [part.op, structure(part.args)];
  return typeof part === 'object' ? '' : String(part);
}
