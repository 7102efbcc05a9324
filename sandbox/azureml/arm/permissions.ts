/** What the caller may do: `Microsoft.Authorization/permissions` of a workspace or a registry. */
import express from 'express';
import { callerOf } from '../authentication.ts';

/** Actions of the roles AzureML Data Scientist, AzureML Registry User and Reader, as far as they concern assets and jobs. */
const ACTIONS = {
  contributor: [
    'Microsoft.MachineLearningServices/workspaces/*/read',
    'Microsoft.MachineLearningServices/workspaces/*/action',
    'Microsoft.MachineLearningServices/workspaces/*/delete',
    'Microsoft.MachineLearningServices/workspaces/*/write',
    'Microsoft.MachineLearningServices/registries/read',
    'Microsoft.MachineLearningServices/registries/assets/*',
  ],
  reader: ['*/read'],
};

/** `GET {scope}/providers/Microsoft.Authorization/permissions`; relative to the scope. */
export function createPermissions(): express.Router {
  const router = express.Router();
  router.get('/providers/Microsoft.Authorization/permissions', (_request, response) => {
    const actions = ACTIONS[callerOf(response).role ?? 'reader'];
    response.json({ value: [{ actions, notActions: [], dataActions: [], notDataActions: [] }] });
  });
  return router;
}
