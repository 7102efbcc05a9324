/** Attachments of a step's timeline record. */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StepState } from '../steps/state.ts';

/** Keeps a copy of the file; throws when it is missing or when type or name can't be a file name. */
export function addAttachment(state: StepState, type: string, name: string | undefined, file: string): void {
  const shown = name ?? basename(file);
  if (file === '' || !statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new Error(
      `Cannot upload attachment file, attachment file location is not specified or the file does not exist: '${file}'`,
    );
  for (const text of [type, shown])
    if (/[/\0]/.test(text)) throw new Error(`'${text}' contains characters that are not valid in a file name.`);
  const { run } = state.job;
  const copy = join(run.attachmentsFolder, state.recordId, type, shown);
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(file, copy);
  const attachment = { recordId: state.recordId, step: state.displayName, type, name: shown, file: copy };
  const older = run.attachments.findIndex((a) => a.recordId === state.recordId && a.type === type && a.name === shown);
  if (older >= 0) run.attachments[older] = attachment;
  else run.attachments.push(attachment);
  run.devops.addAttachment(state.recordId, type, shown, copy);
}
