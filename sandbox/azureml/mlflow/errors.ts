/** MLflow's errors, each under its name, with the status of its code. */
import { randomBytes } from 'node:crypto';

const STATUS = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  INTERNAL_ERROR: 500,
} as const;

export class MlflowError extends Error {
  readonly code: keyof typeof STATUS;
  readonly status: number;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
  }
}

/** The error as the service writes it: in Pascal case but for `statusCode` and `error_code`. MLflow prints all of it. */
export function errorBody({ code, status, message }: MlflowError, location: string): object {
  const Code = status < 500 ? (code === 'INVALID_PARAMETER_VALUE' ? 'ValidationError' : 'UserError') : 'ServiceError';
  return {
    Error: {
      Code,
      Severity: null,
      Message: message,
      MessageFormat: null,
      MessageParameters: {},
      ReferenceCode: null,
      DetailsUri: null,
      Target: null,
      Details: [],
      InnerError: null,
      DebugInfo: null,
      AdditionalInfo: null,
    },
    Correlation: { operation: randomBytes(16).toString('hex'), request: randomBytes(8).toString('hex') },
    Environment: location,
    Location: location,
    Time: new Date().toISOString().replace('Z', '0000+00:00'),
    ComponentName: 'mlflow',
    statusCode: status,
    error_code: code,
  };
}

const invalid = (message: string) => new MlflowError('INVALID_PARAMETER_VALUE', message);
const exists = (message: string) => new MlflowError('RESOURCE_ALREADY_EXISTS', message);
const missing = (message: string) => new MlflowError('RESOURCE_DOES_NOT_EXIST', message);
const denied = (message: string) => new MlflowError('PERMISSION_DENIED', message);

// Requests as such
export const noEndpoint = (method: string, path: string) =>
  new MlflowError('ENDPOINT_NOT_FOUND', `No handler for ${method} ${path}.`);
export const internal = (message: string) => new MlflowError('INTERNAL_ERROR', message);
export const readOnlyCaller = () => denied('The caller may read this workspace but not change it.');
export const bodyIsList = () => invalid('The request body must be an object, not a list.');
export const parameterMissing = (name: string) => invalid(`Missing value for required parameter '${name}'.`);

// Values
const supplied = (value: string, what: string, reason: string) =>
  invalid(`Invalid value ${value} for parameter '${what}' supplied: ${reason}`);
export const nameHasOddCharacters = (name: string, what: string) =>
  supplied(
    `"${name}"`,
    what,
    'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
  );
export const nameIsPath = (name: string, what: string) =>
  supplied(
    `"${name}"`,
    what,
    'Names may be treated as files in certain cases, and must not resolve to other names when treated as such.',
  );
export const nameTooLong = (what: string, most: number) =>
  invalid(`'${what}' exceeds the maximum length of ${most} characters.`);
export const valueTooLong = (kind: 'Param' | 'Tag', value: string, most: number) =>
  invalid(
    `${kind} value '${value.slice(0, 50)}...' had length ${value.length}, which exceeded length limit of ${most}.`,
  );
export const notNumber = (value: unknown, what: string) =>
  supplied(JSON.stringify(value), what, 'it has to be a number.');
export const notTime = (value: unknown) => invalid(`Invalid value '${value}' supplied: it is not a time.`);
export const maxResultsOutOfRange = (value: unknown, most: number) =>
  supplied(String(value), 'max_results', `It must be at least 1 and at most ${most}.`);
/** As the service has it: mlflow/mlflow#10694. */
export const historyTooLong = (value: number, most: number) =>
  new MlflowError('BAD_REQUEST', `MaxResults = ${value} is invalid: MaxResults must be less than ${most}.`);
export const pageTokenInvalid = (token: unknown) => invalid(`Invalid page token '${token}'.`);
export const statusInvalid = (status: unknown) => invalid(`Invalid value ${status} for parameter 'status' supplied.`);
export const stageInvalid = (stage: unknown, stages: string[]) =>
  invalid(`Invalid Model Version stage: ${stage}. Value must be one of ${stages.join(', ')}.`);

// Filters and orders
export const filterCharacter = (filter: string, at: number) =>
  invalid(`Invalid filter string '${filter}': unexpected '${filter[at]}' at position ${at}.`);
