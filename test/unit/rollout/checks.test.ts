import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerSchema } from '../../../lib/rollout/answer-schema.ts';
import { answerDifferences } from '../../../lib/rollout/answers.ts';
import { deploymentName } from '../../../lib/rollout/deployment-name.ts';
import { diagnoseDeployment } from '../../../lib/rollout/diagnosis.ts';
import { planRestore } from '../../../lib/rollout/restore.ts';
import { savedTags } from '../../../lib/rollout/saved-rollout.ts';
import type { Scored } from '../../../lib/rollout/scoring.ts';
import { judgeAnswer, replayGoldenData } from '../../../lib/rollout/smoke.ts';
import type { SmokeTest } from '../../../lib/rollout/smoke-file.ts';
import { endpointModel, stateOfModel } from './endpoint-model.ts';
import { TEST } from './smoke-request.ts';

/** A rollout from blue to green. */
const SAVED = {
  id: 'x',
  run: '7',
  to: 'green',
  before: { blue: 100 },
  mirror: {},
  now: { green: 100 },
  until: 0,
  earlier: {},
};
const scored = (answer: unknown, status = 200, milliseconds = 10): Scored => ({
  status,
  milliseconds,
  answer,
  problem: '',
});

describe('answers', () => {
  it('of a deployment to itself do not differ', () =>
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.deepEqual(answerDifferences(value, value, 0), []))));

  it('differ where their values do, beyond the tolerance', () => {
    const live = { predictions: [0.5, 0.25], label: 'yes' };
    assert.deepEqual(answerDifferences(live, { predictions: [0.5004, 0.25], label: 'yes' }, 0.001), []);
    assert.deepEqual(answerDifferences(live, { predictions: [0.6, 0.25], label: 'no' }, 0.001), [
      { path: '$.predictions[0]', expected: 0.5, found: 0.6 },
      { path: '$.label', expected: 'yes', found: 'no' },
    ]);
    assert.deepEqual(answerDifferences([1], [1, 2], 0), [{ path: '$.length', expected: 1, found: 2 }]);
    assert.deepEqual(answerDifferences({ a: 1 }, { a: 1, b: 2 }, 0), [{ path: '$.b', expected: undefined, found: 2 }]);
    assert.equal(answerDifferences(1, '1', 1).length, 1, 'a text is no number');
    assert.equal(answerDifferences(null, {}, 1).length, 1);
  });
});

describe('a smoke test', () => {
  const answer = { model: 'good', scores: [0.3, 0.7] };

  it('passes for what it expects', () => {
    const test: SmokeTest = {
      ...TEST,
      equals: [
        ['$.model', 'good'],
        ['$.scores[*]', [0.3, 0.7]],
      ],
      within: [['$.scores[1]', 0.71, 0.02]],
      schema: answerSchema({ type: 'object', required: ['scores'] }),
      latency: 20,
    };
    assert.deepEqual(judgeAnswer(test, scored(answer)), []);
  });

  it('says everything that is wrong', () => {
    const test: SmokeTest = {
      ...TEST,
      equals: [
        ['$.model', 'better'],
        ['$.missing', 1],
      ],
      within: [
        ['$.scores[0]', 0.5, 0.1],
        ['$.model', 1, 1],
      ],
      schema: answerSchema({ type: 'object', required: ['labels'] }),
      latency: 5,
    };
    assert.deepEqual(judgeAnswer(test, scored(answer)), [
      'took 10 ms, and may take 5 ms',
      '$.model is "good" instead of "better"',
      '$.missing is nothing instead of 1',
      '$.scores[0] is 0.3 instead of 0.5 ± 0.1',
      '$.model is "good" instead of 1 ± 1',
      "$ must have required property 'labels'",
    ]);
  });

  it('fails without an answer, and may expect an error', () => {
    assert.deepEqual(judgeAnswer(TEST, { ...scored(undefined, 0), problem: 'reset' }), [
      'status none instead of a success: reset',
    ]);
    assert.deepEqual(judgeAnswer({ ...TEST, status: 400 }, scored({}, 400)), []);
    assert.deepEqual(judgeAnswer({ ...TEST, status: 400 }, scored({})), ['status 200 instead of 400']);
  });
});

describe('golden data', () => {
  const replay = (statusOf: (deployment: string) => number) => {
    const score = async (deployment: string) => ({ ...scored(undefined, statusOf(deployment)), problem: 'refused' });
    const options = { tolerance: 0, signal: new AbortController().signal, tell: () => undefined };
    return replayGoldenData({ score }, { live: 'blue', candidate: 'green' }, [1, 2], options);
  };

  it('does not pass by failing on both sides alike', async () => {
    for (const status of [401, 0, 500]) {
      const result = await replay(() => status);
      assert.equal(result.differing, 2);
      assert.equal(result.unanswered, 2);
      assert.equal(result.problem, 'refused');
      assert.equal(result.examples[0]?.path, 'status');
    }
  });

  it('differs when one side alone fails', async () => {
    const mine = await replay((deployment) => (deployment === 'blue' ? 200 : 500));
    assert.deepEqual([mine.differing, mine.unanswered], [2, 0]);
    const theirs = await replay((deployment) => (deployment === 'blue' ? 500 : 200));
    assert.deepEqual([theirs.differing, theirs.unanswered], [2, 2]);
    assert.deepEqual((await replay(() => 200)).differing, 0);
  });
});

