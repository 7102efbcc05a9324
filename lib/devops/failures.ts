import { AzureError, hasStatus } from '../azure/failures.ts';
import { messageOf } from '../core/errors.ts';

/**
 * What an answer brings, or undefined when Azure DevOps says that it does not exist. Its client makes null of some 404s, and
 * Azure DevOps answers 404 for a project that the token may not see, too.
 */
export async function found<T>(answer: Promise<T>): Promise<NonNullable<T> | undefined> {
  try {
    return (await answer) ?? undefined;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Why something of Azure DevOps could not be read or done, in a few words that follow a colon. @param what `read it` */
export function whyNot(error: unknown, what = 'read it'): string {
  if (!(error instanceof AzureError)) return firstLine(messageOf(error));
  const said = firstLine(error.serviceMessage);
  if (error.status === 401) return `Azure DevOps did not accept the job's token (401): ${said}`;
  if (error.status === 403) return `the job's token may not ${what} (403): ${said}`;
  return `Azure DevOps answered ${error.status}: ${said}`;
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/)[0] ?? '';
}
