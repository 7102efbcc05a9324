/** Errors in Azure Resource Manager's shape. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

/** An error that a route answers. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  /** Code of the innermost error, as `additionalInfo` of type `InnerError` carries it. */
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, message: string, more: { target?: string; innerCode?: string } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.target = more.target;
    this.innerCode = more.innerCode;
  }
}

/** 400: the request's content is wrong. */
export const userError = (message: string, target?: string): ArmError =>
  new ArmError(400, 'UserError', message, { innerCode: 'BadArgument', ...(target !== undefined && { target }) });

/** 404 for a resource below the workspace. */
export const notFound = (message: string): ArmError =>
  new ArmError(404, 'UserError', message, { innerCode: 'NotFound' });

/** 409: an existing version or job has other content. */
export const conflict = (message: string): ArmError =>
  new ArmError(409, 'UserError', message, { innerCode: 'Immutable' });

/** Express error handler: `ArmError` as it is, a body that is no JSON as 400, anything else as 500. */
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

function asArmError(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.parse.failed') {
    return new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${message}'.`,
    );
  }
  if (error instanceof URIError || status === 400) return new ArmError(400, 'BadRequest', String(message));
  if (status === 413) return new ArmError(413, 'RequestContentTooLarge', String(message));
  return new ArmError(500, 'InternalServerError', `The sandbox failed: ${message}`);
}
