/** Answers errors in Azure Resource Manager's shape. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import * as errors from './errors.ts';

/** Express error handler: `ArmError` as it is, a body that is not JSON as 400, anything else as 500. */
export function answerErrors(log: (line: string) => void, location: string) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = asArmError(error);
    if (known.status === 500) log(`${request.method} ${request.originalUrl}: ${(error as Error).stack}`);
    const correlation = { operation: randomUUID(), request: String(response.getHeader('x-ms-request-id') ?? '') };
    const additionalInfo = [
      { type: 'ComponentName', info: { value: 'managementfrontend' } },
      { type: 'Correlation', info: { value: correlation } },
      { type: 'Environment', info: { value: location } },
      { type: 'Location', info: { value: location } },
      { type: 'Time', info: { value: new Date().toISOString() } },
      ...(known.innerCode
        ? [{ type: 'InnerError', info: { value: { code: known.innerCode, innerError: null } } }]
        : []),
    ];
    if (request.path.startsWith('/mlflow/') && known.code === 'InvalidRequestContent') {
      // The body could not be read, so MLflow's own routes never saw the request.
      response.status(known.status).json({ error_code: 'BAD_REQUEST', message: known.message });
      return;
    }
    response.status(known.status).json({
      error: {
        code: known.code,
        message: known.message,
        ...(known.target !== undefined && { target: known.target }),
        ...(known.innerCode && { details: [], additionalInfo }),
      },
    });
  };
}

function asArmError(error: unknown): errors.ArmError {
  if (error instanceof errors.ArmError) return error;
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.parse.failed') {
    return errors.bodyNotJson(message);
  }
  if (error instanceof URIError || status === 400) return errors.badRequest(message);
  if (status === 413) return errors.bodyTooLarge(message);
  return errors.sandboxFailed(message);
}
