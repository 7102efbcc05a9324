import assert from 'node:assert/strict';
import { english } from '../../../lib/core/message.ts';
import { findBaseline } from '../../../lib/gate/baseline.ts';
import { parseBaseline } from '../../../lib/gate/baseline-choice.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

interface World {
  /** By path below the workspace: `models/m/versions/1`. A number is an error's status. */
  arm?: Record<string, unknown>;
  runs?: Record<string, unknown>;
  metrics?: Record<string, Record<string, number>>;
}

const model = (version: string, more: object = {}, properties: Record<string, string> = { 'metric.auc': '0.9' }) => ({
  id: `${WS}/models/m/versions/${version}`,
  name: version,
  properties: { modelUri: 'u', modelType: 'custom_model', properties, stage: 'Development', ...more },
});

/** What the search gives, in words. */
async function find(text: string, { arm = {}, runs = {}, metrics = {} }: World, job?: unknown) {
  const { workspace } = fakeWorkspace(({ below }) => {
    const [path = '', query = ''] = below.split('?');
    if (path.startsWith('history/runs/')) {
      const [, id, children] = /history\/runs\/([^/]+)(\/children)?/.exec(path)!;
      return children ? { value: [] } : (runs[id!] ?? 404);
    }
    if (path.startsWith('mlflow/')) {
      const found = metrics[new URLSearchParams(query).get('run_id')!];
      return found
        ? { run: { data: { metrics: Object.entries(found).map(([key, value]) => ({ key, value })) } } }
        : 404;
    }
    return Object.hasOwn(arm, path) ? arm[path] : path.split('/').length % 2 === 1 ? { value: [] } : 404;
  });
  const { baseline, why, says, warnings } = await findBaseline(workspace, parseBaseline(text), { job: job as never });
  return {
    label: baseline?.label,
    metrics: baseline?.measured.metrics,
    why: why && english(why),
    says: (says ?? []).map(english),
    warnings: (warnings ?? []).map(english),
  };
}