export const filterEnds = (expected: string) => invalid(`Invalid filter string: expected ${expected} at its end.`);
export const entityInvalid = (text: string) =>
  invalid(`Invalid entity type in '${text}'. Valid entity types are metrics, params, tags and attributes.`);
export const attributeInvalid = (entity: string, key: string, valid: string[]) =>
  invalid(`Invalid ${entity} key '${key}' specified. Valid keys are: ${valid.join(', ')}.`);
export const comparatorInvalid = (comparator: string) => invalid(`Invalid comparator '${comparator}'.`);
export const nullExpected = () => invalid('Expected NULL after IS.');
export const listExpected = () => invalid('IN needs a list in parentheses.');
export const listItemInvalid = (item: string) => invalid(`Unexpected '${item}' in a list.`);
export const numberExpected = (entity: string, key: string, found: string) =>
  invalid(`Expected numeric value type for ${entity} '${key}'. Found ${found}.`);
export const textExpected = (entity: string, key: string, found: string) =>
  invalid(`Expected a quoted string value for ${entity} '${key}'. Found ${found}.`);
export const attributesOnly = (operator: string, entity: string) =>
  invalid(`Only attributes can be compared with ${operator}, not ${entity}s.`);
export const andExpected = (after: string) =>
  invalid(`Invalid clause(s) in filter string: expected AND after '${after}'.`);
export const orderInvalid = (clause: unknown) => invalid(`Invalid order_by clause '${clause}'.`);

// Experiments and runs
export const experimentNotFound = (id: unknown) => missing(`No Experiment with id=${id} exists`);
export const experimentNameNotFound = (name: unknown) => missing(`Could not find experiment with name '${name}'`);
export const experimentExists = (name: string, isDeleted = false) =>
  exists(`Experiment(name=${name}) already exists${isDeleted ? ' in deleted state' : ''}.`);
export const experimentTagNotFound = (key: string, id: unknown) =>
  missing(`No tag with name: ${key} in experiment with id ${id}`);
export const runNotFound = (id: unknown) => missing(`Run with id=${id} not found`);
export const notActive = (kind: 'run' | 'experiment', id: string) =>
  invalid(`The ${kind} ${id} must be in the 'active' state. Current state is deleted.`);
export const twoRunNames = (name: unknown, tag: unknown) =>
  invalid(
    `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${name}', mlflow.runName='${tag}').`,
  );
export const runTagNotFound = (key: string, id: string) => missing(`No tag with name: ${key} in run with id ${id}`);
export const paramChanged = (key: string, known: string, value: string, runId: string) =>
  invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' for run ID='${runId}'. Attempted logging new value '${value}'.`,
  );
export const batchListTooLong = (name: string, most: number, count: number) =>
  invalid(`A batch logging request can contain at most ${most} ${name}. Got ${count} ${name}.`);
export const batchTooLong = (most: number) =>
  invalid(`A batch logging request can contain at most ${most} metrics, params and tags.`);

// Artifacts
export const pathInvalid = (path: string) => invalid(`Invalid path: '${path}'`);
export const artifactNotFound = (path: string) => missing(`No such artifact: '${path}'`);
export const modelArtifactsImmutable = () => denied('Registered models are immutable.');
export const artifactsKept = () => denied('The sandbox keeps artifacts: they are deleted with the workspace.');

// Models
export const modelNameInvalid = (name: unknown) => invalid(`Invalid name for a registered model: '${name ?? ''}'.`);
export const modelExists = (name: string) => exists(`Registered Model (name=${name}) already exists.`);
export const modelNotFound = (name: unknown) => missing(`Registered Model with name=${name} not found`);
export const versionNotFound = (name: unknown, version: unknown) =>
  missing(`Model Version (name=${name}, version=${version}) not found`);
export const sourceInvalid = (source: string) => invalid(`Invalid model version source: '${source}'.`);
export const aliasNotFound = (alias: unknown) => invalid(`Registered model alias ${alias} not found.`);
export const latestIsReserved = () => invalid("'latest' alias name (case insensitive) is reserved.");
export const aliasReserved = (alias: unknown) => invalid(`Version alias name '${alias}' is reserved.`);
export const loggedModelNotFound = (id: unknown) => missing(`Logged model with ID '${id}' not found.`);
