/** What a report shows beside the last values: trials of sweeps and pictures, as far as they can be read. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { Run } from '../../../lib/azureml/runs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { type Measured, measured, measuredByRuns } from '../../../lib/gate/measured.ts';
import { LARGEST_PICTURE, MOST_KEPT, readPictures } from '../../../lib/gate/pictures.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { gateRecord } from '../../../lib/report/gate-record.ts';
import { trialTable } from '../../../lib/report/gate-shown.ts';
import { parseRules } from '../../../lib/rules/rules.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

interface World {
  runs?: Record<string, Partial<Run>>;
  children?: Record<string, string[]>;
  metrics?: Record<string, Record<string, unknown>>;
  /** Content of the files that a run logged; a number is the status that reading it answers. */
  files?: Record<string, Record<string, string | number>>;
}

function world({ runs = {}, children = {}, metrics = {}, files = {} }: World): {
  workspace: Workspace;
  read: string[];
} {
  const read: string[] = [];
  const run = (id: string) => ({ runId: id, status: 'Completed', experimentId: 'e', ...runs[id] });
  const { workspace } = fakeWorkspace(({ below }) => {
    const [, logged, kind, query] = /runs\/([^/?]+)\/artifacts(\/contentinfo)?\??(.*)$/.exec(below) ?? [];
    if (logged !== undefined) {
      if (!kind) return { value: Object.keys(files[logged] ?? {}).map((path) => ({ path })) };
      const path = new URLSearchParams(query).get('path')!;
      read.push(path);
      const content = files[logged]![path]!;
      return typeof content === 'number' ? content : { contentUri: `https://blobs/${logged}/${path}` };
    }
    const [, id = '', list] = /history\/runs\/([^/?]+)(\/children)?/.exec(below) ?? [];
    if (list) return { value: (children[id] ?? []).map(run) };
    if (id) return run(id);
    const of = new URL(`https://x/${below}`).searchParams.get('run_id')!;
    return { run: { data: { metrics: Object.entries(metrics[of] ?? {}).map(([key, value]) => ({ key, value })) } } };
  });
  const download = async (url: string) => {
    const [, of, path] = /^https:\/\/blobs\/([^/]+)\/(.*)$/.exec(url)!;
    return { status: 200, stream: Readable.from([Buffer.from(String(files[of!]![path!]))]), header: () => undefined };
  };
  return { workspace: { ...workspace, client: { ...workspace.client, download } } as Workspace, read };
}

const found = (runs: string[]): Measured => measuredByRuns([{ step: '', metrics: { auc: 0.9 }, runs }]);
const show = (workspace: Workspace, measured: Measured) =>
  readPictures(
    workspace,
    judge(parseRules('metrics.auc > 0', GATE_VARIABLES), measured, undefined),
    measured,
    new AbortController().signal,
  );

