/** The errors of Azure Resource Manager and Azure ML, each under its name. */

import { ArmError } from './arm-error.ts';

const provider = (status: number, message: string, ...inner: string[]): ArmError =>
  new ArmError(status, 'UserError', message, { from: 'provider', inner });
const gateway = (status: number, code: string, message: string): ArmError =>
  new ArmError(status, code, message, { from: 'gateway' });
const userError = (message: string, ...inner: string[]): ArmError => provider(400, message, 'BadArgument', ...inner);
const missing = (message: string, ...inner: string[]): ArmError => provider(404, message, 'NotFound', ...inner);
const immutable = (message: string): ArmError => provider(409, message, 'Immutable');

// Requests as such
export const bodyNotJson = (reason?: string) =>
  new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${reason}'.`,
  );
export const badRequest = (reason?: string) => new ArmError(400, 'BadRequest', String(reason));
export const bodyTooLarge = (reason?: string) => new ArmError(413, 'RequestContentTooLarge', String(reason));
export const sandboxFailed = (reason?: string) =>
  new ArmError(500, 'InternalServerError', `The sandbox failed: ${reason}`);
export const noRoute = (method: string, path: string) =>
  new ArmError(404, 'NotFound', `The sandbox has no route for ${method} ${path}.`);
export const apiVersionMissing = () =>
  new ArmError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );
export const apiVersionInvalid = (version: string) =>
  new ArmError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`);
export const actionNotInVersion = (action: string, version: string) =>
  new ArmError(404, 'InvalidResourceType', `No action '${action}' in api-version '${version}'.`);
export const scopeNotFound = (type: string, group: unknown) =>
  gateway(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.MachineLearningServices/${type}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
export const parentNotFound = (parent: string) =>
  gateway(
    404,
    'ParentResourceNotFound',
    `Can not perform requested operation on nested resource. Parent resource '${parent}' not found.`,
  );
export const subscriptionNotFound = (subscription: unknown) =>
  gateway(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
export const resourceGroupNotFound = (group: unknown) =>
  gateway(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);

// Tokens and roles
export const unauthenticated = (code: string, message: string) => new ArmError(401, code, message);
export const audienceInvalid = (audience: string, wanted: string) =>
  new ArmError(401, 'InvalidAuthenticationTokenAudience', `The audience '${audience}' should be '${wanted}'.`);
export const amlTokenMissing = () =>
  userError("The header 'x-azureml-token' is missing; it is needed to submit this job.");
export const amlTokenInvalid = (reason: string) =>
  new ArmError(401, 'InvalidAuthenticationToken', `The token in 'x-azureml-token' ${reason}.`);
export const actionForbidden = (caller: { appid?: string; sub: string }, action: string, scope: string) =>
  new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${caller.appid}' with object id '${caller.sub}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
export const invocationForbidden = (appid: string | undefined) =>
  new ArmError(403, 'AuthorizationFailed', `The client '${appid}' does not have authorization to invoke the endpoint.`);

// The form of bodies and queries
export const wrongType = (path: string, expected: string, found: string) =>
  userError(`The value of '${path || 'the request body'}' must be ${expected}, not ${found}.`);
export const nameEmpty = (path: string) =>
  userError(`The value of '${path}' must contain a letter, a digit or an underscore.`);
export const durationInvalid = (path: string, value: unknown) =>
  userError(`The value '${value}' of '${path}' is not an ISO 8601 duration such as PT1H.`);
export const valueNotAllowed = (path: string, value: unknown, allowed: string[]) =>
  userError(`The value '${value}' of '${path}' is not one of: ${allowed.join(', ')}.`);
export const limitExceeded = (path: string, problem: string) => userError(`'${path}' is not valid: ${problem}.`);
export const notArray = (path: string) => userError(`The value of '${path}' must be an array.`);
/** A member that the type does not have in this api-version. */
export interface UnknownMember {
  member: string;
  type: string;
}
/** 400 of all unknown members of a body together; `position` says where in the body each of them ends. */
export const membersUnknown = (unknown: UnknownMember[], position: (member: string, occurrence: number) => number) => {
  const message = 'Request is invalid and/or missing fields.';
  const details = unknown.map(({ member, type }, index) => {
    const occurrence = unknown.slice(0, index).filter((other) => other.member === member).length;
    return {
      code: 'RequestInvalid',
      message: `Could not find member '${member}' on object of type '${type}'. Path '${member}', line 1, position ${position(member, occurrence)}.`,
    };
  });
  return new ArmError(400, 'UserError', message, {
    from: 'provider',
    inner: ['RequestInvalid'],
    details,
    format: message,
  });
};
export const memberMissing = (field: string, path: string) =>
  userError(`Required property '${field}' is missing: '${path}' must have a value.`);
export const discriminatorMissing = (path: string, allowed: string[]) =>
  userError(`Required property '${path}' is missing; it is one of: ${allowed.join(', ')}.`);
export const nameInvalid = (value: string, what: string) =>
  userError(
    `'${value}' is not a valid ${what}: it may contain letters, digits, '-', '_' and '.', must start with a letter or digit, and is at most 255 characters long.`,
  );
export const viewInvalid = (view: string) =>
  userError(`The value '${view}' of listViewType is not one of: ActiveOnly, ArchivedOnly, All.`);
export const queryNotNumber = (value: unknown, name: string) =>
  userError(`The value '${value}' of ${name} is not a number.`);

// Resources of any kind
export const operationNotFound = (id: string) => missing(`Operation ${id} was not found.`);
export const resourceNotFound = (one: string, name: string) => missing(`${one} ${name} was not found.`);
export const kindAbsent = (words: string, name: string) =>
  new ArmError(404, 'ResourceNotFound', `The ${words} '${name}' was not found; the sandbox has none.`);
export const kindNotSupported = (words: string) =>
  new ArmError(400, 'NotSupported', `The sandbox can't create the ${words}: it has none.`);
