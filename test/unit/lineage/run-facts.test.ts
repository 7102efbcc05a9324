import assert from 'node:assert/strict';
import type { DevOps } from '../../../lib/devops/open.ts';
import type { PipelineRun } from '../../../lib/lineage/pipeline-run.ts';
import { findRunFacts } from '../../../lib/lineage/run-facts.ts';
import { refusal } from './traced-world.ts';

describe('the facts of a run', () => {
  const run = { kind: 'build', project: 'p', id: '7', commit: 'c', pullRequest: '41' } as PipelineRun;
  const facts = async (fails: { build?: boolean; items?: boolean; pullItems?: boolean }) => {
    const answer = async <T>(isRefused: boolean | undefined, value: T): Promise<T> => {
      if (isRefused) throw refusal(403, 'no');
      return value;
    };
    const build = { id: 7, repository: { id: 'r', type: 'TfsGit' }, sourceVersion: 'c', definition: { id: 1 } };
    const devops = {
      builds: async () => ({
        getBuild: () => answer(fails.build, build),
        getBuildWorkItemsRefs: () => answer(fails.items, [{ id: '12' }]),
      }),
      git: async () => ({ getPullRequestWorkItemRefs: () => answer(fails.pullItems, [{ id: '13' }]) }),
    } as unknown as DevOps;
    const unknown: unknown[] = [];
    return { found: await findRunFacts(devops, run, (error) => unknown.push(error)), unknown: unknown.length };
  };

  it('are pull request and work items', async () => {
    assert.deepEqual(await facts({}), { found: { pullRequest: '41', workItems: ['12', '13'] }, unknown: 0 });
  });

  it('keep what is known when the rest may not be read', async () => {
    const build = { build: true, items: true };
    assert.deepEqual(await facts(build), { found: { pullRequest: '41' }, unknown: 2 });
    assert.deepEqual(await facts({ items: true }), {
      found: { pullRequest: '41', workItems: ['13'] },
      unknown: 1,
    });
    assert.deepEqual(await facts({ pullItems: true }), {
      found: { pullRequest: '41', workItems: ['12'] },
      unknown: 1,
    });
  });
});
