import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareLineage } from '../../../lib/lineage/compare.ts';
import { findBetween } from '../../../lib/lineage/find-between.ts';
import type { Lineage, LineageNode, Relation } from '../../../lib/lineage/lineage.ts';
import { summaryOf } from '../../../lib/lineage/summary.ts';
import { comparisonLines, comparisonMarkdown } from '../../../lib/report/lineage-comparison.ts';
import { lineageMarkdown } from '../../../lib/report/lineage-markdown.ts';
import { branchesOf, treeLines } from '../../../lib/report/lineage-tree.ts';

const node = (
  kind: LineageNode['kind'],
  name: string,
  facts: Record<string, string> = {},
  link?: string,
): LineageNode => ({
  kind,
  id: `${kind}:${name}`,
  title: name,
  facts,
  link,
});

/** A model that was made of data by a job, which a build of a commit submitted. */
function lineageOf(version: string, data: Record<string, string>, repository: string): Lineage {
  const ref = { repository, project: 'p', repositoryId: repository.includes('github') ? '' : 'r' };
  const nodes = [
    node('model', version),
    node('job', `job-${version}`),
    ...Object.values(data).map((name) => node('data', name)),
    node('environment', 'env'),
    node('build', version, { project: 'p', pipeline: 'train', runId: version }),
    node('commit', version, { commit: version.repeat(40), ...ref }),
    node('workItem', '1', { workItem: '1' }),
  ];
  const link = (from: string, relation: Relation, to: string, detail?: string) => ({ from, relation, to, detail });
  return {
    version: 1,
    nodes,
    missing: [],
    links: [
      link(`model:${version}`, 'madeBy', `job:job-${version}`),
      ...Object.entries(data).map(([input, name]) => link(`job:job-${version}`, 'read', `data:${name}`, input)),
      link(`job:job-${version}`, 'ranIn', 'environment:env'),
      link(`job:job-${version}`, 'submittedBy', `build:${version}`),
      link(`build:${version}`, 'builtFrom', `commit:${version}`),
      link(`build:${version}`, 'worksOn', 'workItem:1'),
    ],
  };
}

const azureRepos = 'https://dev.azure.com/o/p/_git/r';
const none = { commits: [], isBackwards: false, workItems: [], missing: [] };
const ports = (client: object) =>
  ({ ws: { path: '/ws' }, devops: { collectionUrl: 'https://dev.azure.com/o/', ...client } }) as unknown as Parameters<
    typeof findBetween
  >[2];

