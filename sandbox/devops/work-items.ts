/** `_apis/wit/workitems`: work items, as far as a build names them. */
import { Router } from 'express';
import { answerList, query, refuse } from './answers.ts';
import type { DevOpsContext } from './context.ts';
import type { WorkItem } from './state.ts';

export function workItemRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const show = ({ id, ...item }: WorkItem, fields: string[]) => {
    const all: Record<string, string> = {
      'System.Id': String(id),
      'System.TeamProject': context.project.name,
      'System.Title': item.title,
      'System.WorkItemType': item.type,
      'System.State': item.state,
    };
    const wanted = Object.entries(all).filter(([name]) => fields.length === 0 || fields.includes(name));
    return {
      id,
      rev: 1,
      fields: Object.fromEntries(wanted),
      url: `${context.collectionUrl()}_apis/wit/workItems/${id}`,
    };
  };
  router.get('/workitems', (request, response) => {
    const ids = (query(request, 'ids') ?? '').split(',').map(Number);
    if (ids.length > 200)
      return refuse(response, 400, 'VssPropertyValidationException', 'There are more than 200 ids.');
    const fields = (query(request, 'fields') ?? '').split(',').filter(Boolean);
    const isOmitted = /^(2|omit)$/i.test(query(request, 'errorPolicy') ?? '');
    // What the caller may not see is treated as if it were not there.
    const known = context.denied.has('workItems') ? [] : context.store.state.workItems;
    const found = ids.map((id) => known.find((item) => item.id === id) ?? null);
    const missing = ids[found.indexOf(null)];
    if (missing !== undefined && !isOmitted) {
      const message = `TF401232: Work item ${missing} does not exist, or you do not have permissions to read it.`;
      return refuse(response, 404, 'WorkItemUnauthorizedAccessException', message);
    }
    answerList(
      response,
      found.map((item) => item && show(item, fields)),
    );
  });
  return router;
}
