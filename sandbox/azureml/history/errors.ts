/** Errors of the data plane, each under its name, in the data plane's shape. */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';

export interface HistoryError {
  status: number;
  code: string;
  message: string;
  /** The message with placeholders, and what they stand for. */
  format?: string;
  parameters?: Record<string, string>;
  /** Codes of `innerError`, from the outermost in. */
  inner?: string[];
  /** The service that answers; run history unless said otherwise. */
  component?: string;
}

const notFound = (what: string, key: string, value: unknown): HistoryError => ({
  status: 404,
  code: 'UserError',
  message: `${what} ${key}=${value} was not found`,
  format: `${what} {${key}} was not found`,
  parameters: { [key]: `${key}=${value}` },
  inner: ['NotFoundError'],
});

export const runNotFound = (id: unknown) => notFound('Run', 'runId', id);
export const experimentNotFound = (key: string) => notFound('Experiment', 'experimentName', key);
export const workspaceNotFound = (name: unknown) => notFound('Workspace', 'workspaceName', name);
export const artifactPathInvalid = (path: string): HistoryError => ({
  status: 400,
  code: 'UserError',
  message: `Invalid artifact path '${path}'.`,
});
export const readOnlyCaller = (): HistoryError => ({
  status: 403,
  code: 'AuthorizationFailed',
  message: 'The client does not have authorization to change this workspace.',
});

/** The error as the data plane writes it. */
export function errorEnvelope(error: HistoryError, location: string): object {
  const { status, code, message, format, parameters, inner, component } = error;
  return {
    error: {
      code,
      severity: null,
      message,
      messageFormat: format ?? null,
      messageParameters: parameters ?? {},
      referenceCode: null,
      detailsUri: null,
      target: null,
      details: [],
      innerError: (inner ?? []).reduceRight<object | null>((innerError, each) => ({ code: each, innerError }), null),
      debugInfo: null,
      additionalInfo: null,
    },
    correlation: { operation: randomBytes(16).toString('hex'), request: randomBytes(8).toString('hex') },
    environment: location,
    location,
    time: new Date().toISOString().replace('Z', '0000+00:00'),
    componentName: component ?? 'run-history',
    statusCode: status,
  };
}

/** Answers the error. */
export function refuse(response: Response, error: HistoryError): void {
  const { location } = response.app.locals as { location: string };
  response.status(error.status).setHeader('x-ms-response-type', 'error');
  response.type('json').send(JSON.stringify(errorEnvelope(error, location), null, 2));
}
