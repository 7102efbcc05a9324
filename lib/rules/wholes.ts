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
  for (const node of nodesOf(tree)) {
    if (node.op === 'rcall') requireValues(node, text, variables);
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
  const [name, over, [item, ...bodies]] = node.args as [string, CelNode, CelNode[]];
  if (!OVER_ALL.includes(name) || item?.op !== 'id') return;
  const isItem = (one: CelNode): boolean => one.op === 'id' && one.args === item.args;
  const isVariable = over.op === 'id' && variables.includes(String(over.args));
  // Of a variable the item is the name of a metric, of a list it is the value.
  const readsValue = (one: CelNode): boolean => {
    if (!isVariable) return isItem(one);
    const [target, index] = childrenOf(one);
    return (
      one.op === '[]' &&
      isItem(index!) &&
      target!.op === 'id' &&
      (target!.args === over.args || target!.args === variables[0])
    );
  };
  if (bodies.flatMap(nodesOf).some(readsValue)) return;
  const value = isVariable ? `${String(over.args)}[${String(item.args)}]` : String(item.args);
  throw new RuleProblem(`'${writtenAs(node, text)}' does not read ${value}.`, node.start);
}
