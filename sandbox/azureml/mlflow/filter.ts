/**
 * MLflow's search filter: comparisons joined by AND, such as
 * ``metrics.acc > 0.9 and params.model = 'tree' and tags.`mlflow.parentRunId` = 'x' and attributes.status = 'FINISHED'``.
 */
import * as errors from './errors.ts';
import { type Token, tokenize } from './filter-tokens.ts';

export type Entity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';

export interface Identifier {
  entity: Entity;
  key: string;
}

export interface Comparison extends Identifier {
  operator: '=' | '!=' | '>' | '>=' | '<' | '<=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL';
  /** Nothing for IS NULL; a list for IN. */
  value?: string | number | string[];
}

/** Gives the value of an identifier, or undefined when the entity doesn't have it; a run may have several datasets. */
export type Lookup = (identifier: Identifier) => string | number | string[] | undefined;

const ENTITIES: Record<string, Entity> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
};

function trimQuotes(text: string): string {
  return /^(`.*`|".*")$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * Reads `metrics.x`, ``tags.`a b` ``, or a bare attribute such as `status`; `attributes` are the names that the searched
 * thing has.
 */
export function readIdentifier(text: string, attributes: string[]): Identifier {
  const dot = text.indexOf('.');
  const entity = dot > 0 ? ENTITIES[trimQuotes(text.slice(0, dot)).toLowerCase()] : 'attribute';
  const key = trimQuotes(dot > 0 ? text.slice(dot + 1) : text);
  if (!entity || !key) throw errors.entityInvalid(text);
  const valid = { attribute: attributes, dataset: ['name', 'digest', 'context'] }[entity as string];
  if (valid && !valid.includes(key.toLowerCase())) throw errors.attributeInvalid(String(entity), key, valid);
  return { entity, key };
}

class Reader {
  private readonly tokens: Token[];
  private at = 0;

  constructor(filter: string) {
    this.tokens = tokenize(filter);
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  next(what: string): Token {
    const token = this.tokens[this.at++];
    if (!token) throw errors.filterEnds(what);
    return token;
  }

  /** Takes the next token when it is this word. */
  word(word: string): boolean {
    const token = this.tokens[this.at];
    const found = token?.kind === 'name' && token.text.toUpperCase() === word;
    if (found) this.at++;
    return found;
  }
}

function readOperator(reader: Reader): Comparison['operator'] {
  if (reader.word('NOT')) {
    if (reader.word('IN')) return 'NOT IN';
    throw errors.comparatorInvalid('NOT');
  }
  if (reader.word('IS')) {
    const negated = reader.word('NOT');
    if (!reader.word('NULL')) throw errors.nullExpected();
    return negated ? 'IS NOT NULL' : 'IS NULL';
  }
  for (const word of ['LIKE', 'ILIKE', 'IN'] as const) if (reader.word(word)) return word;
  const token = reader.next('a comparator');
  if (token.kind !== 'operator') throw errors.comparatorInvalid(token.raw);
  return (token.text === '<>' ? '!=' : token.text) as Comparison['operator'];
}

function readList(reader: Reader): string[] {
  if (reader.next("'('").text !== '(') throw errors.listExpected();
  const values: string[] = [];
  for (let token = reader.next('a value'); token.text !== ')' || token.kind === 'string'; token = reader.next("')'")) {
    if (token.kind === 'string' || token.kind === 'number') values.push(token.text);
    else if (token.text !== ',') throw errors.listItemInvalid(token.raw);
  }
  return values;
}

const NUMERIC_ATTRIBUTES = [
  'start_time',
  'end_time',
  'created',
  'creation_time',
  'last_update_time',
  'creation_timestamp',
  'last_updated_timestamp',
  'version_number',
];

function readValue(reader: Reader, { entity, key }: Identifier): string | number {
  const token = reader.next('a value');
  const isNumeric = entity === 'metric' || (entity === 'attribute' && NUMERIC_ATTRIBUTES.includes(key.toLowerCase()));
  if (isNumeric) {
    if (token.kind !== 'number') throw errors.numberExpected(entity, key, token.raw);
    return Number(token.text);
  }
  if (token.kind !== 'string') throw errors.textExpected(entity, key, token.raw);
  return token.text;
}

/** Parses a filter; an empty one has no comparisons. Throws INVALID_PARAMETER_VALUE. */
export function parseFilter(filter: string | undefined, attributes: string[]): Comparison[] {
  if (!filter?.trim()) return [];
  const reader = new Reader(filter);
  const comparisons: Comparison[] = [];
  for (;;) {
    const name = reader.next('an identifier');
    // Quoted first parts are names too ("metrics".x is legal in MLflow).
    const identifier = readIdentifier(name.raw, attributes);
    const operator = readOperator(reader);
    if (operator.endsWith('IN') && !['attribute', 'dataset'].includes(identifier.entity)) {
      throw errors.attributesOnly(operator, identifier.entity);
    }
    if (operator === 'IN' || operator === 'NOT IN')
      comparisons.push({ ...identifier, operator, value: readList(reader) });
    else if (operator.startsWith('IS')) comparisons.push({ ...identifier, operator });
    else comparisons.push({ ...identifier, operator, value: readValue(reader, identifier) });
    if (reader.done) return comparisons;
    if (!reader.word('AND')) throw errors.andExpected(name.raw);
  }
}

function like(actual: string, pattern: string, insensitive: boolean): boolean {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '[\\s\\S]*')
    .replace(/_/g, '[\\s\\S]');
  return new RegExp(`^${source}$`, insensitive ? 'i' : '').test(actual);
}

function holds({ operator, value }: Comparison, actual: string | number | undefined): boolean {
  if (operator === 'IS NULL') return actual === undefined;
  if (actual === undefined) return false;
  if (operator === 'IS NOT NULL') return true;
  if (operator === 'IN') return (value as string[]).includes(String(actual));
  if (operator === 'NOT IN') return !(value as string[]).includes(String(actual));
  if (operator === 'LIKE' || operator === 'ILIKE') return like(String(actual), String(value), operator === 'ILIKE');
  const wanted = value as string | number;
  const operators = {
    '=': actual === wanted,
    '!=': actual !== wanted,
    '>': actual > wanted,
    '>=': actual >= wanted,
    '<': actual < wanted,
    '<=': actual <= wanted,
  };
  return operators[operator];
}

/** True when every comparison holds; what an entity does not have fails every comparison but IS NULL, as in MLflow. */
export function matches(comparisons: Comparison[], lookup: Lookup): boolean {
  return comparisons.every((comparison) => {
    const value = lookup(comparison);
    return Array.isArray(value) ? value.some((one) => holds(comparison, one)) : holds(comparison, value);
  });
}
