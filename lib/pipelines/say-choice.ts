import type { NamedVersion } from '../lineage/named-version.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/** Says how a version of a model was chosen that the pipeline did not name by its number. */
export function sayChoice({ version }: { version: NamedVersion }, pipeline: Pick<Pipeline, 'say'>): void {
  if (version.kind === 'ofRun') pipeline.say(messages.VersionOfRun);
  if (version.kind === 'latest') pipeline.say(messages.VersionLatest);
  if (version.kind === 'stage') pipeline.say(messages.VersionOfStage, { stage: version.stage });
}
