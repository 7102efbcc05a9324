/** Expressions about the answer to a server task's request: conditions of pipelines, and what server tasks add to them. */
import { STATUS_CODES } from 'node:http';
import type { HttpsAnswer } from '../../https-request.ts';
import { type ExpressionContext, evaluateExpression } from '../expression/evaluate.ts';
import type { ExpressionFunction } from '../expression/functions.ts';
import { compare, dictionary, toJson, toText, type Value } from '../expression/values.ts';
import { selectJson } from './json-path.ts';

/** JSON as a value of expressions. */
export function toValue(json: unknown): Value {
  if (Array.isArray(json)) return json.map(toValue);
  if (typeof json === 'object' && json !== null)
    return dictionary(Object.entries(json).map(([name, item]): [string, Value] => [name, toValue(item)]));
  return (json ?? null) as Value;
}

/** The body as JSON, or undefined when it is something else. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** .NET's name of a status: `OK`, `NotFound`. Expressions compare with it, not with the number. */
export const statusName = (status: number): string =>
  (STATUS_CODES[status] ?? String(status)).replace(/[^A-Za-z]/g, '');

const given = (parameters: (() => Value)[], name: string, count: number): Value[] => {
  if (parameters.length !== count) throw new Error(`Wrong number of parameters for function '${name}'.`);
  return parameters.map((parameter) => parameter());
};

const listOf = (value: Value): Value[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

function size(value: Value): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  return value === null ? 0 : 1;
}

const isEmpty = (value: Value): boolean =>
  value === null || value === '' || ((Array.isArray(value) || value instanceof Map) && size(value) === 0);

function isUrl(value: Value): boolean {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}

function functionsOver(root: unknown): Record<string, ExpressionFunction> {
  return {
    jsonpath: (parameters) => selectJson(root, toText(given(parameters, 'jsonpath', 1)[0]!)).map(toValue),
    count: (parameters) => size(given(parameters, 'count', 1)[0]!),
    isnullorempty: (parameters) => isEmpty(given(parameters, 'isNullOrEmpty', 1)[0]!),
    isurl: (parameters) => isUrl(given(parameters, 'isUrl', 1)[0]!),
    intersect: (parameters) => {
      const [left, right] = given(parameters, 'intersect', 2);
      return listOf(left!).filter((item) => listOf(right!).some((other) => compare(item, other) === 0));
    },
  };
}

export interface CriteriaScope {
  /** Undefined before the first request of a chain has been sent. */
  answer: HttpsAnswer | undefined;
  inputs: ReadonlyMap<string, string>;
  /** The outputs of a chain's requests, then the job's variables. */
  variables: Iterable<[string, Value]>;
}

/** What an expression may name: `root`, `response`, `taskInputs`, `variables`. */
function contextOf({ answer, inputs, variables }: CriteriaScope): ExpressionContext {
  const root = answer && parsed(answer.text);
  const response = answer
    ? dictionary({
        statuscode: statusName(answer.status),
        headers: dictionary(answer.headers),
        content: root === undefined ? answer.text : toValue(root),
      })
    : null;
  return {
    names: { root: toValue(root), response, taskinputs: dictionary([...inputs]), variables: dictionary(variables) },
    functions: functionsOver(root),
  };
}

/** The value of an expression. Throws when it can't be read or names what there is not. */
export const evaluateCriteria = (text: string, scope: CriteriaScope): Value =>
  evaluateExpression(text, contextOf(scope));

/** A value as the log shows it. */
export const shownValue = (value: Value): string => JSON.stringify(toJson(value));
