/** How many tags and properties a run may have, how long they and its names may be. */
import * as errors from '../errors.ts';
import { type Check, mapOf, text, textual } from '../shape.ts';

const most = 50;
const longestKey = 100;
const longestValue = 1000;
const longestName = 256;

const limited = (check: Check, test: (value: any) => string | undefined): Check => {
  return (value, at) => {
    check(value, at);
    const problem = test(value);
    if (problem) throw errors.limitExceeded(at.path, problem);
  };
};

/** At most 50 tags with keys of 100 and values of 1,000 characters. */
export const tags = limited(mapOf(textual), (value: Record<string, unknown>) => {
  const entries = Object.entries(value);
  if (entries.length > most) return `there are ${entries.length} and may be ${most}`;
  const key = entries.find(([name]) => name.length > longestKey)?.[0];
  if (key !== undefined) return `the key '${key.slice(0, 20)}...' is longer than ${longestKey} characters`;
  const long = entries.find(([, item]) => String(item).length > longestValue)?.[0];
  return long === undefined ? undefined : `the value of '${long}' is longer than ${longestValue} characters`;
});

/** At most 50 properties. */
export const properties = limited(mapOf(textual), (value: Record<string, unknown>) => {
  const count = Object.keys(value).length;
  return count > most ? `there are ${count} and may be ${most}` : undefined;
});

export const displayName = limited(text, (value: string) =>
  value.length > longestName ? `it is longer than ${longestName} characters` : undefined,
);

/** Empty means `Default`. */
export const experimentName = limited(text, (value: string) =>
  value === '' || /^[a-zA-Z0-9][\w.-]{0,255}$/.test(value)
    ? undefined
    : `'${value.slice(0, 40)}' may contain letters, digits, '_', '-' and '.', starts with a letter or digit and has at most 256 characters`,
);
