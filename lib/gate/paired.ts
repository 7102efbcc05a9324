import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { seededNumbers } from '../core/random.ts';
import { type Measured, measured } from './measured.ts';
import { readMeasuredFile } from './measured-file.ts';
import { messages } from './messages.ts';

/** What one model said about one example. */
interface Prediction {
  label: string;
  prediction: string;
}

/** Predictions by the id of the example, or by the number of the row. */
export type Predictions = ReadonlyMap<string, Prediction>;

/** How often the examples are drawn again. */
const RESAMPLES = 2_000;
/** Fixed, so that the same files have the same verdict. */
const SEED = 20_211;
/** The interval is the middle 95 %. */
const TAIL = 0.025;

/** @throws UserError `FileNotFound`, `PredictionsInvalid` */
export async function readPredictions(path: string): Promise<Predictions> {
  return parsePredictions(await readMeasuredFile(path), path);
}

/**
 * Reads CSV with a header: `label` and `prediction`, and `id` if there is one. Fields may be quoted.
 * @throws UserError `PredictionsInvalid`
 */
export function parsePredictions(text: string, file: string): Predictions {
  const [header, ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .map(fieldsOf);
  const names = (header ?? []).map((name) => name.toLowerCase());
  const [label, prediction, id] = ['label', 'prediction', 'id'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (label < 0 || prediction < 0)
    throw invalid(file, `its header has no column '${label < 0 ? 'label' : 'prediction'}'.`);
  if (rows.length === 0) throw invalid(file, 'it has no rows.');
  const found = new Map<string, Prediction>();
  for (const [index, row] of rows.entries()) {
    const key = id < 0 ? String(index + 1) : (row[id] ?? '');
    const one = { label: row[label] ?? '', prediction: row[prediction] ?? '' };
    if (one.label === '' || one.prediction === '' || key === '')
      throw invalid(file, `a field of row ${index + 1} is empty.`);
    if (found.has(key)) throw invalid(file, `the id '${key}' is there twice.`);
    found.set(key, one);
  }
  return found;
}

function fieldsOf(line: string): string[] {
  const fields = line.match(/("(?:[^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  const all =
    line.endsWith(',') || fields.length === 1 ? fields : fields.slice(0, fields.at(-1) === '' ? -1 : undefined);
  return all.map((field) =>
    field
      .replace(/,$/, '')
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"'),
  );
}

/** What is measured of each example; numbers where labels are numbers. */
const MEASURES: Record<string, (example: Prediction) => number> = {
  accuracy: ({ label, prediction }) => (isSame(label, prediction) ? 1 : 0),
  absolute_error: ({ label, prediction }) => Math.abs(Number(label) - Number(prediction)),
  squared_error: ({ label, prediction }) => (Number(label) - Number(prediction)) ** 2,
};

function isSame(label: string, prediction: string): boolean {
  return label === prediction || (isNumber(label) && isNumber(prediction) && Number(label) === Number(prediction));
}

const isNumber = (text: string): boolean => text !== '' && Number.isFinite(Number(text));

/**
 * Compares two models on the same examples: for each measure the mean `difference` (candidate less baseline) and the ends of
 * its 95 % interval, `low` and `high`, by a bootstrap of 2,000 draws of the pairs. The seed is fixed.
 * @throws UserError `PredictionsInvalid` when the examples are not the same
 */
export function comparePredictions(candidate: Predictions, baseline: Predictions, file: string): Measured {
  const pairs = [...candidate].map(([id, ours]) => {
    const theirs = baseline.get(id);
    if (!theirs) throw invalid(file, `it has no example '${id}', which the candidate's has.`);
    if (!isSame(ours.label, theirs.label))
      throw invalid(file, `the example '${id}' has another label than the candidate's.`);
    return [ours, theirs] as const;
  });
  if (pairs.length < baseline.size)
    throw invalid(file, `it has ${baseline.size} examples, the candidate's has ${pairs.length}.`);
  const areNumbers = pairs.flat().every(({ label, prediction }) => isNumber(label) && isNumber(prediction));
  const names = Object.keys(MEASURES).filter((name) => areNumbers || name === 'accuracy');
  const results = names.flatMap((name) => {
    const measure = MEASURES[name]!;
    const { difference, low, high } = bootstrap(pairs.map(([ours, theirs]) => measure(ours) - measure(theirs)));
    return [
      [`${name}.difference`, difference],
      [`${name}.low`, low],
      [`${name}.high`, high],
    ] as const;
  });
  return measured({ ...Object.fromEntries(results), examples: pairs.length });
}

/** Mean of the values, and the middle 95 % of the means of samples drawn from them with replacement. */
export function bootstrap(values: readonly number[]): { difference: number; low: number; high: number } {
  const next = seededNumbers(SEED);
  const mean = (draw: (index: number) => number): number => {
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += draw(index);
    return sum / values.length;
  };
  const means = new Float64Array(RESAMPLES);
  for (let sample = 0; sample < RESAMPLES; sample++)
    means[sample] = mean(() => values[Math.floor(next() * values.length)]!);
  means.sort();
  const at = (part: number): number => means[Math.min(RESAMPLES - 1, Math.max(0, Math.round(part * (RESAMPLES - 1))))]!;
  return { difference: mean((index) => values[index]!), low: at(TAIL), high: at(1 - TAIL) };
}

function invalid(file: string, reason: string): UserError {
  return new UserError({
    code: 'PredictionsInvalid',
    message: fill(messages.PredictionsInvalid, { file, reason }),
    fix: fill(messages.PredictionsInvalidFix),
  });
}
