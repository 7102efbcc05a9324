import type { Parsed } from './cel.ts';
import { nodesOf } from './cel-node.ts';
import type { Known } from './known-values.ts';
import { asksUnknownNames } from './sample-names.ts';
import { samples } from './samples.ts';

/**
 * True when a condition holds for every choice of values that was tried: `metrics.acc >= metrics.acc - 0.005` compares a
 * model with itself.
 * @param judged the variable that has metrics at least, since a model without any is not judged
 * @param known of the values, whatever was measured
 * @param isComplete only of models that have every value, as a finite number
 */
export function holdsAlways(
  { tree, uses, evaluate }: Parsed,
  judged: string,
  known: Known,
  isComplete = false,
): boolean {
  if (asksUnknownNames(nodesOf(tree))) return false;
  let held = 0;
  for (const given of samples(tree, uses, known, isComplete)) {
    const isEmpty = uses.whole.includes(judged) && Object.keys(given[judged]?.all ?? {}).length === 0;
    if (isEmpty) continue;
    try {
      if (evaluate(given).value !== true) return false;
      held++;
    } catch {
      // An infinity, or a value that is missing: it does not hold, and says nothing of the others.
    }
  }
  return held > 0;
}
