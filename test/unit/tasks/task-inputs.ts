import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

const connection = { url: 'https://arm/', data: { subscriptionid: 's' }, scheme: 'ServicePrincipal', parameters: {} };

/** What a step gives its task: these inputs, besides those that every step has. */
export function taskInputs(values: Record<string, string | undefined>): TaskInputs {
  const all: Record<string, string | undefined> = { resourceGroupName: 'rg', workspaceName: 'ws', ...values };
  return {
    text: (name: string) => all[name],
    path: (name: string) => all[name],
    variable: () => 'x',
    connection: () => connection,
    systemAccessToken: () => 't',
  } as unknown as TaskInputs;
}
