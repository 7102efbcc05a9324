/** Answers errors in Azure Resource Manager's shape. */
import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { errorEnvelope } from '../history/errors.ts';
import { ArmError } from './arm-error.ts';
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
    response.status(known.status);
    if (request.path.startsWith('/mlflow/') && known.code === 'InvalidRequestContent') {
      // The body could not be read, so MLflow's own routes never saw the request.
      response.json({ error_code: 'BAD_REQUEST', message: known.message });
      return;
    }
    if (known.code === '') {
      response.end();
      return;
    }
    response.setHeader('x-ms-response-type', 'error');
    if (known.more.from === 'gateway') {
      response.removeHeader('x-ms-response-type');
      response.setHeader('x-ms-failure-cause', 'gateway');
    }
    response.type('json').send(JSON.stringify(bodyOf(known, location), null, 2));
  };
}

function bodyOf(error: ArmError, location: string): object {
  const { code, message, status, more } = error;
  if (more.from === 'dataPlane') return errorEnvelope({ status, code, message, ...more }, location);
  if (more.from !== 'provider') return { error: { code, message } };
  const details = (more.details ?? []).map((detail) => ({ ...detail, details: [], additionalInfo: [] }));
  return { error: { code, message, details, additionalInfo: additionalInfo(error, location) } };
}

/** In the order in which the service lists it. */
function additionalInfo({ more }: ArmError, location: string): { type: string; info: { value: unknown } }[] {
  const inner = (more.inner ?? []).reduceRight<object | null>((innerError, code) => ({ code, innerError }), null);
  const entries: [string, unknown][] = [
    ['ComponentName', 'managementfrontend'],
    ['Correlation', { operation: randomBytes(16).toString('hex'), request: randomBytes(8).toString('hex') }],
    ['Environment', location],
    ['Location', location],
    ['Time', new Date().toISOString().replace('Z', '0000+00:00')],
    ['InnerError', inner],
    ['MessageFormat', more.format],
    ['MessageParameters', more.parameters],
  ];
  return entries
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([type, value]) => ({ type, info: { value } }));
}

function asArmError(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.parse.failed') {
    return errors.bodyNotJson(message);
  }
  if (error instanceof URIError || status === 400) return errors.badRequest(message);
  if (status === 413) return errors.bodyTooLarge(message);
  return errors.sandboxFailed(message);
}
