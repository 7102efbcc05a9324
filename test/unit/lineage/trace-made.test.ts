/** The way forwards: from a build, a release or a commit to what they made. */
import assert from 'node:assert/strict';
import { summaryOf } from '../../../lib/lineage/summary.ts';
import { parseTraceStart } from '../../../lib/lineage/trace-start.ts';
import { lineageMarkdown } from '../../../lib/report/lineage-markdown.ts';
import { build, commit, job, model, stamped, traced, WORKSPACE } from './traced-world.ts';

const COMMIT = 'c'.repeat(40);
const gitOf = (id: string) => ({ 'mlflow.source.git.commit': id });
const train = job('train', {
  properties: { ...stamped(7), ...gitOf(COMMIT) },
  tags: { 'lineage.model.churn': '7' },
});
const foreign = job('foreign', {
  properties: {
    ...stamped(7),
    'lineage.pipelineRunUrl': 'https://dev.azure.com/other/mlops/_build/results?buildId=7',
    ...gitOf('d'.repeat(40)),
  },
});
const later = job('later', { properties: { ...stamped(8), ...gitOf(COMMIT) } });
const loose = job('loose', { properties: gitOf('e'.repeat(40)) });
const all = [train, foreign, later, loose, job('plain')];

const azure = {
  jobs: { value: all },
  ...Object.fromEntries(all.map((one) => [`jobs/${one.name}`, one])),
  onlineEndpoints: { value: [{ name: 'live' }] },
  'onlineEndpoints/live/deployments': {
    value: [
      { name: 'blue', properties: { model: `${WORKSPACE}/models/churn/versions/7` }, tags: stamped(9) },
      { name: 'green', properties: { model: `${WORKSPACE}/models/other/versions/1` }, tags: {} },
    ],
  },
  batchEndpoints: { value: [{ name: 'nightly' }] },
  'batchEndpoints/nightly/deployments': {
    value: [{ name: 'v1', properties: { model: { assetId: `${WORKSPACE}/models/churn/versions/7` } }, tags: {} }],
  },
  'models/churn/versions/7': model({ 'lineage.job': 'train', ...stamped(7) }),
};
const world = { azure, builds: { 7: build(7), 8: build(8), 9: build(9) }, commits: { [COMMIT]: commit } };

describe('a trace forwards', () => {
  it('leads from a build to its job, the model of it and the deployments that serve it', async () => {
    const { tree, lineage } = await traced('build:7', world);
    assert.deepEqual(tree, [
      'the build 2026.7 (train, requested by Ada)',
      '├─ built from the commit cccccccc (Use tenure, Ada, 2026-11-27)',
      '└─ submitted the job train (Completed)',
      '   ├─ submitted by the build 2026.7 (see above)',
      '   └─ registered as the model churn version 7',
      '      ├─ served by the deployment live/blue',
      '      └─ served by the deployment nightly/v1',
    ]);
    const { model: found, job: made, run, commit: code } = summaryOf(lineage);
    assert.deepEqual(
      [found?.title, made?.title, run?.title, code?.title],
      ['churn version 7', 'train', '2026.7', 'cccccccc'],
    );
    assert.match(lineageMarkdown(lineage), /^### What the build 2026\.7 led to\n/);
  });

  it('leads from a build that deployed to the deployment, and back to what is behind it', async () => {
    const { tree } = await traced('build:9', world);
    assert.ok(tree.includes('└─ deployed the deployment live/blue'), tree.join('\n'));
    assert.ok(tree.some((line) => line.includes('serves the model churn version 7')));
    assert.ok(tree.some((line) => line.includes('made by the job train (Completed)')));
  });

  it('leads from a commit, also by its first characters, to every run of it and on from there', async () => {
    const { tree } = await traced(`commit:${COMMIT.slice(0, 7)}`, world);
    assert.match(tree[0]!, /^the commit cccccccc/);
    assert.ok(tree.includes('├─ built by the build 2026.7 (train, requested by Ada)'), tree.join('\n'));
    assert.ok(tree.includes('└─ built by the build 2026.8 (train, requested by Ada)'), tree.join('\n'));
    assert.ok(tree.some((line) => line.includes('served by the deployment live/blue')));
  });

  it('leads from the commit of a machine to its job', async () => {
    const { tree } = await traced(`commit:${'E'.repeat(8)}`, world);
    assert.equal(tree[0], 'the commit eeeeeeee');
    assert.equal(tree[1], '└─ is the code of the job loose (Completed)');
  });

  it('says what could not be searched', async () => {
    const { lineage, tree } = await traced('build:7', { ...world, azure: { ...azure, batchEndpoints: 403 } });
    assert.ok(lineage.missing.some(({ what }) => what === 'the batch deployments'));
    assert.ok(
      tree.some((line) => /^├─ \? the batch deployments could not be read: .*403/.test(line)),
      tree.join('\n'),
    );
  });

  it('fails when nothing names it, and says what was searched', async () => {
    await assert.rejects(traced('build:77', world), {
      code: 'TraceStartNotFound',
      message: /No job and no deployment of the workspace 'ws' names the build 77; its 2000 newest jobs were searched/,
    });
    await assert.rejects(traced('release:7', world), { code: 'TraceStartNotFound' });
    await assert.rejects(traced('commit:1234567', { ...world, azure: { ...azure, jobs: 403 } }), {
      code: 'TraceStartNotFound',
      message: /as far as they could be read; the jobs of the workspace could not be read: .*\(403\)/,
    });
  });

  it('begins at numbers and ids alone', () => {
    assert.deepEqual(parseTraceStart('Build:12'), { kind: 'build', id: '12' });
    assert.deepEqual(parseTraceStart('release:3'), { kind: 'release', id: '3' });
    for (const text of ['build:previous', 'build:', 'commit:abc', 'commit:xyzxyzx', `commit:${'a'.repeat(41)}`])
      assert.throws(() => parseTraceStart(text), { code: 'TraceStartInvalid' }, text);
  });
});
