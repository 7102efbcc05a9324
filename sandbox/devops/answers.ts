/** Answers in the form of Azure DevOps. */
import type { Request, RequestHandler, Response } from 'express';

/** An error answer as the REST API words it. */
export function refuse(response: Response, status: number, typeKey: string, message: string): void {
  response.status(status).json({
    $id: '1',
    innerException: null,
    message,
    typeName: `Sandbox.${typeKey}`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  });
}

/** What a caller without a permission gets. @param what `build 7` */
export function accessDenied(
  response: Response,
  { project, organization }: { project: { name: string }; organization: string },
  permission: string,
  what: string,
): void {
  const who = `${project.name} Build Service (${organization})`;
  const message = `Access denied. ${who} needs ${permission} permissions for ${what} in team project ${project.name} to perform the action.`;
  refuse(response, 403, 'AccessDeniedException', message);
}

export const notFound = (response: Response, what: string): void =>
  refuse(response, 404, 'NotFoundException', `${what} does not exist.`);

export function answerList(response: Response, value: readonly unknown[]): void {
  response.json({ count: value.length, value });
}

/** A path parameter, decoded; wildcard parameters are joined. */
export function parameter(request: Request, name: string): string {
  const value: string | string[] | undefined = request.params[name];
  return Array.isArray(value) ? value.join('/') : (value ?? '');
}

/** Body of a PATCH or POST as an object. */
export const bodyOf = (request: Request): Record<string, any> =>
  typeof request.body === 'object' && request.body !== null && !Buffer.isBuffer(request.body) ? request.body : {};

/** `name` as text from the query string. */
export function query(request: Request, name: string): string | undefined {
  const value = Object.entries(request.query).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return typeof value === 'string' ? value : undefined;
}

export type Handler = RequestHandler<Record<string, string>>;
