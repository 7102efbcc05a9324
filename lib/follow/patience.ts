import { AzureError, isPassing } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';

const MINUTE = 60_000;

/**
 * How long failures of a kind may go on, without a success in between, before following a job is given up, in milliseconds.
 * The job costs money while nobody watches it, so what may pass gets much time; what only a person can change gets little;
 * a defect of ours gets none.
 */
export function patienceWith(error: unknown): number {
  if (isPassing(error)) return 30 * MINUTE;
  if (error instanceof UserError) return error.code === 'AnswerNotUnderstood' ? 10 * MINUTE : MINUTE;
  // A 404 right after the job was created, a 403 while a role assignment is renewed, a 409 for no reason: seen and gone.
  if (error instanceof AzureError) return 5 * MINUTE;
  return 0;
}
