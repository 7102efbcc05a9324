/** The errors of online endpoints and deployments, each under its name. */
import { ArmError } from '../arm/arm-error.ts';

/** 400 of the service behind the resource provider: what is wrong is JSON text in `details`. */
const invalid = (errors: Record<string, string[]>): ArmError =>
  new ArmError(400, 'BadRequest', 'The request is invalid.', {
    from: 'provider',
    details: [
      {
        code: 'InferencingClientCallFailed',
        message: JSON.stringify({ errors, title: 'One or more validation errors occurred.' }),
      },
    ],
  });
const userError = (message: string): ArmError =>
  new ArmError(400, 'UserError', message, { from: 'provider', inner: ['BadArgument'] });

export const deploymentUnrecoverable = (name: string) =>
  invalid({
    '': [
      `Specified deployment [${name}] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.`,
    ],
  });
export const endpointNotCreated = (name: string) =>
  invalid({ '': [`Specified endpoint [${name}] has not been created successfully. Please recreate the endpoint.`] });
export const deploymentHasTraffic = (name: string) =>
  invalid({ '': [`Can't delete deployment [${name}] with non-zero traffic weight`] });
export const quotaExceeded = (size: string, subscription: string) =>
  invalid({
    VmSize: [
      `Not enough quota available for ${size} in SubscriptionId ${subscription}. Current usage/limit: 0/6. Additional needed: 8 Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-outofquota`,
    ],
  });
export const trafficSum = (sum: number) =>
  invalid({ Traffic: [`The sum of the traffic must be 0 or 100, but it is ${sum}.`] });
export const trafficShare = (name: string, share: number) =>
  invalid({
    Traffic: [`The traffic of deployment [${name}] must be a whole number from 0 to 100, but it is ${share}.`],
  });
export const trafficUnknown = (name: string) =>
  invalid({
    Traffic: [`Specified deployment [${name}] does not exist. Traffic can be set for deployments that exist.`],
  });
export const mirrorTooMuch = (share: number) =>
  invalid({ MirrorTraffic: [`At most 50 percent of the traffic can be mirrored, not ${share}.`] });
export const mirrorOfMany = () => invalid({ MirrorTraffic: ['Traffic can be mirrored to one deployment only.'] });
export const mirrorAndTraffic = (name: string) =>
  invalid({ MirrorTraffic: [`Deployment [${name}] can have traffic or mirrored traffic, not both.`] });
export const identityMissing = () => invalid({ Identity: ['An online endpoint needs an identity.'] });

export const operationRunning = (workspace: string) =>
  new ArmError(409, 'Conflict', 'Conflict', {
    from: 'provider',
    details: [
      {
        code: 'OperationDuplicationConflict',
        message: `Conflict of operation, another operation on same entity is already running in workspace ${workspace}.`,
      },
    ],
  });
export const endpointBusy = (name: string, state: string) =>
  userError(`Cannot create a deployment in endpoint ${name} because it is in ${state} provisioning state`);
export const nameTaken = () =>
  userError(
    'An endpoint with this name already exists. If you are trying to create a new endpoint, use a different name.',
  );
export const endpointNameInvalid = (name: string, what: string) =>
  userError(
    `'${name}' is not a valid ${what}: it starts with a letter, has 3 to 32 letters, digits and '-', and does not end with '-'.`,
  );
export const noTokens = (name: string, mode: string) =>
  userError(`The endpoint ${name} has the authentication mode ${mode}, which has no such tokens.`);
export const noKeys = (name: string, mode: string) =>
  userError(`The endpoint ${name} has the authentication mode ${mode}, which has no keys.`);
export const modelOrCodeMissing = () => userError("A deployment needs a 'model' or a 'codeConfiguration'.");
