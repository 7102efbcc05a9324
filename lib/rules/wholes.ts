import { type CelNode, childrenOf, nodesOf, writtenAs } from './cel-node.ts';
import { RuleProblem } from './rule-problem.ts';

/** Functions that go over all metrics, or over a list: `metrics.all(k, metrics[k] > 0)`. */
const OVER_ALL = ['all', 'exists', 'exists_one', 'map', 'filter'];
const COMPARED = ['<', '<=', '>', '>=', '==', '!='];

/**
 * Refuses what reads all metrics without reading their values: `metrics.all(k, true)`, `metrics != baseline`.
 * @param tree parsed and checked
 * @throws RuleProblem
 */
export function refuseWholes(tree: CelNode, text: string, variables: readonly string[]): void {
  const nodes = nodesOf(tree);
  // What comes after it has to read values: `metrics.filter(k, k.startsWith("val/")).all(k, metrics[k] > 0)`.
  const chained = new Set(
    nodes.flatMap((node) => (isOverAll(node) && isNames(overOf(node), variables) ? [overOf(node)] : [])),
  );
  for (const node of nodes) {
    if (isOverAll(node) && !chained.has(node)) requireValues(node, text, variables);
    if (!COMPARED.includes(node.op)) continue;
    const whole = childrenOf(node).find(({ checkedType }) => /^(map|list)\b/.test(checkedType?.name ?? ''));
    if (whole)
      throw new RuleProblem(
        `'${writtenAs(whole, text)}' is compared as a whole; compare numbers, as in ${variables[0]}.accuracy >= 0.9.`,
        whole.start,
      );
  }
}

function requireValues(node: CelNode, text: string, variables: readonly string[]): void {
  const [, over, [item, ...bodies]] = node.args as [string, CelNode, CelNode[]];
  if (item?.op !== 'id') return;
  // The filter in front may be what reads: `metrics.filter(k, metrics[k] > 5).all(k, k != "loss")`.
  const filters = over.op === 'rcall' ? nodesOf(over).filter(isOverAll) : [];
  if (filters.some((filter) => !failsToRead(filter, text, variables))) return;
  const isItem = (one: CelNode): boolean => one.op === 'id' && one.args === item.args;
  const isVariable = isNames(over, variables);
  const of = variableOf(over);
  // Of a variable the item is the name of a metric, of a list it is the value.
  const readsValue = (one: CelNode): boolean => {
    if (!isVariable) return isItem(one);
    const [target, index] = childrenOf(one);
    return (
      one.op === '[]' && isItem(index!) && target!.op === 'id' && (target!.args === of || target!.args === variables[0])
    );
  };
  if (bodies.flatMap(nodesOf).some(readsValue)) return;
  const value = isVariable ? `${of}[${String(item.args)}]` : String(item.args);
  throw new RuleProblem(`'${writtenAs(node, text)}' does not read ${value}.`, node.start);
}

function failsToRead(node: CelNode, text: string, variables: readonly string[]): boolean {
  try {
    requireValues(node, text, variables);
    return false;
  } catch {
    return true;
  }
}

function isOverAll({ op, args }: CelNode): boolean {
  return op === 'rcall' && OVER_ALL.includes(String((args as unknown[])[0]));
}

function overOf({ args }: CelNode): CelNode {
  return (args as [string, CelNode])[1];
}

/** True for what has names of metrics: a variable, or those of its names that a filter leaves. */
function isNames(node: CelNode, variables: readonly string[]): boolean {
  if (node.op === 'id') return variables.includes(String(node.args));
  return node.op === 'rcall' && (node.args as unknown[])[0] === 'filter' && isNames(overOf(node), variables);
}

/** The variable whose names they are. */
function variableOf(node: CelNode): unknown {
  return node.op === 'rcall' ? variableOf(overOf(node)) : node.args;
}
