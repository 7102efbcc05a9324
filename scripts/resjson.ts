/** The texts of task.json as a localisation file, in the layout that the agent's task library and the service read. */
import type { TaskManifest } from './layout.ts';

/** The content of `Strings/resources.resjson/en-US/resources.resjson`: `loc.<place>` -> text. */
export function resourceStrings(task: TaskManifest): Record<string, string> {
  const strings: Record<string, string> = {};
  const put = (key: string, text: string | undefined) => {
    if (text) strings[`loc.${key}`] = text;
  };
  put('friendlyName', task.friendlyName);
  put('helpMarkDown', task.helpMarkDown);
  put('description', task.description);
  put('instanceNameFormat', task.instanceNameFormat);
  put('releaseNotes', task.releaseNotes);
  for (const group of task.groups ?? []) put(`group.displayName.${group.name}`, group.displayName);
  for (const input of task.inputs) {
    put(`input.label.${input.name}`, input.label);
    put(`input.help.${input.name}`, input.helpMarkDown);
  }
  for (const [key, text] of Object.entries(task.messages ?? {})) put(`messages.${key}`, text);
  return strings;
}
