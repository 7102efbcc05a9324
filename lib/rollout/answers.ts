/** A place at which two answers differ. */
export interface AnswerDifference {
  /** JSON path: `$.predictions[0]`. */
  path: string;
  expected: unknown;
  found: unknown;
}

/**
 * Where an answer differs from the one that is expected. Numbers may differ by the tolerance, as a share of the larger
 * one's size, or of 1 for small ones.
 */
export function answerDifferences(
  expected: unknown,
  found: unknown,
  tolerance: number,
  path = '$',
): AnswerDifference[] {
  if (typeof expected === 'number' && typeof found === 'number')
    return isWithin(expected, found, tolerance) ? [] : [{ path, expected, found }];
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (expected.length !== found.length)
      return [{ path: `${path}.length`, expected: expected.length, found: found.length }];
    return expected.flatMap((item, i) => answerDifferences(item, found[i], tolerance, `${path}[${i}]`));
  }
  if (isMap(expected) && isMap(found)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return names.flatMap((name) => answerDifferences(expected[name], found[name], tolerance, `${path}.${name}`));
  }
  return Object.is(expected, found) ? [] : [{ path, expected, found }];
}

/** True when two numbers are as near as the tolerance says. */
export function isWithin(expected: number, found: number, tolerance: number): boolean {
  if (Object.is(expected, found)) return true;
  return Math.abs(expected - found) <= tolerance * Math.max(1, Math.abs(expected), Math.abs(found));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A value in a message: JSON, cut. */
export function shownValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
