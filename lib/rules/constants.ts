import { type CelNode, calledBy, childrenOf, isSameTree, nodesOf, writtenAs } from './cel-node.ts';
import { RuleProblem } from './rule-problem.ts';
import { GUARDS, namedVariable } from './uses.ts';

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='];

/**
 * Refuses what decides a rule without a metric: `|| true` passes every model.
 * @param tree with its uses bound
 * @throws RuleProblem
 */
export function refuseConstants(tree: CelNode, text: string, variables: readonly string[]): void {
  const names = new Set(variables.flatMap((name) => [name, namedVariable(name)]));
  const readsAny = (node: CelNode): boolean =>
    (node.op === 'id' && names.has(String(node.args))) || childrenOf(node).some(readsAny);
  // Of `[metrics.a, metrics.b].all(x, ...)` the item is a value. Of `metrics.all(k, ...)` it is a name, which differs as well.
  const items = new Set<string>();
  for (const { op, args } of nodesOf(tree)) {
    if (op !== 'rcall') continue;
    const [, over, [item]] = args as [string, CelNode, CelNode[]];
    if (item?.op !== 'id' || !readsAny(over)) continue;
    names.add(String(item.args));
    if (over.op === 'id') items.add(String(item.args));
  }
  const require = (node: CelNode): void => {
    if (readsAny(node)) return;
    const part = writtenAs(node, text);
    throw new RuleProblem(`'${part}' does not read a metric, so its result is always the same.`, node.start);
  };
  const visit = (node: CelNode): void => {
    const parts = childrenOf(node);
    if (node.op === '&&' || node.op === '||') for (const part of parts) require(part);
    if (node.op === '?:') {
      const [test, yes, no] = parts as [CelNode, CelNode, CelNode];
      require(test);
      // `has(metrics.f1) ? metrics.f1 > 0.5 : true` says what a missing metric means.
      const results = isGuard(test, items) && (readsAny(yes) || readsAny(no)) ? [] : [yes, no];
      for (const result of results) require(result);
    }
    // `98% baseline.auc` is the remainder of 98, not a share of the baseline.
    if (node.op === '%' && !readsAny(parts[0]!))
      throw new RuleProblem(
        `'${writtenAs(parts[0]!, text)}' is divided for a remainder without reading a metric; a share is written as a multiplication, as in 0.98 * ${variables[1] ?? variables[0]}.accuracy.`,
        parts[0]!.start,
      );
    if (COMPARISONS.includes(node.op) && isSameTree(parts[0]!, parts[1]!))
      throw new RuleProblem(`it compares '${writtenAs(parts[0]!, text)}' with itself.`, parts[1]!.start);
    for (const part of parts) visit(part);
  };
  require(tree);
  visit(tree);
}

/** A test of whether a value is there, what kind of number it is, or what its name is. @param items names of metrics */
function isGuard(node: CelNode, items: ReadonlySet<string>): boolean {
  if (['!_', '&&', '||'].includes(node.op)) return childrenOf(node).every((part) => isGuard(part, items));
  if (GUARDS.includes(calledBy(node) ?? '')) return true;
  const read = nodesOf(node).filter(({ op }) => op === 'id');
  return read.length > 0 && (node.op === 'in' ? read.slice(0, 1) : read).every(({ args }) => items.has(String(args)));
}
