/** Run history's errors, each under its name, in run history's shape. */
import type { Response } from 'express';

export interface HistoryError {
  status: number;
  code: string;
  message: string;
}

const notFound = (what: string): HistoryError => ({
  status: 404,
  code: 'UserError',
  message: `${what} was not found.`,
});

export const runNotFound = (id: unknown) => notFound(`Run ${id}`);
export const experimentNotFound = (key: string) => notFound(`Experiment ${key}`);
export const workspaceNotFound = (name: unknown) => notFound(`Workspace ${name}`);
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

/** Answers the error. */
export function refuse(response: Response, { status, code, message }: HistoryError): void {
  response.status(status).json({
    error: { code, severity: null, message, messageFormat: message, details: [], innerError: null },
    correlation: { operation: null, request: response.getHeader('x-ms-request-id') ?? null },
    time: new Date().toISOString(),
  });
}