export const workspaceFixed = () =>
  new ArmError(409, 'Conflict', 'The sandbox has one workspace, which cannot be created again or deleted.');
export const referenceNotFound = (kind: string, id: string) => userError(`The ${kind} '${id}' does not exist.`);
export const computeNotFound = (compute: string | undefined) =>
  userError(`Unknown compute target '${compute}'.`, 'UnknownTargetType');
/** The 404 of a compute has no body. */
export const computeMissing = () => new ArmError(404, '', '');
export const computeTypeUnknown = (type: unknown, types: string[]) =>
  userError(`The value '${type}' of 'properties.computeType' is not one of: ${types.join(', ')}.`);
export const notComputeInstance = (action: string) => userError(`Only a compute instance can ${action}.`);
export const datastoreFixed = (name: string) => userError(`The datastore ${name} cannot be deleted.`);
/** It has no inner error. */
export const noSecrets = () => provider(400, 'No secrets for credentials of type None.');

// Jobs
export const jobNotFound = (name: string) =>
  new ArmError(404, 'UserError', `Job ${name} not found.`, {
    from: 'provider',
    inner: ['NotFound', 'JobNotFound'],
    format: 'Job {jobId} not found.',
    parameters: { jobId: name },
  });
export const jobExists = (name: string) => userError(`Job ${name} already exists.`);
export const jobNameUsed = (name: string) => immutable(`The name ${name} was used by a job that has been deleted.`);
export const jobChanged = (name: string, field: string) =>
  immutable(`Job ${name} already exists; its '${field}' cannot be changed.`);
export const jobPropertyChanged = (name: string, property: string) =>
  immutable(`The property '${property}' of job ${name} cannot be changed; properties can only be added.`);
export const jobCannotRun = (reason: string) => userError(reason);
export const jobActive = (name: string, status: string) =>
  userError(`Job ${name} has the status ${status}; cancel it before deleting it.`);

