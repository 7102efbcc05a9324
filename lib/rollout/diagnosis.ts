/** Why a deployment failed, in the words of the one who has to do something about it. */
export interface DeploymentDiagnosis {
  /** False when neither message nor log says why. */
  isKnown: boolean;
  cause: string;
  /** What to try next. */
  next: string;
}

interface Kind {
  pattern: RegExp;
  cause: string;
  next: string;
}

/** By what the service says (recorded, and published by users) or by what the container logged. The first that fits. */
const KINDS: readonly Kind[] = [
  {
    pattern: /endpoint .*has not been created successfully/i,
    cause: 'The endpoint itself was not created successfully, so nothing can be deployed to it.',
    next: 'Delete the endpoint in Azure ML studio, then run the stage again, which creates it.',
  },
  // The service puts the code OutOfQuota in front of this too.
  {
    pattern: /insufficient memory|OOMKilled|MemoryError|out of memory/i,
    cause: 'The container ran out of memory.',
    next: 'Choose an instance_type with more memory, or a smaller model.',
  },
  {
    pattern: /not enough (?:subscription |memory |cpu )*quota|outofquota|Current usage\/limit/i,
    cause:
      'The subscription does not have enough quota for its instances. Azure ML reserves 20 % more, rounded up to whole instances: one instance needs the quota of two.',
    next: 'Ask for more quota, choose a smaller instance_type or fewer instances, or set strategy to recreate, which needs no second deployment.',
  },
  {
    pattern:
      /image build|ImageBuildFailure|failed to build|conda env create|ResolvePackageNotFound|pip.*No matching distribution/i,
    cause: 'The image of its environment could not be built.',
    next: "Read the build's log in Azure ML studio under Environments, and fix the conda file or the Dockerfile.",
  },
  {
    pattern: /pull permission|AcrPull|ImagePullBackOff|ErrImagePull|unauthorized: authentication required/i,
    cause: "The endpoint's identity may not fetch the image of the environment.",
    next: "Give the endpoint's identity the role AcrPull on the container registry.",
  },
  {
    pattern: /Storage Blob Data Reader|does not have permission to read the model|AuthorizationPermissionMismatch/i,
    cause: "The endpoint's identity may not read the model's storage.",
    next: "Give the endpoint's identity the role Storage Blob Data Reader on the workspace's storage account.",
  },
  {
    pattern: /Could not find asset|ModelRegistryError|model .* (?:was )?not found/i,
    cause: 'Something that the deployment refers to was not found.',
    next: 'Check model, environment and code of the deployment file, and the registry that they name.',
  },
  {
    pattern: /Traceback \(most recent call last\)|score\.py.*Error|exception in init/i,
    cause: 'The scoring script raised an exception.',
    next: 'Fix the scoring script or its environment; the last lines of its log show where it failed.',
  },
  {
    pattern: /liveness probe|readiness probe|probe failed|failed to become ready|timed out waiting for/i,
    cause: 'The container did not become ready in time.',
    next: 'Make init() faster, or raise initial_delay and failure_threshold of the probes.',
  },
  {
    pattern: /User container has crashed or terminated|CrashLoopBackOff/i,
    cause: 'The container crashed.',
    next: 'Read the last lines of its log, and run the scoring script with the same environment on your machine.',
  },
  {
    pattern: /SubscriptionNotRegistered|not registered/i,
    cause: 'The subscription is not registered for what endpoints need.',
    next: 'Register the resource providers that the message names, such as Microsoft.Cdn or Microsoft.PolicyInsights.',
  },
  {
    pattern: /InternalServerError|Internal error/i,
    cause: 'Azure ML had an internal error.',
    next: 'Run the stage again; if it fails again, check the status of Azure ML in this region.',
  },
];

const LOG_LINES = 20;

/**
 * What a failed deployment means.
 * @param message what the service says about the failed operation
 * @param logs of the containers: the scoring server's, then that of what fetches the model
 */
export function diagnoseDeployment(message: string, logs: readonly string[]): DeploymentDiagnosis {
  const kindOf = (text: string): Kind | undefined => KINDS.find(({ pattern }) => pattern.test(text));
  const fromMessage = kindOf(message);
  const log = logs.find((one) => kindOf(one) !== undefined) ?? logs.find((one) => one.trim() !== '') ?? '';
  const fromLog = kindOf(log);
  // "The container crashed" is true of most failures; the log knows why.
  const isVague = fromMessage === undefined || /crash|ready in time|internal error/i.test(fromMessage.cause);
  const kind = isVague ? (fromLog ?? fromMessage) : fromMessage;
  const found = kind ?? {
    cause: 'The service does not say why.',
    next: "Read the deployment's log in Azure ML studio.",
  };
  return { isKnown: kind !== undefined, cause: withException(found.cause, log), next: found.next };
}

/** The cause with the exception's own line behind it: `ModuleNotFoundError: No module named 'xgboost'`. */
function withException(cause: string, log: string): string {
  if (!/exception/.test(cause)) return cause;
  const lines = log.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => /^[\w.]*(?:Error|Exception|Interrupt|Exit)\b.*$/.test(line));
  return last ? `${cause.replace(/\.$/, '')}: ${last}` : cause;
}

/** The end of a container's log, without empty lines. */
export function lastLines(log: string): string[] {
  return log
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(-LOG_LINES);
}
