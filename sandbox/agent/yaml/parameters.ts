/** `parameters:` of a pipeline or a template. */
import { type Dictionary, dictionary, tryText, type Value } from '../expression/values.ts';
import { toValue } from './expand.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { readFields, readList, readText, readTexts } from './read.ts';

const types = [
  'string',
  'number',
  'boolean',
  'object',
  'step',
  'stepList',
  'job',
  'jobList',
  'stage',
  'stageList',
  'deployment',
  'deploymentList',
  'stringList',
] as const;
type ParameterType = (typeof types)[number];

interface Parameter {
  name: string;
  type: ParameterType;
  default: Node | undefined;
  values: string[] | undefined;
  at: Place;
}

function readParameter(node: Node): Parameter {
  const fields = readFields(node, 'a parameter', ['name', 'displayName', 'type', 'default', 'values']);
  const nameNode = fields.get('name');
  if (!nameNode) throw new PipelineFileError('A parameter needs a name.', node.at);
  const typeNode = fields.get('type');
  const type = typeNode ? readText(typeNode, 'type') : 'string';
  if (!types.includes(type as ParameterType))
    throw new PipelineFileError(`Unexpected parameter type '${type}'. Allowed: ${types.join(', ')}.`, typeNode!.at);
  const values = fields.get('values');
  return {
    name: readText(nameNode, 'name'),
    type: type as ParameterType,
    default: fields.get('default'),
    values: values && readTexts(values, 'values'),
    at: nameNode.at,
  };
}

/** The list form, or the older mapping `name: default`, whose parameters take any type. */
function readParameters(node: Node): Parameter[] {
  if (node.kind === 'map')
    return node.entries.map(({ key, keyAt, value }) => ({
      name: key,
      type: 'object',
      default: value,
      values: undefined,
      at: keyAt,
    }));
  return readList(node, 'parameters').map(readParameter);
}

function convert(parameter: Parameter, value: Value, at: Place): Value {
  const text = tryText(value);
  const invalid = (expected: string): PipelineFileError =>
    new PipelineFileError(`The '${parameter.name}' parameter value '${text ?? '(object)'}' is not ${expected}.`, at);
  if (parameter.values && (text === undefined || !parameter.values.includes(text)))
    throw invalid(`one of the allowed values: ${parameter.values.join(', ')}`);
  if (parameter.type === 'boolean') {
    if (typeof value === 'boolean') return value;
    if (!/^(true|false)$/i.test(text ?? '')) throw invalid('a valid Boolean');
    return text!.toLowerCase() === 'true';
  }
  if (parameter.type === 'number') {
    if (typeof value === 'number') return value;
    if (!text || Number.isNaN(Number(text))) throw invalid('a valid number');
    return Number(text);
  }
  if (parameter.type === 'string' && text === undefined) throw invalid('a string');
  return value;
}

/** Values for the declared parameters; throws for unknown, missing and wrongly typed ones. */
export function bindParameters(
  declared: Node | undefined,
  given: Map<string, { value: Value; at: Place }>,
): Dictionary {
  const parameters = declared ? readParameters(declared) : [];
  for (const [name, { at }] of given)
    if (!parameters.some((parameter) => parameter.name.toLowerCase() === name.toLowerCase()))
      throw new PipelineFileError(
        `Unexpected parameter '${name}'. Declared: ${parameters.map((p) => p.name).join(', ') || 'none'}.`,
        at,
      );
  const lowerCase = new Map([...given].map(([name, item]) => [name.toLowerCase(), item]));
  return dictionary(
    parameters.map((parameter): [string, Value] => {
      const value = lowerCase.get(parameter.name.toLowerCase());
      if (value) return [parameter.name, convert(parameter, value.value, value.at)];
      if (!parameter.default)
        throw new PipelineFileError(`A value for the '${parameter.name}' parameter must be provided.`, parameter.at);
      return [parameter.name, convert(parameter, toValue(parameter.default), parameter.default.at)];
    }),
  );
}