// Pipelines
export const pipelineEmpty = () => userError("A pipeline job needs at least one job in 'jobs', or a 'componentId'.");
export const stepInvalid = (step: string, reason: string) => userError(`The step '${step}' ${reason}.`);
/** 404 though the request was a PUT: the component of a pipeline or of one of its steps does not exist. */
export const jobComponentNotFound = (id: unknown) => {
  const [, name, version] = /\/components\/([^/]+)\/versions\/([^/]+)$/.exec(String(id)) ?? [];
  const what = name ? `component ${name} (version: ${version})` : `component ${id}`;
  return new ArmError(404, 'NotFound', `key: ${id}, Message: Not found ${what}.`, { from: 'provider' });
};
export const portNotDeclared = (step: string, port: 'input' | 'output', name: string) =>
  userError(`The step '${step}' sets the ${port} '${name}', which its component does not declare.`);
export const literalNotText = (where: string) => userError(`The literal of '${where}' must be a string.`);
export const inputEmpty = (where: string) => userError(`'${where}' has neither a value nor a uri.`);
export const stepInputMissing = (step: string, input: string) =>
  userError(`Required input '${input}' of the step '${step}' is not set.`);
export const outputNotBound = (where: string, value: string) =>
  userError(`'${where}' must be bound to an output of the pipeline, not to '${value}'.`);
export const bindingLeadsNowhere = (where: string, binding: string, reason: string) =>
  userError(`'${where}' is bound to '${binding}', but ${reason}.`);
export const bindingInvalid = (where: string, binding: string) =>
  userError(
    `'${where}' has the binding '${binding}', which is neither an input of the pipeline nor an output of a step.`,
  );
export const portNotObject = (where: string) => userError(`'${where}' must be an object.`);
export const portMemberUnknown = (where: string, member: string) =>
  userError(`Could not find member '${member}' on '${where}'.`);

// Assets
export const labelNotFound = (one: string, name: string, label: string) =>
  missing(`${one} ${name} has no version with the label ${label}.`);
export const assetExists = (path: string) => immutable(`The asset ${path} already exists in the registry.`);
export const referenceExists = (id: string) => immutable(`${id} already exists.`);
export const pathChanged = () => userError('Asset paths cannot be updated.');
export const environmentChanged = (label: string) => {
  const [name, version] = label.split(':');
  return userError(`Environment ${name} with version ${version} is already registered and cannot be changed.`);
};
export const componentChanged = (label: string, field: string) =>
  userError(
    `Failed to update component ${label.split(':')[0]} since field "${field}" is immutable, try specifying a new version.`,
    'ArgumentInvalid',
    'UpdateComponentFailed',
  );
export const modelVersionInvalid = (version: string) =>
  userError(`The version '${version}' of a model must be a whole number above 0.`);
export const versionChanged = (one: string, label: string, field: string) =>
  immutable(`${one} ${label} already exists; its '${field}' cannot be changed.`);
export const dataTypeDiffers = (name: string, expected: string, given: string) =>
  userError(`The data asset ${name} has the type ${expected}; a version of type ${given} cannot be added.`);
export const autoDeleteElsewhere = () =>
  userError(
    'AutoDeleteSetting is only supported for assets in managed datastore.',
    'ArgumentInvalid',
    'AutoDeleteSettingOnlySupportedForManagedDatastore',
  );
export const notVersionId = (id: string) => userError(`'${id}' is not the id of an asset version.`);
export const notInRegistryStorage = (uri: string) => userError(`'${uri}' is not in the registry's storage.`);
export const codeElsewhere = (uri: string) =>
  userError(`The code URI '${uri}' is not in the workspace's storage account.`);
export const codeEmpty = (uri: string) => userError(`The code URI '${uri}' holds no files.`);
export const codeHashDiffers = (hash: string, claimed: string) =>
  userError(`The hash of the uploaded code is ${hash}, but the request says ${claimed}.`);
export const modelJobNotFound = (uri: string, job: string) =>
  userError(`The model URI '${uri}' names the job '${job}', which does not exist in the workspace.`);
export const noMatchingArtifacts = (uri: string) =>
  userError(`No matching artifacts found at '${uri}'.`, 'NoMatchingArtifactsFoundFromJob');
export const notMlflowModel = (uri: string) => userError(`'${uri}' is not an MLflow model: it has no MLmodel file.`);
export const imageAndBuild = () => userError("An environment takes either 'image' or 'build', not both.");
export const imageMissing = () =>
  userError("Docker image or build context is required: an environment needs 'image' or 'build'.");
