/** `strategy:` of ordinary jobs: `matrix` and `parallel`. */
import type { Leg, Strategy } from './model.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { isDynamic, readEntries, readFields, readText, readWholeNumber } from './read.ts';

/** Names of copies: letters, digits and underscores, a letter first, at most 100 (documented with jobs.job.strategy). */
const legName = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

function checkLegName(name: string, at?: Place): string {
  if (!legName.test(name))
    throw new PipelineFileError(
      `'${name}' is not a valid name in a matrix: use up to 100 letters, digits and underscores, a letter first.`,
      at,
    );
  return name;
}

/** Reads the strategy; `$[ ]` in place of the matrix is evaluated when the job starts. */
export function readStrategy(node: Node): Strategy {
  const fields = readFields(node, 'strategy', ['matrix', 'parallel', 'maxParallel']);
  const [matrix, parallel, limit] = [fields.get('matrix'), fields.get('parallel'), fields.get('maxParallel')];
  if (limit) readWholeNumber(limit, 'maxParallel');
  if (parallel) return { kind: 'parallel', count: readWholeNumber(parallel, 'parallel') };
  if (!matrix) throw new PipelineFileError("A job's strategy is either 'matrix' or 'parallel'.", node.at);
  if (matrix.kind === 'scalar' && isDynamic(matrix.text)) return { kind: 'matrixExpression', expression: matrix.text };
  const legs = readEntries(matrix, 'matrix').map(
    ({ key, keyAt, value }): Leg => ({
      name: checkLegName(key, keyAt),
      variables: Object.fromEntries(
        readEntries(value, `matrix.${key}`).map((entry) => [
          entry.key,
          readText(entry.value, `matrix.${key}.${entry.key}`),
        ]),
      ),
    }),
  );
  if (legs.length === 0) throw new PipelineFileError('A matrix must not be empty.', matrix.at);
  return { kind: 'matrix', legs };
}

/** The copies in the JSON text that an expression gave: `{ "name": { "variable": "value" } }`. Throws for other text. */
export function legsOfJson(text: string): Leg[] {
  const expected = `The matrix must be JSON such as {"name": {"variable": "value"}}, but is '${text}'.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(expected);
  }
  const isObject = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  if (!isObject(value) || Object.keys(value).length === 0) throw new Error(expected);
  return Object.entries(value).map(([name, variables]): Leg => {
    if (!isObject(variables)) throw new Error(expected);
    return {
      name: checkLegName(name),
      variables: Object.fromEntries(Object.entries(variables).map(([key, item]) => [key, String(item ?? '')])),
    };
  });
}

/** The copies of `parallel: count`: `job1`, `job2`, ... */
export const legsOfCount = (count: number): Leg[] =>
  Array.from({ length: count }, (_, index) => ({ name: `job${index + 1}`, variables: {} }));
