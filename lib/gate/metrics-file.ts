import type { Metrics, MetricValue } from '../azureml/metrics.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { type Measured, measured } from './measured.ts';
import { readMeasuredFile } from './measured-file.ts';
import { messages } from './messages.ts';

/** More levels than this are not names of metrics. */
const DEEPEST = 10;

/**
 * Metrics of a JSON file. Objects in it make names with dots: `{ "slices": { "age>60": { "recall": 0.8 } } }` has
 * `slices.age>60.recall`. What is not a number is kept as what it is, so that a rule that reads it is an error. Of a list
 * of numbers, the values over time, the last one counts.
 * @param path absolute, or from the working directory
 * @throws UserError `FileNotFound`, `MetricsFileInvalid`
 */
export async function readMetricsFile(path: string): Promise<Measured> {
  return parseMetrics(await readMeasuredFile(path), path);
}

/** @throws UserError `MetricsFileInvalid` */
export function parseMetrics(text: string, file: string): Measured {
  const invalid = (reason: string): UserError =>
    new UserError({
      code: 'MetricsFileInvalid',
      message: fill(messages.MetricsFileInvalid, { file, reason }),
      fix: fill(messages.MetricsFileInvalidFix),
    });
  let content: unknown;
  try {
    // Python writes NaN and Infinity, which JSON does not know.
    const known = text.replace(/^\uFEFF/, '').replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"');
    content = JSON.parse(known);
  } catch (error) {
    throw invalid(messageOf(error));
  }
  if (!isObject(content)) throw invalid('it is not an object.');
  const found: Metrics = {};
  const histories: Record<string, { points: { step: number; value: MetricValue }[]; isCut: boolean }> = {};
  const add = (value: unknown, path: string[]): void => {
    if (path.length > DEEPEST) throw invalid(`${path.slice(0, 3).join('.')} has too many levels.`);
    if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) add(item, [...path, key]);
      return;
    }
    const name = path.join('.');
    if (Object.hasOwn(found, name)) throw invalid(`it has the name '${name}' twice.`);
    const points = Array.isArray(value) ? value.map((item, step) => ({ step, value: asMetric(item) })) : [];
    const isHistory = points.length > 0 && points.every((point) => typeof point.value === 'number');
    if (isHistory) histories[name] = { points, isCut: false };
    found[name] = isHistory ? points.at(-1)!.value : asMetric(value);
  };
  add(content, []);
  if (Object.keys(found).length === 0) throw invalid('it is empty.');
  return { ...measured(found), histories };
}

function asMetric(value: unknown): MetricValue {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  return { found: JSON.stringify(value) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