describe('the name of a deployment', () => {
  const state = (traffic: Record<string, number>, saved = {}) => {
    const model = endpointModel(traffic, { blue: 'v1', green: 'v1' });
    model.tags = saved;
    return stateOfModel(model);
  };
  const naming = { wanted: undefined, written: undefined, model: 'Churn Model_2:7', id: 'run-1' };

  it('is that of the file, or the colour that does not serve', () => {
    assert.equal(deploymentName(state({ blue: 100 }), { ...naming, written: 'Main' }), 'main');
    assert.equal(deploymentName(state({ blue: 100 }), naming), 'green');
    assert.equal(deploymentName(state({ green: 100 }), { ...naming, wanted: 'colour', written: 'main' }), 'blue');
    assert.equal(deploymentName(state({}), naming), 'blue');
  });

  it('stays the same while the run goes on with its rollout', () => {
    const tags = savedTags({}, { ...SAVED, id: 'run-1', phase: 'running' });
    assert.equal(deploymentName(state({ green: 100 }, tags), naming), 'green');
    // Another run undoes it first, and then blue serves.
    assert.equal(deploymentName(state({ green: 100 }, tags), { ...naming, id: 'run-2' }), 'green');
  });

  it('can be the version of the model, as the service takes names', () => {
    assert.equal(deploymentName(state({}), { ...naming, wanted: 'version' }), 'churn-model-2-7');
    const long = deploymentName(state({}), { ...naming, wanted: 'version', model: `9${'x'.repeat(60)}:12` });
    assert.match(long, /^[a-z][a-z\d-]{1,30}[a-z\d]$/);
    const dotted = (model: string) => deploymentName(state({}), { ...naming, wanted: 'version', model });
    assert.equal(dotted('churn:1.0.0'), 'churn-1-0-0');
    assert.equal(dotted('churn:2026.11.28+Nightly_'), 'churn-2026-11-28-nightly');
    assert.match(dotted(`churn:1.${'0'.repeat(60)}`), /^c[a-z\d-]{1,30}[a-z\d]$/);
    assert.throws(() => deploymentName(state({}), { ...naming, wanted: 'version', model: undefined }), {
      code: 'DeploymentNameUnknown',
    });
  });
});

describe('a rollback without a rollout', () => {
  const released = (deployments: Record<string, string>) => {
    const model = endpointModel({ green: 100 }, deployments);
    model.tags = savedTags({}, { ...SAVED, phase: 'released' });
    return stateOfModel(model);
  };

  it('goes back to the traffic before', () =>
    assert.deepEqual(planRestore(released({ blue: 'v1', green: 'v2' }))?.to, { blue: 100 }));

  it('has nothing to do when it was done, whatever somebody mirrors meanwhile', () => {
    const state = released({ blue: 'v1', green: 'v2' });
    const saved = { ...state.saved!, phase: 'rolledBack' as const };
    assert.equal(planRestore({ ...state, saved, traffic: { blue: 100 }, mirrorTraffic: { green: 10 } }), undefined);
    assert.deepEqual(planRestore({ ...state, mirrorTraffic: { blue: 10 } })?.to, { blue: 100 });
  });

  it('is refused when the deployment before is gone, or nothing was rolled out', () => {
    assert.throws(
      () => planRestore(released({ green: 'v2' })),
      /before the rollout its traffic was blue 100 %, and blue can't serve/,
    );
    assert.throws(() => planRestore(stateOfModel(endpointModel({ a: 100 }, { a: 'v1' }))), {
      code: 'NothingToRollBack',
    });
  });
});

describe('a failed deployment', () => {
  const cause = (message: string, ...logs: string[]) => diagnoseDeployment(message, logs).cause;

  it('is explained by what the service says', () => {
    assert.match(
      cause('OutOfQuota: Not enough subscription CPU quota. The amount of CPU quota requested is 32'),
      /quota/,
    );
    assert.match(
      cause('Not enough quota available for Standard_DS3_v2 in SubscriptionId X. Current usage/limit: 0/6.'),
      /quota/,
    );
    assert.match(cause('Container terminated due to insufficient memory'), /memory/);
    assert.match(cause('OutOfQuota: Container terminated due to insufficient memory'), /ran out of memory/);
    assert.match(
      cause('OutOfQuota: Not enough memory quota available'),
      /enough quota.*one instance needs the quota of two/,
    );
    assert.match(
      cause('Specified endpoint [churn] has not been created successfully. Please recreate the endpoint.'),
      /endpoint.*was not created successfully/,
    );
    assert.match(cause('BadArgument: Endpoint identity does not have pull permission on the registry'), /image/);
    assert.match(
      cause('ModelRegistryError: Could not find asset with ID: azureml://registries/r/environments/e'),
      /not found/,
    );
    assert.match(cause('SubscriptionNotRegistered: [N/A]'), /not registered/);
    assert.match(cause('something else'), /does not say why/);
  });

  it('is explained by the log when the service is vague', () => {
    const log =
      'init\nTraceback (most recent call last):\n  File "score.py", line 3\nModuleNotFoundError: No module named \'x\'\nworker exits';
    const found = diagnoseDeployment('ResourceNotReady: User container has crashed or terminated', [log, '']);
    assert.equal(found.cause, "The scoring script raised an exception: ModuleNotFoundError: No module named 'x'");
    assert.match(cause('ResourceNotReady: User container has crashed or terminated', ''), /crashed/);
  });
});
