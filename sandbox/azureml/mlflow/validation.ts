/** MLflow's rules for names and sizes of what is logged. */
import * as errors from './errors.ts';

const NAME = /^[/\w.\- :]*$/;
const MAX_KEY = 250;
const MAX_PARAM_VALUE = 6000;
const MAX_TAG_VALUE = 8000;

function checkName(what: string, name: unknown): string {
  if (typeof name !== 'string' || name === '') throw errors.parameterMissing(what);
  if (!NAME.test(name)) {
    throw errors.nameHasOddCharacters(name, what);
  }
  // A name is a path in file stores, so it has to be a normal one.
  const isPath = name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPath) throw errors.nameIsPath(name, what);
  if (name.length > MAX_KEY) throw errors.nameTooLong(what, MAX_KEY);
  return name;
}

export function checkParam(param: any): { key: string; value: string } {
  const key = checkName('key', param?.key);
  const value = String(param?.value ?? '');
  if (value.length > MAX_PARAM_VALUE) throw errors.valueTooLong('Param', value, MAX_PARAM_VALUE);
  return { key, value };
}

export function checkTag(tag: any): { key: string; value: string } {
  const key = checkName('key', tag?.key);
  const value = String(tag?.value ?? '');
  if (value.length > MAX_TAG_VALUE) throw errors.valueTooLong('Tag', value, MAX_TAG_VALUE);
  return { key, value };
}

/** A metric value: a number, or `NaN`, `Infinity`, `-Infinity` as text (protobuf's JSON form). */
export function readNumber(what: string, raw: unknown): number {
  const number = typeof raw === 'number' ? raw : typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : undefined;
  const isText = typeof raw === 'string' && /^\s*nan\s*$/i.test(raw);
  if (number === undefined || (Number.isNaN(number) && !isText && typeof raw !== 'number')) {
    throw errors.notNumber(raw, what);
  }
  return number;
}

export function checkMetric(metric: any): { key: string; value: number; timestamp: number; step: number } {
  return {
    key: checkName('key', metric?.key),
    value: readNumber('value', metric?.value),
    timestamp: readNumber('timestamp', metric?.timestamp ?? Date.now()),
    step: readNumber('step', metric?.step ?? 0),
  };
}

/** `max_results` within its bounds. */
export function checkMaxResults(raw: unknown, fallback: number, most: number): number {
  const value = raw === undefined || raw === null || raw === '' ? fallback : Number(raw);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw errors.maxResultsOutOfRange(raw, most);
  }
  return value;
}

/** One page of a list with MLflow's opaque tokens. */
export function paged<T>(items: T[], maxResults: number, pageToken: unknown): { items: T[]; next_page_token?: string } {
  const start = pageToken ? Number(Buffer.from(String(pageToken), 'base64url').toString()) : 0;
  if (!Number.isInteger(start) || start < 0) throw errors.pageTokenInvalid(pageToken);
  const end = start + maxResults;
  const next = end < items.length ? { next_page_token: Buffer.from(String(end)).toString('base64url') } : {};
  return { items: items.slice(start, end), ...next };
}
