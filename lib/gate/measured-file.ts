import { readFile } from 'node:fs/promises';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { messages } from './messages.ts';

/**
 * The text of a file with metrics or predictions.
 * @param path absolute, or from the working directory
 * @throws UserError `FileNotFound`
 */
export async function readMeasuredFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const said = {
      message: fill(messages.MetricsFileMissing, { file: path }),
      fix: fill(messages.MetricsFileMissingFix),
    };
    throw new UserError({ code: 'FileNotFound', ...said }, { cause: error });
  });
}
