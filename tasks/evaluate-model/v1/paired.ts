import type { Baseline } from '../../../lib/gate/baseline.ts';
import type { Measured } from '../../../lib/gate/measured.ts';
import type { Inputs } from './inputs.ts';

/** The paired test, loaded when rules read it; absent while there is no baseline. */
export async function paired(
  { predictions, baseline }: Inputs,
  found: Baseline | undefined,
): Promise<Measured | undefined> {
  if (!predictions || (!found && baseline.kind !== 'none')) return undefined;
  const { comparePredictions, readPredictions } = await import('../../../lib/gate/paired.ts');
  const candidate = await readPredictions(predictions.candidate);
  return comparePredictions(candidate, await readPredictions(predictions.baseline), predictions.baseline);
}
