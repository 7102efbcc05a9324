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

/** Why something of Azure DevOps could not be read, in a few words that follow a colon. */
export function whyNot(error: unknown): string {
  if (!(error instanceof AzureError)) return firstLine(messageOf(error));
  const said = firstLine(error.serviceMessage);
  if (error.status === 401) return `Azure DevOps did not accept the job's token (401): ${said}`;
  if (error.status === 403) return `the job's token may not read it (403): ${said}`;
  return `Azure DevOps answered ${error.status}: ${said}`;
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/)[0] ?? '';
}
