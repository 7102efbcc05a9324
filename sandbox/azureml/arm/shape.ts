/** Small strict checks of request bodies, for the types that ARM's specification gives. */
import * as errors from './errors.ts';

/** Where a check is: for messages, and the api-version that decides which fields exist. */
export interface At {
  path: string;
  apiVersion: string;
  /** Takes the members that a type does not have, so that all of them are reported together. */
  unknown?: errors.UnknownMember[];
}

/** Throws an ARM error (400) when the value has another form. */
export interface Check {
  (value: unknown, at: At): void;
  /** The api-versions that have the member; all of them when it is not set. */
  exists?(apiVersion: string): boolean;
}

type Fields = Record<string, Check>;

const below = (at: At, name: string): At => ({ ...at, path: at.path === '' ? name : `${at.path}.${name}` });

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

function scalar(expected: string, test: (value: unknown) => boolean): Check {
  return (value, { path }) => {
    if (!test(value)) throw errors.wrongType(path, `a ${expected}`, kindOf(value));
  };
}

export const anything: Check = () => {};
export const text = scalar('string', (value) => typeof value === 'string');
export const flag = scalar('boolean', (value) => typeof value === 'boolean');
export const number = scalar('number', (value) => typeof value === 'number');
export const integer = scalar('integer', (value) => Number.isInteger(value));

/**
 * A value of a string map: the service's deserializer turns numbers and booleans into text, and azure-ai-ml relies on it
 * (it sends `hash_version` as a number).
 */
export const textual = scalar('string', (value) => ['string', 'number', 'boolean'].includes(typeof value));

/** The object with the values of its string maps, such as `tags` and `properties`, as text. */
export function withTextMaps<T extends Record<string, any>>(fields: T, names = ['tags', 'properties']): T {
  const asText = (map: unknown) =>
    typeof map !== 'object' || map === null
      ? map
      : Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value === null ? null : String(value)]));
  const maps = names.filter((field) => field in fields);
  return { ...fields, ...Object.fromEntries(maps.map((field) => [field, asText(fields[field])])) };
}

/** A string that isn't empty: ARM's pattern `[a-zA-Z0-9_]` demands one such character somewhere. */
export const name: Check = (value, at) => {
  text(value, at);
  if (!/[a-zA-Z0-9_]/.test(value as string)) {
    throw errors.nameEmpty(at.path);
  }
};

/** An ISO 8601 duration. */
export const duration: Check = (value, at) => {
  text(value, at);
  if (!/^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(value as string)) {
    throw errors.durationInvalid(at.path, value);
  }
};

/** One of the values; ARM reads them without regard to case. */
export function oneOf(...values: string[]): Check {
  return (value, at) => {
    text(value, at);
    if (!values.some((allowed) => allowed.toLowerCase() === (value as string).toLowerCase())) {
      throw errors.valueNotAllowed(at.path, value, values);
    }
  };
}

export function listOf(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) throw errors.notArray(at.path);
    value.forEach((item, index) => {
      check(item, { ...at, path: `${at.path}[${index}]` });
    });
  };
}

/** A map whose values may be null. */
export function mapOf(check: Check): Check {
  return (value, at) => {
    for (const [key, item] of Object.entries(asObject(value, at))) {
      if (item !== null) check(item, below(at, key));
    }
  };
}

/** A member that only some api-versions have. */
export function only(exists: (apiVersion: string) => boolean, check: Check): Check {
  return Object.assign((value: unknown, at: At) => check(value, at), { exists });
}

/** Checks a whole body: 400 with every member that its types do not have, or with the first value of another form. */
export function checkBody(check: Check, body: unknown, at: At): void {
  const unknown: errors.UnknownMember[] = [];
  check(body, { ...at, unknown });
  if (unknown.length > 0) throw errors.membersUnknown(unknown, positionIn(JSON.stringify(body)));
}

/** Where the name of a member ends in the text, counted from 1; of its first, second, ... occurrence. */
function positionIn(text: string) {
  return (member: string, occurrence: number): number => {
    const quoted = JSON.stringify(member);
    let at = text.indexOf(`${quoted}:`);
    for (let left = occurrence; left > 0 && at >= 0; left--) at = text.indexOf(`${quoted}:`, at + 1);
    return at + quoted.length + 1;
  };
}

/**
 * An object with exactly these fields. Optional ones may be null, as serializers send them.
 * @param type as messages call it; without it the name of the field that holds the object, in Pascal case
 */
export function object(required: Fields, optional: Fields = {}, type?: string): Check {
  return (value, at) => {
    const fields = asObject(value, at);
    for (const field of Object.keys(required)) {
      if (fields[field] === undefined || fields[field] === null) {
        const path = below(at, field).path;
        throw errors.memberMissing(field, path);
      }
    }
    for (const [field, item] of Object.entries(fields)) {
      const check = Object.hasOwn(required, field)
        ? required[field]
        : Object.hasOwn(optional, field) && optional[field];
      if (!check || (item !== null && check.exists?.(at.apiVersion) === false)) refuseMember(field, type, at);
      else if (item !== null && item !== undefined) check(item, below(at, field));
    }
  };
}

function refuseMember(member: string, type: string | undefined, at: At): void {
  const own = at.path.split('.').at(-1)?.replace(/\[.*$/, '') || 'Request';
  const unknown = { member, type: type ?? own[0]!.toUpperCase() + own.slice(1) };
  if (!at.unknown) throw errors.membersUnknown([unknown], () => 1);
  at.unknown.push(unknown);
}

/** A PUT's body: `properties`, these fields, and those that a resource which was read carries back. */
export function envelope(properties: Check, ...fields: string[]): Check {
  const carried = ['id', 'name', 'type', 'systemData', ...fields];
  return object({ properties }, Object.fromEntries(carried.map((field) => [field, anything])));
}

/**
 * An object whose form depends on the value of one field.
 * @param type what all of them are, so that `uri_file` of a `JobInput` is a `UriFileJobInput`
 */
export function union(
  discriminator: string,
  cases: Record<string, [required: Fields, optional: Fields]>,
  type = '',
): Check {
  const checks = Object.entries(cases).map(([value, [required, optional]]) => ({
    value,
    check: object({ [discriminator]: text, ...required }, optional, type ? pascal(value) + type : undefined),
  }));
  return (value, at) => {
    const given = asObject(value, at)[discriminator];
    const found = checks.find((entry) => entry.value.toLowerCase() === String(given).toLowerCase());
    if (!found) {
      const path = below(at, discriminator).path;
      const allowed = checks.map((entry) => entry.value);
      throw given === undefined || given === null
        ? errors.discriminatorMissing(path, allowed)
        : errors.valueNotAllowed(path, given, allowed);
    }
    found.check(value, at);
  };
}

const pascal = (value: string): string => value.replace(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase());

function asObject(value: unknown, at: At): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw errors.wrongType(at.path, 'an object', kindOf(value));
  }
  return value as Record<string, unknown>;
}
