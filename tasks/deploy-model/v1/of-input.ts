import { UserError } from '../../../lib/core/errors.ts';

/** Reads a file that an input names: the error of one that can't be read says which input. */
export function ofInput<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError) || !['FileNotFound', 'FileNotReadable'].includes(error.code)) throw error;
    const { code, message, fix, problems } = error;
    throw new UserError(
      { code, message: `The input ${name} is not valid: ${message}`, ...(fix === undefined ? {} : { fix }), problems },
      { cause: error },
    );
  }
}
