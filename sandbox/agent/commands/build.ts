/** Logging commands of the area `build`. */
import type { StepState } from '../steps/state.ts';
import { addAttachment } from './attachment.ts';
import type { EventHandler, Events } from './event.ts';

const updateBuildNumber: EventHandler = (state, { data }) => {
  if (data === '') throw new Error('Build number is required: ##vso[build.updatebuildnumber]number.');
  const { run, variables } = state.job;
  variables.set('Build.BuildNumber', data);
  const work = (): void => {
    run.buildNumber = data;
    run.devops.setBuildNumber(data);
    state.write(`Update build number to ${data} for build ${run.devops.id}`);
  };
  state.background.push({ name: 'Update Build Number', work });
};

const addTag: EventHandler = (state, { data }) => {
  const tag = data.trim();
  if (tag === '') throw new Error('Build tag is required: ##vso[build.addbuildtag]tag.');
  state.background.push({ name: 'Add Build Tag', work: () => tagBuild(state, tag) });
};

function tagBuild(state: StepState, tag: string): void {
  const { run } = state.job;
  if (!run.tags.includes(tag)) run.tags.push(tag);
  run.devops.addTag(tag);
  state.write(`Build '${run.devops.id}' has following tags now: ${run.tags.join(', ')}`);
}

export const buildEvents: Events = {
  updatebuildnumber: { run: updateBuildNumber },
  addbuildtag: { run: addTag },
  uploadlog: { run: (state, { data }) => addAttachment(state, 'DistributedTask.Core.Log', 'CustomToolLog', data) },
  uploadsummary: { run: (state, { data }) => addAttachment(state, 'DistributedTask.Core.Summary', undefined, data) },
};