describe('pictures in the report', () => {
  it('are kept as files with plain names, whatever the run calls them', async () => {
    const files = { 'plots/roc curve.png': 'png', 'a/../../b.SVG': '<svg>', 'log.txt': 'x', '##vso[x].jpg': 'jpg' };
    const { images } = await show(world({ files: { r: files } }).workspace, found(['r']));
    assert.deepEqual(
      images.map(({ path, kept }) => [path, kept?.name, kept?.content.toString()]),
      [
        ['plots/roc curve.png', 'model-gate-picture-1-plots-roc-curve.png', 'png'],
        ['a/../../b.SVG', 'model-gate-picture-2-a-.-.-b.SVG', '<svg>'],
        ['##vso[x].jpg', 'model-gate-picture-3-vso-x-.jpg', 'jpg'],
      ],
    );
  });

  it('that are too large, empty or unreadable are named alone', async () => {
    const large = 'x'.repeat(LARGEST_PICTURE + 1);
    const files = { 'large.png': large, 'empty.png': '', 'gone.png': 404, 'most.png': large.slice(1), 'ok.png': '1' };
    const { images } = await show(world({ files: { r: files } }).workspace, found(['r']));
    const kept = images.filter((image) => image.kept).map(({ path }) => path);
    assert.deepEqual([images.length, kept], [5, ['most.png', 'ok.png']]);
  });

  it('come from steps that logged no metric, too, but not from those that do not count', async () => {
    const files = { r: { 'a.png': '1' }, plot: { 'b.png': '2' }, failed: { 'c.png': '3' } };
    const measured = measuredByRuns([
      { step: '', metrics: {}, runs: ['j'] },
      { step: 'Plot', metrics: {}, runs: ['plot'] },
      { step: 'Train', metrics: { auc: 0.9 }, runs: ['r'] },
      { step: 'Failed', metrics: {}, runs: ['failed'], status: 'Failed' },
    ]);
    const { images } = await show(world({ files }).workspace, measured);
    assert.deepEqual(
      images.map(({ path }) => path),
      ['a.png', 'b.png'],
    );
  });

  it('are tried a few times alone where storage can not be reached', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.png`, 'x']));
    const { workspace } = world({ files: { r: files } });
    let tries = 0;
    const download = async () => {
      tries++;
      throw new Error('ECONNREFUSED');
    };
    const apart = { ...workspace, client: { ...workspace.client, download } } as unknown as Workspace;
    const { images } = await show(apart, found(['r']));
    assert.deepEqual([images.length, images.filter(({ kept }) => kept).length, tries], [20, 0, 4]);
  });

  it('are so many and no more', async () => {
    const files = Object.fromEntries(Array.from({ length: MOST_KEPT + 5 }, (_, index) => [`${index}.png`, 'x']));
    const { workspace, read } = world({ files: { r: files } });
    const { images } = await show(workspace, found(['r']));
    assert.deepEqual([images.length, read.length], [MOST_KEPT + 5, MOST_KEPT]);
  });
});

describe('trials in the report', () => {
  const sweep = (goal: string, tags = {}): Partial<Run> => ({
    runType: 'azureml.HyperDrive',
    properties: { best_child_run_id: 's_1', primary_metric_config: JSON.stringify({ name: 'auc', goal }) },
    tags,
  });
  const list = async (given: World) => {
    const { sweeps } = await show(world(given).workspace, found(['s_1', 's']));
    return sweeps.map((one) => trialTable(one).rows);
  };

  it('have what they tried and what came of it, the best one first', async () => {
    const tags = { _aml_system_s_0: '{"lr": 0.1}', s_1: '{"lr": 0.05, "kind": "a"}' };
    const own = { tags: { hyperparameters: '{"lr": 0.2}' } };
    const rows = await list({
      runs: { s: sweep('maximize', tags), s_2: { ...own, status: 'Failed' } },
      children: { s: ['s_0', 's_1', 's_2', 's_3'] },
      metrics: { s_0: { auc: 0.7 }, s_1: { auc: 0.9 }, s_2: { auc: 0.8 }, s_3: { auc: 'NaN' } },
    });
    assert.deepEqual(rows, [
      [
        ['s_1 (best)', 'lr = 0.05, kind = a', '0.9', 'Completed'],
        ['s_2', 'lr = 0.2', '0.8', 'Failed'],
        ['s_0', 'lr = 0.1', '0.7', 'Completed'],
        ['s_3', '', 'NaN', 'Completed'],
      ],
    ]);
  });

  it('are in the order of their goal, those without a value last', async () => {
    const metrics = { s_0: { auc: 0.7 }, s_1: { auc: 0.1 }, s_3: { auc: 0.2 } };
    const children = { s: ['s_0', 's_1', 's_2', 's_3'] };
    const [rows] = await list({ runs: { s: sweep('minimize') }, children, metrics });
    assert.deepEqual(
      rows!.map(([trial]) => trial),
      ['s_1 (best)', 's_3', 's_0', 's_2'],
    );
  });

  it('of AutoML are its algorithms with their scores', async () => {
    const rows = await list({
      runs: {
        s: { runType: 'automl', tags: { automl_best_child_run_id: 's_1' } },
        s_0: { properties: { run_algorithm: 'LightGBM', run_preprocessor: 'MaxAbsScaler', score: '0.8' } },
        s_1: { properties: { run_algorithm: 'VotingEnsemble', score: '0.9' } },
      },
      children: { s: ['s_0', 's_1'] },
    });
    assert.deepEqual(rows, [
      [
        ['s_1 (best)', 'algorithm = VotingEnsemble', '0.9', 'Completed'],
        ['s_0', 'algorithm = LightGBM, preprocessor = MaxAbsScaler', '0.8', 'Completed'],
      ],
    ]);
  });

  it('of a large sweep have the best one among them, and say how many are left', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `s_${index}`);
    const best = { ...sweep('maximize'), properties: { ...sweep('maximize').properties, best_child_run_id: 's_240' } };
    const given = world({ runs: { s: best }, children: { s: ids }, metrics: { s_240: { auc: 1 } } });
    const measured = found(['s_240', 's']);
    const shown = await show(given.workspace, measured);
    const [one] = shown.sweeps;
    assert.deepEqual([one!.trials.length, one!.left, one!.trials[0]!.runId], [100, 150, 's_240']);
    const report = judge(parseRules('metrics.auc > 0', GATE_VARIABLES), measured, undefined);
    const { gate } = gateRecord(report, { candidate: 'job s', candidateUrl: '', baseline: undefined }, shown);
    const [trial] = gate.sweeps[0]!.trials;
    assert.deepEqual(trial, { run: 's_240', status: 'Completed', parameters: {}, value: 1, isBest: true });
  });

  it('are none of a job that is not a sweep, nor of a sweep that is gone', async () => {
    assert.deepEqual(await list({ children: { s: ['s_0'] } }), []);
    const failing = fakeWorkspace(() => 403).workspace;
    assert.deepEqual((await show(failing, found(['s_1', 's']))).sweeps, []);
  });
});

describe('Metrics that are named like members of every object', () => {
  for (const name of ['constructor', 'toString']) {
    it(`${name}, which no run logged`, async () => {
      const { workspace } = world({});
      const report = judge(parseRules(`metrics.${name} >= 1`, GATE_VARIABLES), measured({ [name]: 2 }), undefined);
      const shown = await readPictures(workspace, report, measured({ [name]: 2 }), new AbortController().signal);
      assert.deepEqual(shown.images, []);
    });
  }
});
