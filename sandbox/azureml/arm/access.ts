/** What a request must satisfy before any route sees it: api-version, scope and role. */
import type { NextFunction, Request, Response } from 'express';
import type { WorkspaceSettings } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import * as errors from './errors.ts';

const same = (one: unknown, other: string): boolean => String(one).toLowerCase() === other.toLowerCase();

/** The request's api-version. */
export const apiVersionOf = (request: Request): string => String(request.query['api-version'] ?? '');

/** 400 without a well-formed `api-version`. */
export function requireApiVersion(request: Request, _response: Response, next: NextFunction): void {
  const version = apiVersionOf(request);
  if (version === '') {
    throw errors.apiVersionMissing();
  }
  if (!/^\d{4}-\d{2}-\d{2}(-\w*preview)?$/i.test(version)) {
    throw errors.apiVersionInvalid(version);
  }
  next();
}

/** 404 in ARM's words unless subscription, resource group and workspace of the path are the sandbox's. */
export function requireScope(settings: WorkspaceSettings, kind: 'workspaces' | 'registries', name: string) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    requireResourceGroup(settings, request);
    const given = request.params.workspace ?? request.params.registry;
    if (!same(given, name)) {
      if (request.path !== '/') throw errors.parentNotFound(String(given));
      throw errors.scopeNotFound(`${kind}/${given}`, request.params.resourceGroup);
    }
    next();
  };
}

/** 404 unless the path's subscription, and its resource group if it names one, exist. */
export function requireResourceGroup(settings: WorkspaceSettings, request: Request): void {
  const { subscription, resourceGroup } = request.params;
  if (!same(subscription, settings.subscriptionId)) {
    throw errors.subscriptionNotFound(subscription);
  }
  if (resourceGroup !== undefined && !same(resourceGroup, settings.resourceGroup)) {
    throw errors.resourceGroupNotFound(resourceGroup);
  }
}

/** 403 `AuthorizationFailed` for anything but reading unless the caller is a contributor. */
export function requireRole(scopeId: string) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const caller = callerOf(response);
    if (request.method === 'GET' || request.method === 'HEAD' || caller.role === 'contributor') {
      next();
      return;
    }
    const segments = request.path.split('/').filter(Boolean);
    const isAction = request.method === 'POST' && segments.length % 2 === 1;
    const scope = [scopeId, ...(isAction ? segments.slice(0, -1) : segments)].join('/');
    const type = scope
      .slice(scope.indexOf('/providers/') + '/providers/'.length)
      .split('/')
      .filter((_segment, index) => index === 0 || index % 2 === 1)
      .join('/');
    const verb = { PUT: 'write', PATCH: 'write', DELETE: 'delete' }[request.method] ?? `${segments.at(-1)}/action`;
    throw errors.actionForbidden(caller, `${type}/${verb}`, scope);
  };
}

/** Names in paths: letters, digits, `-`, `_` and `.`, at most 255 characters. */
export function checkName(value: string, what: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(value)) return value;
  throw errors.nameInvalid(value, what);
}
