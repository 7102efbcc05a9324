/** Connections of the workspace to other services, as resources; nothing uses them. */
import express, { type Request, type Response } from 'express';
import type { Resource } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext } from './context.ts';
import { notFound } from './errors.ts';
import { answerPage } from './listing.ts';
import { anything, mapOf, object, text } from './shape.ts';

const envelope = object({ properties: mapOf(anything) }, { id: text, name: text, type: text, systemData: anything });
const required = object({ authType: text, category: text }, {});

/** Routes relative to the workspace. Credentials are kept beside the connection and answered to `listsecrets` alone. */
export function createConnectionResources({ resources, url }: ProviderContext): express.Router {
  const router = express.Router();
  const found = (name: string): Resource => {
    const resource = resources.get(`connections/${name}`);
    if (!resource) throw notFound(`Connection ${name} was not found.`);
    return resource;
  };
  const put = (request: Request, response: Response) => {
    const name = checkName(String(request.params.name), 'name of a connection');
    const at = { path: '', apiVersion: apiVersionOf(request) };
    envelope(request.body, at);
    const older = resources.get(`connections/${name}`);
    const { credentials, ...shown } = { ...older?.properties, ...request.body.properties };
    required({ authType: shown.authType, category: shown.category }, { ...at, path: 'properties' });
    if (credentials) resources.put(`connectionSecrets/${name}`, { properties: credentials });
    const stored = resources.put(
      `connections/${name}`,
      { properties: { metadata: {}, isSharedToAll: false, ...shown } },
      callerOf(response).appid,
    );
    response.status(200).json(stored);
  };

  router.get('/connections', (request, response) => {
    const { category, target } = request.query;
    const listed = resources
      .list('connections')
      .filter(({ properties }) => category === undefined || properties.category === category)
      .filter(({ properties }) => target === undefined || properties.target === target);
    response.json(answerPage(request, url, listed));
  });
  router.get('/connections/:name', (request, response) => response.json(found(request.params.name)));
  router.put('/connections/:name', put);
  router.patch('/connections/:name', (request, response) => {
    found(request.params.name);
    put(request, response);
  });
  router.delete('/connections/:name', (request, response) => {
    const { name } = request.params;
    resources.delete(`connectionSecrets/${name}`);
    response.status(resources.delete(`connections/${name}`) ? 200 : 204).end();
  });
  router.post('/connections/:name/listsecrets', (request, response) => {
    const connection = found(request.params.name);
    const credentials = resources.get(`connectionSecrets/${request.params.name}`)?.properties ?? null;
    response.json({ ...connection, properties: { ...connection.properties, credentials } });
  });
  return router;
}