export const condaWithoutImage = () =>
  userError("'condaFile' needs 'image'; with 'build' the Dockerfile installs packages.");
export const condaNotYaml = (reason: string) => userError(`'condaFile' is not YAML: ${reason}`);
export const condaNotEnvironment = () => userError("'condaFile' must be the text of a conda environment file.");

// Component specifications
export const componentTypeUnknown = (type: unknown, types: string[]) =>
  userError(`The component's type '${type}' is not one of: ${types.join(', ')}.`);
export const componentFieldMissing = (type: 'command' | 'pipeline', field: string, hint = '') =>
  userError(`A ${type} component needs '${field}'${hint}.`);
export const componentReferenceNotFound = (field: string, id: string) =>
  userError(`The component's ${field} '${id}' does not exist.`);
export const portNameInvalid = (where: string, name: string) =>
  userError(`'${name}' is not a valid name of an entry of ${where}.`);
export const portTypeUnknown = (where: string, name: string, type: unknown, types: string[]) =>
  userError(`The type '${type}' of ${where}.${name} is not one of: ${types.join(', ')}.`);
export const bindingNotDeclared = (binding: string) =>
  userError(`The command uses ${binding}, but the component declares no such entry.`);

// Batch endpoints, schedules and published pipelines
const noDefault =
  'No valid deployments to route to. Please check that the endpoint has at least one deployment with positive weight values or use a deployment specific header to route.';
export const endpointNotFound = (name: string, workspace: string) =>
  missing(
    `An endpoint with the name '${name}' does not exist in the workspace '${workspace}'. Please check the endpoint name and also ensure the current user has access to it.`,
    'EndpointNotFound',
  );
export const deploymentNotFound = (name: string, endpoint: string) =>
  missing(`A deployment with the name '${name}' does not exist in the endpoint '${endpoint}'.`, 'DeploymentNotFound');
export const scheduleNotFound = (name: string) => missing(`Resource Trigger ${name} not found`);
export const registryForbidden = (registry: string) =>
  new ArmError(403, 'UserError', `User/tenant/subscription is not allowed to access registry ${registry}`, {
    from: 'dataPlane',
    inner: ['Auth', 'Authorization', 'UnAuthorizedRegistryAccess'],
    format: 'User/tenant/subscription is not allowed to access registry {feedName}',
    parameters: { feedName: registry },
    component: 'feedmanagement',
  });
export const defaultDeploymentNotFound = (name: string) =>
  userError(`The default deployment '${name}' does not exist.`);
export const deploymentIsDefault = (name: string) =>
  immutable(`The deployment ${name} is the default of its endpoint and cannot be deleted.`);
export const notPipelineComponent = (id: string) => userError(`The component '${id}' is not a pipeline component.`);
export const deploymentEmpty = () => userError("A deployment needs a 'model' or a 'deploymentConfiguration'.");
export const endpointDeploymentNotFound = (endpoint: string, name: unknown) =>
  missing(name ? `The endpoint ${endpoint} has no deployment '${name}'.` : noDefault);
export const inputMissing = (name: string) => userError(`The required input '${name}' has no value.`);
export const scheduleTimeInvalid = () => userError('scheduleTime is not a time.');
export const scheduleDisabled = (name: string) => userError(`The schedule ${name} is disabled.`);
export const scheduleActionNotRun = (action: string) =>
  userError(`The sandbox can't run schedules with the action ${action}.`);
export const pipelineNotFound = (id: string) => missing(`The pipeline ${id} was not found.`);
export const pipelineParameterUnknown = (name: string) => userError(`The pipeline has no parameter '${name}'.`);

/** An asset is missing, with these codes of `InnerError`, from the outermost in. */
export const assetMissing = (message: string, ...inner: string[]) => provider(404, message, ...inner);

/** A missing model is reported in `details` alone; there is no inner error. */
export const modelMissing = (code: string, message: string) =>
  new ArmError(404, 'UserError', 'The specified resource was not found.', {
    from: 'provider',
    details: [{ code, message }],
  });
