/** Logging commands of the area `artifact`. */
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { addWarning, type StepState } from '../steps/state.ts';
import type { EventHandler, Events } from './event.ts';

/** Copies the file or the folder's content into the run's artifact; publishing twice merges, as a container does. */
export function publishArtifact(state: StepState, name: string, path: string, containerFolder = ''): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Error(`Path does not exist: ${path}`);
  if (stats.isDirectory() && readdirSync(path).length === 0) {
    addWarning(state, `Directory '${path}' is empty. Nothing will be added to build artifact '${name}'.`);
    return;
  }
  const { run } = state.job;
  const folder = join(run.artifactsFolder, name, containerFolder);
  mkdirSync(folder, { recursive: true });
  if (stats.isDirectory()) cpSync(path, folder, { recursive: true });
  else cpSync(path, join(folder, basename(path)));
  run.devops.addArtifact(name, join(run.artifactsFolder, name));
  state.write(`Uploaded '${path}' to artifact '${name}'.`);
  state.write(`Associated artifact '${name}' with build ${run.devops.id}`);
}

const upload: EventHandler = (state, { properties, data }) => {
  const name = properties.get('artifactname');
  if (!name) throw new Error('Required field artifactname is missing in ##vso[artifact.upload] command.');
  if (data === '') throw new Error('Artifact location is required: ##vso[artifact.upload artifactname=...]path.');
  if (!statSync(data, { throwIfNoEntry: false })) throw new Error(`Path does not exist: ${data}`);
  const folder = properties.get('containerfolder');
  state.background.push({
    name: 'Upload Artifact',
    work: () => publishArtifact(state, name, data, folder === name ? '' : folder),
  });
};

const associate: EventHandler = (state, { properties, data }) => {
  const name = properties.get('artifactname');
  if (!name) throw new Error('Required field artifactname is missing in ##vso[artifact.associate] command.');
  if (data === '')
    throw new Error('Artifact location is required: ##vso[artifact.associate artifactname=...]location.');
  state.background.push({
    name: 'Associate Artifact',
    work: () => state.write(`Associated artifact '${name}': ${data}`),
  });
};

export const artifactEvents: Events = { upload: { run: upload }, associate: { run: associate } };
