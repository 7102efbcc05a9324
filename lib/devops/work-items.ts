import type { DevOps } from './open.ts';

export interface WorkItem {
  id: string;
  title: string;
  /** `User Story`, `Bug`. */
  type: string;
  state: string;
  url: string;
}

/** The service takes 200 ids at the most. */
const MOST = 200;
/** `WorkItemErrorPolicy.Omit`: what the token may not see is null in the answer. */
const OMIT = 2;
const FIELDS = { title: 'System.Title', type: 'System.WorkItemType', state: 'System.State' } as const;

/** Those of the work items that there are and that the token may see, in the order of the ids (`GET wit/workitems`). */
export async function listWorkItems(devops: DevOps, project: string, ids: readonly string[]): Promise<WorkItem[]> {
  const numbers = [...new Set(ids.map(Number))].filter((id) => Number.isInteger(id) && id > 0).slice(0, MOST);
  if (numbers.length === 0) return [];
  const api = await devops.workItems();
  const items = (await api.getWorkItems(numbers, Object.values(FIELDS), undefined, undefined, OMIT, project)) ?? [];
  return items.flatMap((item) => {
    if (!item?.id) return [];
    const field = (name: keyof typeof FIELDS): string => String(item.fields?.[FIELDS[name]] ?? '');
    const url = `${devops.collectionUrl}${encodeURIComponent(project)}/_workitems/edit/${item.id}`;
    return { id: String(item.id), title: field('title'), type: field('type'), state: field('state'), url };
  });
}
