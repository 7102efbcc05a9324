/** What must be true of the contributions in vss-extension.json: tasks, tabs of the run page, artifact types of releases. */
import type { StagedTask } from './check-task.ts';
import type { Report } from './problem.ts';
import type { Files } from './stage.ts';

const TASK = 'ms.vss-distributed-task.task';
export const TAB = 'ms.vss-build-web.build-results-tab';
const ARTIFACT_TYPE = 'ms.vss-releaseartifact.release-artifact-type';

/** Where each type of contribution appears. */
const TARGETS: Readonly<Record<string, string>> = {
  [TASK]: 'ms.vss-distributed-task.tasks',
  [TAB]: 'ms.vss-build-web.build-results-view',
  [ARTIFACT_TYPE]: 'ms.vss-releaseartifact.artifact-types',
};

interface Contribution {
  id?: string;
  type: string;
  targets?: string[];
  properties?: Record<string, any>;
}

/** Reports contributions that lead nowhere, and tasks that are not contributed. */
export function checkContributions(manifest: any, tasks: StagedTask[], files: Files, report: Report): void {
  const contributions: Contribution[] = manifest.contributions ?? [];
  const ids = new Set<string>();
  for (const { id = '', type, targets } of contributions) {
    if (!/^[A-Za-z0-9_.-]+$/.test(id)) report(`contribution id '${id}' is not allowed`, 'use letters and -');
    if (ids.has(id)) report(`contribution id '${id}' is used twice`, 'every contribution has its own');
    ids.add(id);
    const target = TARGETS[type];
    if (target === undefined) {
      report(`contribution '${id}' has the unknown type '${type}'`, `known: ${Object.keys(TARGETS).join(', ')}`);
    } else if (targets?.length !== 1 || targets[0] !== target) {
      report(`contribution '${id}' has wrong targets`, `this type targets ${target}`);
    }
  }
  const ofType = (type: string): Contribution[] => contributions.filter((one) => one.type === type);
  checkTasks(ofType(TASK), tasks, report);
  for (const tab of ofType(TAB)) checkTab(tab, manifest, tasks, files, report);
  for (const artifactType of ofType(ARTIFACT_TYPE)) checkArtifactType(artifactType, tasks, report);
}

function checkTasks(contributions: Contribution[], tasks: StagedTask[], report: Report): void {
  const folders = new Set(tasks.map((task) => task.folder.split('/').slice(0, 2).join('/')));
  const contributed = new Set<string>();
  for (const { id, properties } of contributions) {
    const folder = properties?.name;
    if (!folders.has(folder))
      report(`contribution '${id}' names '${folder}', which holds no task`, 'run npm run generate');
    if (contributed.has(folder)) report(`'${folder}' is contributed twice`, 'remove one');
    contributed.add(folder);
  }
  for (const folder of folders) {
    if (!contributed.has(folder)) report(`has no contribution for '${folder}'`, 'run npm run generate');
  }
}

/** A tab shows a page of the package; the web browser gets it only when its folder is addressable. */
function checkTab(
  { id, properties }: Contribution,
  manifest: any,
  tasks: StagedTask[],
  files: Files,
  report: Report,
): void {
  if (!properties?.name) report(`the tab '${id}' has no name`, 'set properties.name: it is the title');
  const uri = String(properties?.uri ?? '');
  if (!files.has(uri)) report(`the tab '${id}' shows '${uri}', which does not exist`, 'name a file of the package');
  const isAddressable = (manifest.files ?? []).some(
    ({ path, addressable }: any) => addressable && (uri === path || uri.startsWith(`${path}/`)),
  );
  if (!isAddressable) report(`the tab '${id}' shows '${uri}', which is not addressable`, 'set addressable in files');
  for (const guid of properties?.supportsTasks ?? []) {
    if (!hasTask(tasks, guid)) report(`the tab '${id}' supports the unknown task '${guid}'`, 'name the id of a task');
  }
}

/** The agent downloads an artifact with a task of this extension. */
function checkArtifactType({ id, properties }: Contribution, tasks: StagedTask[], report: Report): void {
  for (const field of ['name', 'displayName', 'endpointTypeId', 'downloadTaskId']) {
    if (!properties?.[field]) report(`the artifact type '${id}' has no ${field}`, `set properties.${field}`);
  }
  const guid = properties?.downloadTaskId;
  if (guid && !hasTask(tasks, guid))
    report(`the artifact type '${id}' downloads with the unknown task '${guid}'`, 'name the id of a task');
}

function hasTask(tasks: StagedTask[], guid: string): boolean {
  return tasks.some(({ manifest }) => manifest.id === guid);
}
