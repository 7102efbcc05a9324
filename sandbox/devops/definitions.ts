/** `_apis/build/definitions`: the pipelines that runs can be queued of. */
import type { Router } from 'express';
import { answerList, bodyOf, notFound, query, refuse } from './answers.ts';
import { type DevOpsContext, projectReference } from './context.ts';
import { addDefinition } from './runs.ts';

/** Adds the routes; a definition is a name and an id here. */
export function addDefinitionRoutes(router: Router, context: DevOpsContext): void {
  const { store } = context;
  const definitionOf = (definition: { id: number; name: string }) => ({
    ...definition,
    type: 'build',
    path: '\\',
    queueStatus: 'enabled',
    revision: 1,
    project: projectReference(context),
  });
  router.get('/definitions', (request, response) => {
    const name = query(request, 'name');
    answerList(
      response,
      store.state.definitions
        .filter((each) => name === undefined || each.name.toLowerCase() === name.toLowerCase())
        .map(definitionOf),
    );
  });
  router.post('/definitions', (request, response) => {
    const { name } = bodyOf(request);
    if (typeof name !== 'string' || name === '') {
      return refuse(response, 400, 'InvalidDefinitionException', 'A definition needs a name.');
    }
    if (store.state.definitions.some((each) => each.name.toLowerCase() === name.toLowerCase())) {
      const message = `The definition name ${name} is already used by another definition.`;
      return refuse(response, 409, 'DefinitionExistsException', message);
    }
    const id = addDefinition(store, name);
    store.save();
    response.json(definitionOf({ id, name }));
  });
  router.get('/definitions/:definitionId', (request, response) => {
    const found = store.state.definitions.find(({ id }) => id === Number(request.params.definitionId));
    if (found) response.json(definitionOf(found));
    else notFound(response, `Definition ${request.params.definitionId}`);
  });
}