describe('two lineages', () => {
  const before = lineageOf('a', { raw: 'people 1', old: 'cities 1', same: 'x 1' }, azureRepos);
  const after = lineageOf('b', { raw: 'people 2', young: 'rivers 1', same: 'x 1' }, azureRepos);

  it('have the main line of each', () => {
    const { model, job, run, commit, workItems, environment, data } = summaryOf(after);
    assert.deepEqual(
      [model, job, run, commit, environment, ...workItems].map((one) => one?.id),
      ['model:b', 'job:job-b', 'build:b', 'commit:b', 'environment:env', 'workItem:1'],
    );
    assert.deepEqual([...data.keys()], ['raw', 'young', 'same']);
  });

  it('differ in data, commit and job, and say nothing of what is the same', () => {
    const { data, others } = compareLineage(before, after);
    assert.deepEqual(
      data.map(({ name, before, after }) => [name, before?.title, after?.title]),
      [
        ['old', 'cities 1', undefined],
        ['raw', 'people 1', 'people 2'],
        ['young', undefined, 'rivers 1'],
      ],
    );
    assert.deepEqual(
      others.map(({ name }) => name),
      ['commit', 'job'],
    );
    assert.deepEqual(compareLineage(after, after).data, []);
    assert.deepEqual(compareLineage(after, after).others, []);
  });

  it('have commits and work items between them, of one repository of Azure Repos', async () => {
    const asked: unknown[] = [];
    const between = await findBetween(
      before,
      after,
      ports({
        git: async () => ({
          getCommitsBatch: async (criteria: object) => {
            asked.push(criteria);
            return [{ commitId: 'f'.repeat(40), comment: 'Change', author: { name: 'Ada' }, remoteUrl: 'https://x/f' }];
          },
        }),
        builds: async () => ({ getWorkItemsBetweenBuilds: async () => [{ id: '5' }] }),
        workItems: async () => ({ getWorkItems: async () => [{ id: 5, fields: { 'System.Title': 'Five' } }] }),
      }),
    );
    const version = (text: string) => ({ version: text.repeat(40), versionType: 2 });
    assert.deepEqual(asked, [{ itemVersion: version('a'), compareVersion: version('b') }]);
    // Item 1 was behind the older one, too.
    assert.deepEqual(
      between.workItems.map(({ id, title }) => [id, title]),
      [['5', 'Five']],
    );
    const lines = comparisonLines(compareLineage(before, after, between));
    assert.ok(lines.includes('  ffffffff Change (Ada)  https://x/f'), lines.join('\n'));
    assert.ok(
      lines.includes(`  ${azureRepos}/branchCompare?baseVersion=GC${'a'.repeat(40)}&targetVersion=GC${'b'.repeat(40)}`),
    );
  });

  it('of GitHub have a page that compares them in place of the commits', async () => {
    const github = 'https://github.com/o/r';
    const [one, two] = [lineageOf('a', {}, github), lineageOf('b', {}, github)];
    const client = {
      builds: async () => ({ getWorkItemsBetweenBuilds: async () => [] }),
    };
    const between = await findBetween(one, two, ports(client));
    assert.equal(between.page, `${github}/compare/${'a'.repeat(40)}...${'b'.repeat(40)}`);
    assert.match(between.missing[0]!.why, /not of one repository of Azure Repos/);
    const text = comparisonMarkdown(compareLineage(one, two, between));
    assert.ok(text.includes(`[The difference of the code](${between.page})`), text);
  });
});

describe('the tree of a lineage', () => {
  it('shows each thing with what follows it once, whatever links there are', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const links = fc.array(fc.record({ from: name, to: name }), { maxLength: 20 });
    fc.assert(
      fc.property(links, (pairs) => {
        const nodes = ['a', 'b', 'c', 'd', 'e'].map((one) => node('job', one));
        const all = pairs.map(({ from, to }) => ({
          from: `job:${from}`,
          to: `job:${to}`,
          relation: 'partOf' as const,
        }));
        const branches = branchesOf({ version: 1, nodes, links: all, missing: [] });
        const whole = branches.filter(({ isRepeated }) => !isRepeated).map((branch) => branch.node!.id);
        assert.deepEqual(whole, [...new Set(whole)]);
        const reached = new Set(['job:a']);
        for (let size = 0; size !== reached.size; ) {
          size = reached.size;
          for (const { from, to } of all) if (reached.has(from)) reached.add(to);
        }
        assert.deepEqual(new Set(whole), reached);
      }),
    );
  });

  it('makes links of addresses of the web alone, and neither Markdown nor rows of what it is given', () => {
    const hostile = '](https://evil) | **x** <b>\nsecond';
    const nodes = [
      node('model', hostile, {}, 'javascript:alert(1)'),
      node('job', 'j', { status: hostile }, 'https://ml.azure.com/runs/j)(x'),
    ];
    const links = [{ from: nodes[0]!.id, to: 'job:j', relation: 'madeBy' as const }];
    const missing = [{ of: 'job:j', what: 'the data', why: hostile }];
    const markdown = lineageMarkdown({ version: 1, nodes, links, missing });
    assert.doesNotMatch(markdown, /javascript|<b>|(?<!\\)\*\*x|(?<!\\)\]\(https:\/\/evil/);
    assert.match(markdown, /\[j\]\(https:\/\/ml\.azure\.com\/runs\/j%29%28x\)/);
    assert.equal(markdown.split('\n').filter((line) => line.includes('second')).length, 4);
    const lines = treeLines({ version: 1, nodes, links, missing });
    assert.ok(lines.every((line) => !line.includes('\n')));
    assert.equal(
      comparisonLines(
        compareLineage({ version: 1, nodes, links, missing }, { version: 1, nodes, links, missing }, none),
      ).some((line) => line.includes('\n')),
      false,
    );
  });
});
