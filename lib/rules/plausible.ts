/** No metric is larger, and of huge numbers `metrics.a == metrics.a + 1` holds. */
const LARGEST = 1e30;

/** True for a value that a metric can have; false for NaN and the infinities. */
export function isPlausible(value: number): boolean {
  return Math.abs(value) < LARGEST;
}
