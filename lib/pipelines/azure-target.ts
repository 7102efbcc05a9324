import type { AzureConnection } from '../azure/connection.ts';
import type { WorkspaceIds } from '../azureml/ids.ts';
import { UserError } from '../core/errors.ts';
import { oneOf } from '../core/nearest.ts';
import type { TaskInputs } from './pipeline.ts';

/** The workspace that a task works on and the connection that opens it; every task's first inputs. */
export interface AzureTarget {
  connection: AzureConnection;
  systemAccessToken: string;
  ids: WorkspaceIds;
}

/** Reads `azureSubscription`, `resourceGroupName` and `azureMLWorkspaceName`. @throws UserError */
export function readAzureTarget(inputs: TaskInputs): AzureTarget {
  const connection = inputs.connection('connectedServiceNameARM');
  const subscriptionId = connection.data.subscriptionid;
  if (!subscriptionId) {
    throw new UserError({
      code: 'ConnectionIncomplete',
      message: 'The service connection names no subscription.',
      fix: 'Use an Azure Resource Manager connection of the scope level Subscription or Machine Learning workspace.',
      docs: 'connections',
    });
  }
  return {
    connection,
    systemAccessToken: inputs.systemAccessToken(),
    ids: {
      subscriptionId,
      resourceGroup: required(inputs, 'resourceGroupName'),
      workspaceName: required(inputs, 'workspaceName'),
    },
  };
}

/** An input that has to have a value. @throws UserError `InputMissing` */
export function required(inputs: TaskInputs, name: string): string {
  const value = inputs.text(name);
  // The agent leaves $(x) as it is when no variable has that name.
  const isUnset = value !== undefined && /^\$\([^()]+\)$/.test(value);
  if (value !== undefined && !isUnset) return value;
  throw new UserError({
    code: 'InputMissing',
    message: isUnset
      ? `The input ${name} is '${value}', but there is no variable of that name.`
      : `The input ${name} is empty.`,
    fix: 'If the value comes from another step, as in $(submit.jobName), check that step’s name: and that it ran in this job.',
  });
}

/** Absolute path of an input of type filePath. @throws UserError `InputMissing` */
export function requiredPath(inputs: TaskInputs, name: string): string {
  return inputs.path(name) ?? required({ ...inputs, text: () => undefined }, name);
}

/** An input with a fixed set of values. @throws UserError `InputInvalid` */
export function oneOfInputs<T extends string>(inputs: TaskInputs, name: string, allowed: readonly T[], fallback: T): T {
  const value = inputs.text(name);
  if (value === undefined) return fallback;
  const found = allowed.find((one) => one.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  throw new UserError({
    code: 'InputInvalid',
    message: `The input ${name} is '${value}'; allowed are ${oneOf(allowed)}.`,
    fix: 'Use one of these values.',
  });
}

/** A boolean input. @throws UserError `InputInvalid` */
export function flag(inputs: TaskInputs, name: string, fallback: boolean): boolean {
  return oneOfInputs(inputs, name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
}

/** Lines of `name=value`; empty lines and lines that begin with `#` are skipped. @throws UserError `InputInvalid` */
export function pairs(inputs: TaskInputs, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const raw of (inputs.text(name) ?? '').split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 1) {
      throw new UserError({
        code: 'InputInvalid',
        message: `The input ${name} has the line '${line}', which is not of the form name=value.`,
        fix: 'Write one pair a line, for example team=risk.',
      });
    }
    found[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return found;
}
