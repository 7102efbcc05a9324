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

/** The node and all below it. */
export function nodesOf(node: CelNode): CelNode[] {
  return [node, ...childrenOf(node).flatMap(nodesOf)];
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