describe('the baseline', () => {
  describe('endpoint:<name>', () => {
    // As recorded: traffic by deployment, and the model's id in the deployment.
    const endpoint = (traffic: Record<string, number>, models: Record<string, string | null>): World => ({
      arm: {
        'onlineEndpoints/live': { id: `${WS}/onlineEndpoints/live`, name: 'live', properties: { traffic } },
        ...Object.fromEntries(
          Object.entries(models).map(([name, id]) => [
            `onlineEndpoints/live/deployments/${name}`,
            { id: 'd', name, properties: { model: id } },
          ]),
        ),
        'models/m/versions/3': model('3'),
        'models/m/versions/4': model('4', {}, { 'metric.auc': '0.8' }),
      },
    });
    const blueGreen = { blue: `${WS}/models/m/versions/3`, green: `${WS}/models/m/versions/4` };

    it('is the model of the deployment with the most traffic', async () => {
      const found = await find('endpoint:live', endpoint({ blue: 10, green: 90 }, blueGreen));
      assert.equal(found.label, 'endpoint live, model m version 4');
      assert.deepEqual(found.metrics, { auc: 0.8 });
      assert.match(found.says[0]!, /deployment green of the endpoint live has the most traffic \(90 %\)/);
      const tied = await find('endpoint:live', endpoint({ green: 50, blue: 50 }, blueGreen));
      assert.equal(tied.label, 'endpoint live, model m version 3');
      assert.match(tied.says[0]!, /deployments blue and green .* the same share .*\(50 %\); blue counts/);
    });

    it('of a batch endpoint is the model of its default deployment', async () => {
      const batch = (deploymentName: string | null): World => ({
        arm: {
          'batchEndpoints/live': { id: 'e', name: 'live', properties: { defaults: { deploymentName } } },
          'batchEndpoints/live/deployments/v1': {
            id: 'd',
            name: 'v1',
            properties: { model: { assetId: `${WS}/models/m/versions/4` } },
          },
          'models/m/versions/4': model('4', {}, { 'metric.auc': '0.8' }),
        },
      });
      const found = await find('endpoint:live', batch('v1'));
      assert.equal(found.label, 'endpoint live, model m version 4');
      assert.match(found.says[0]!, /deployment v1 is the default one of the batch endpoint live/);
      const empty = await find('endpoint:live', batch(null));
      assert.match(empty.warnings[0]!, /the batch endpoint live has no default deployment/);
      await assert.rejects(find('endpoint:live', batch('v2')), { code: 'DeploymentNotFound' });
    });

    it('is nothing while the endpoint does not exist or has no traffic', async () => {
      assert.match((await find('endpoint:live', {})).why!, /there is no endpoint live yet/);
      const dark = await find('endpoint:live', endpoint({ blue: 0 }, blueGreen));
      assert.equal(dark.label, undefined);
      assert.match(dark.warnings[0]!, /has no deployment with traffic/);
      const list = { onlineEndpoints: { value: [{ id: 'x', name: 'lives' }] } };
      const like = await find('endpoint:live', { arm: list });
      assert.match(like.warnings[0]!, /Did you mean 'lives'\?/);
    });

    it('is an error when it serves no model that is known here', async () => {
      const serving = (id: string | null) => find('endpoint:live', endpoint({ blue: 100 }, { blue: id }));
      await assert.rejects(serving(null), /serves no registered model/);
      await assert.rejects(serving(`${WS.replace('/ws', '/other')}/models/m/versions/3`), /can't be read from/);
      await assert.rejects(serving(`${WS}/models/m/versions/9`), /can't be read from/);
    });
  });

  describe('model:<name>', () => {
    const versions = (...list: ReturnType<typeof model>[]): World => ({
      arm: {
        'models/m/versions': { value: list },
        ...Object.fromEntries(list.map((one) => [`models/m/versions/${one.name}`, one])),
      },
    });

    it('by a tag or a stage is the newest version that has it', async () => {
      const world = versions(
        model('3', { tags: { champion: 'false' } }),
        model('2', { tags: { champion: 'true' }, stage: 'Production' }),
        model('1', { tags: { champion: 'true', stage: 'Staging' } }),
      );
      assert.equal((await find('model:m@champion=true', world)).label, 'model m version 2');
      assert.equal((await find('model:m@stage=production', world)).label, 'model m version 2');
      assert.equal((await find('model:m@stage=Staging', world)).label, 'model m version 1');
      const none = await find('model:m@champion=yes', world);
      assert.match(none.warnings[0]!, /no version of the model m has champion 'yes'\. There are 'false' and 'true'\./);
    });

    it('that is archived is used when it is named, with a warning, and never as the newest one', async () => {
      const world = versions(model('2', { isArchived: true }), model('1'));
      const named = await find('model:m:2', world);
      assert.equal(named.label, 'model m version 2');
      assert.match(named.warnings[0]!, /model m version 2 is archived/);
      assert.equal((await find('model:m', world)).label, 'model m version 1');
      const none = await find('model:m', versions(model('2', { isArchived: true })));
      assert.match(none.warnings[0]!, /every version of the model m is archived/);
    });

    it('whose job was deleted has the metrics that were recorded, or is an error', async () => {
      const made = { 'lineage.job': 'gone', 'lineage.run': 'gone' };
      const kept = await find('model:m:1', versions(model('1', {}, { ...made, 'metric.auc': '0.9' })));
      assert.deepEqual(kept.metrics, { auc: 0.9 });
      await assert.rejects(
        find('model:m:1', versions(model('1', {}, made))),
        /has no metrics: none were recorded at its registration, and its run gone logged none or was deleted/,
      );
    });

    it('that may not be read is an error, never the lack of a baseline', async () => {
      await assert.rejects(find('model:m', { arm: { 'models/m/versions': 403 } }), /403/);
      await assert.rejects(find('model:m:1', { arm: { 'models/m/versions/1': 403 } }), /403/);
      await assert.rejects(find('endpoint:live', { arm: { 'onlineEndpoints/live': 403 } }), /403/);
      await assert.rejects(find('job:j', { arm: { 'jobs/j': 403 } }), /403/);
    });
  });

  describe('job:<name> and build:<id>', () => {
    const job = (name: string, run: string, more: object = {}) => ({
      id: `${WS}/jobs/${name}`,
      name,
      properties: {
        jobType: 'Command',
        status: 'Completed',
        properties: { 'pipelines.series': 's1', 'azureml.git.build_id': run },
        ...more,
      },
    });
    const jobs = (...list: ReturnType<typeof job>[]): World => ({
      arm: {
        jobs: { value: list },
        ...Object.fromEntries(list.map((one) => [`jobs/${one.name}`, one])),
      },
      runs: Object.fromEntries(
        list.map(({ name, properties }) => [name, { runId: name, status: (properties as { status: string }).status }]),
      ),
      metrics: Object.fromEntries(list.map(({ name }) => [name, { auc: Number(name.slice(1)) / 10 }])),
    });
    const world = jobs(
      job('j9', '44'),
      job('j8', '43'),
      job('j7', '42', { status: 'Failed' }),
      job('j6', '42', { properties: { 'pipelines.series': 'other', 'azureml.git.build_id': '42' } }),
      job('j5', '41'),
      job('j4', '40'),
    );

    it('is what that job logged', async () => {
      assert.deepEqual((await find('job:j5', world)).metrics, { auc: 0.5 });
      await assert.rejects(find('job:j1', world), /no job 'j1' in the workspace/);
      await assert.rejects(find('job:j5', { ...world, metrics: {} }), /baseline job 'j5' logged no metrics/);
    });

    it('is the newest completed one of the same step in an earlier build', async () => {
      const found = await find('build:previous', world, job('j8', '43'));
      assert.equal(found.label, 'build 41 job j5');
      assert.equal((await find('build:40', world, job('j8', '43'))).label, 'build 40 job j4');
      const none = await find('build:previous', world, job('j4', '40'));
      assert.match(none.why!, /no completed job of an earlier build/);
      await assert.rejects(find('build:previous', world), /the candidate is not a job/);
      await assert.rejects(
        find('build:previous', world, job('x', '43', { properties: {} })),
        /was not submitted by AzureMLSubmitJob in a build/,
      );
    });

    it('is an error when the build that is named has no job of this step', async () => {
      await assert.rejects(
        find('build:400', world, job('j8', '43')),
        /no job of this step was submitted in the build 400\. There are jobs of the builds '44', '42', '41' and '40'/,
      );
      await assert.rejects(find('build:43', world, job('j8', '43')), /the build 43 is the candidate's own/);
      await assert.rejects(
        find('build:1', jobs(), job('j8', '43')),
        /no job of this step was submitted in the build 1\.$/m,
      );
    });

    it('is an error when it has not completed', async () => {
      for (const status of ['Running', 'Failed', 'Canceled']) {
        const odd = jobs(job('j5', '41', { status }));
        const said = new RegExp(`job 'j5'.* has to be Completed, but it is ${status}`);
        await assert.rejects(find('build:41', odd, job('j8', '43')), said);
        await assert.rejects(find('job:j5', odd), said);
      }
      // Run history knows first.
      const late = jobs(job('j5', '41', { status: 'Running' }));
      late.runs!.j5 = { runId: 'j5', status: 'Completed' };
      assert.equal((await find('job:j5', late)).label, 'job j5');
      assert.equal((await find('build:41', late, job('j8', '43'))).label, 'build 41 job j5');
      assert.equal((await find('build:previous', late, job('j8', '43'))).label, 'build 41 job j5');
      // The job that was run again counts.
      const again = jobs(job('j5', '41', { status: 'Failed' }), job('j4', '41'));
      assert.equal((await find('build:41', again, job('j8', '43'))).label, 'build 41 job j4');
    });

    it('passes over what has not completed with a word, and waits for nothing', async () => {
      const found = await find('build:previous', world, job('j9', '43'));
      assert.match(found.says.join(), /job j7 of the build 42 is Failed, so it is not the baseline/);
      const older = jobs(job('j5', '41', { status: 'Running' }), job('j4', '40'));
      const passed = await find('build:previous', older, job('j8', '43'));
      assert.equal(passed.label, 'build 40 job j4');
      assert.match(passed.warnings.join(), /job j5 of the build 41 is Running, so it is not the baseline/);
      const alone = jobs(job('j5', '41', { status: 'Running' }));
      await assert.rejects(find('build:previous', alone, job('j8', '43')), /has to be Completed, but it is Running/);
      const failed = jobs(job('j5', '41', { status: 'Failed' }));
      const none = await find('build:previous', failed, job('j8', '43'));
      assert.match(none.why!, /no completed job of an earlier build/);
      assert.match(none.says.join(), /job j5 of the build 41 is Failed/);
    });
  });
});
