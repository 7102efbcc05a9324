import { readFileSync } from 'node:fs';

/** Types of Azure's Bicep schemas (`types.json`), as far as the machine learning provider uses them. */
type Ref = { $ref: string };
type Property = { type: Ref; flags: number };
type BicepType =
  | { $type: 'StringLiteralType'; value: string }
  | { $type: 'StringType'; pattern?: string }
  | { $type: 'IntegerType' | 'BooleanType' | 'AnyType' | 'NullType' }
  | { $type: 'ArrayType'; itemType: Ref }
  | { $type: 'UnionType'; elements: Ref[] }
  | { $type: 'ObjectType'; name: string; properties: Record<string, Property>; additionalProperties?: Ref }
  | {
      $type: 'DiscriminatedObjectType';
      name: string;
      discriminator: string;
      baseProperties: Record<string, Property>;
      elements: Record<string, Ref>;
    }
  | { $type: 'ResourceType'; name: string; body: Ref };

const REQUIRED = 1;
const READ_ONLY = 2;
/** Parts of every resource that stand in the path, not in the body. */
const IN_PATH = new Set(['name', 'type', 'apiVersion', 'id']);

/** Stands at every required text and means no more than that; Microsoft's own files have a lone `/` in such places. */
const NOT_EMPTY = '[a-zA-Z0-9_]';

export interface Schemas {
  /** What in a body of this resource type does not agree with its schema; paths and reasons. */
  mismatches(resourceType: string, body: unknown): string[];
}

/** Reads the schemas of one version of the API. */
export function readSchemas(path: string): Schemas {
  const types = JSON.parse(readFileSync(path, 'utf8')) as BicepType[];
  const at = (ref: Ref): BicepType => types[Number(ref.$ref.split('/').at(-1))]!;
  const resources = new Map(
    types.flatMap((type) =>
      type.$type === 'ResourceType' ? [[type.name.split('@')[0]!.toLowerCase(), type] as const] : [],
    ),
  );

  const check = (type: BicepType, value: unknown, path: string): string[] => {
    if (value === null || value === undefined) return [];
    const wrong = (expected: string): string[] => [
      `${path}: ${JSON.stringify(value)?.slice(0, 80)} is not ${expected}`,
    ];
    switch (type.$type) {
      case 'AnyType':
        return [];
      case 'StringLiteralType':
        // The service compares words without their case.
        return typeof value === 'string' && value.toLowerCase() === type.value.toLowerCase()
          ? []
          : wrong(`'${type.value}'`);
      case 'StringType':
        if (typeof value !== 'string') return wrong('text');
        return type.pattern && type.pattern !== NOT_EMPTY && !new RegExp(type.pattern).test(value)
          ? wrong(`of the form ${type.pattern}`)
          : [];
      case 'IntegerType': // these schemas have no other numbers
        return typeof value === 'number' ? [] : wrong('a number');
      case 'BooleanType':
        return typeof value === 'boolean' ? [] : wrong('true or false');
      case 'ArrayType':
        if (!Array.isArray(value)) return wrong('a list');
        return value.flatMap((item, i) => check(at(type.itemType), item, `${path}[${i}]`));
      case 'UnionType': {
        const tries = type.elements.map((element) => check(at(element), value, path));
        return tries.some((found) => found.length === 0) ? [] : tries[0]!;
      }
      case 'ObjectType':
        return checkObject(type.properties, type.additionalProperties, value, path);
      case 'DiscriminatedObjectType': {
        if (typeof value !== 'object' || Array.isArray(value)) return wrong('a mapping');
        const word = (value as Record<string, unknown>)[type.discriminator];
        const element = Object.entries(type.elements).find(
          ([name]) => name.toLowerCase() === String(word).toLowerCase(),
        );
        if (!element)
          return [`${path}.${type.discriminator}: ${JSON.stringify(word)} is none of ${Object.keys(type.elements)}`];
        const own = at(element[1]) as Extract<BicepType, { $type: 'ObjectType' }>;
        return checkObject({ ...type.baseProperties, ...own.properties }, own.additionalProperties, value, path);
      }
      default:
        return wrong(type.$type);
    }
  };

  const checkObject = (
    properties: Record<string, Property>,
    additional: Ref | undefined,
    value: unknown,
    path: string,
  ): string[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is not a mapping`];
    const given = value as Record<string, unknown>;
    const found = Object.entries(given).flatMap(([name, item]) => {
      const property = properties[name];
      if (property) {
        if (property.flags & READ_ONLY && item !== null) return [`${path}.${name} is read-only`];
        return check(at(property.type), item, `${path}.${name}`);
      }
      if (!additional) return [`${path}.${name} is not known`];
      // Maps of text: Azure ML's tools send numbers and booleans there, which the service takes and makes text of.
      if (at(additional).$type === 'StringType' && typeof item !== 'object') return [];
      return check(at(additional), item, `${path}.${name}`);
    });
    const missing = Object.entries(properties)
      .filter(([name, { flags }]) => flags & REQUIRED && !IN_PATH.has(name) && (given[name] ?? null) === null)
      .map(([name]) => `${path}.${name} is missing`);
    return [...found, ...missing];
  };

  return {
    mismatches(resourceType, body) {
      const resource = resources.get(resourceType.toLowerCase());
      return resource ? check(at(resource.body), body, '') : [`there is no resource type ${resourceType}`];
    },
  };
}
