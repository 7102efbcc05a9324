import assert from 'node:assert/strict';
import { resultsOf, stepOf, useAgentFixture, warningsOf } from './agent-run.ts';

describe('the agent runs pipelines as people write them', () => {
  const fixture = useAgentFixture();

  it('evaluates the $[ ] variables of the file once, before its stages', async () => {
    const run = await fixture.run(`name: v$(count)
variables:
  onMain: $[eq(variables['Build.SourceBranch'], 'refs/heads/main')]
  target: $[coalesce(variables['System.PullRequest.TargetBranch'], 'none')]
  count: $[counter('x', 5)]
  label: $[format('{0}-{1}', variables.count, variables['Build.BuildNumber'])]
stages:
- stage: A
  condition: and(succeeded(), eq(variables.onMain, true))
  jobs: [{ job: J, steps: [{ checkout: none }, { script: 'echo $(onMain) $(count) $(label)', name: a }] }]
- stage: B
  condition: eq(variables['target'], 'none')
  jobs: [{ job: J, steps: [{ checkout: none }, { script: 'echo $(count)', name: b }] }]
- stage: C
  condition: ne(variables.onMain, true)
  jobs: [{ job: J, steps: [{ script: echo no }] }]
`);
    assert.deepEqual(resultsOf(run), { A: 'Succeeded', B: 'Succeeded', C: 'Skipped' });
    assert.equal(run.buildNumber, 'v5');
    assert.ok(stepOf(run, 'a').log.includes('True 5 5-v5'));
    assert.ok(stepOf(run, 'b').log.includes('5'));
    const branch = await fixture.run(
      "variables: { onMain: \"$[eq(variables['Build.SourceBranch'], 'refs/heads/main')]\" }\nstages: [{ stage: A, condition: 'eq(variables.onMain, true)', jobs: [{ job: J, steps: [{ script: x }] }] }]",
      { branch: 'refs/heads/topic' },
    );
    assert.deepEqual(resultsOf(branch), { A: 'Skipped' });
  });

  it('names the place of a $[ ] variable that has an error', async () => {
    await assert.rejects(
      fixture.run("variables:\n  a: $[format('{0:yyyyQQ}', pipeline.startTime)]\nsteps: [{ script: x }]"),
      /azure-pipelines\.yml:2:6: Variable 'a': .*unknown specifier 'QQ'/,
    );
  });

  it('formats pipeline.startTime', async () => {
    const run = await fixture.run(`variables:
  day: $[format('{0:yyyyMMdd}', pipeline.startTime)]
  time: $[format('{0:yyyy-MM-dd HH:mm:ss}', pipeline.startTime)]
steps:
- checkout: none
- { script: 'echo "[$(day)][$(time)]"', name: s }`);
    const today = new Date().toISOString();
    const line = stepOf(run, 's').log.find((each) => /^\[\d/.test(each))!;
    assert.match(line, /^\[\d{8}\]\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]$/);
    assert.ok(line.startsWith(`[${today.slice(0, 10).replaceAll('-', '')}]`), line);
  });

  it('makes a copy of a job for each part of a matrix, with outputs of their own', async () => {
    const run = await fixture.run(`jobs:
- job: A
  strategy:
    maxParallel: 2
    matrix:
      small: { size: 1 }
      large: { size: 20 }
  variables: { label: "size $(size)" }
  steps:
  - checkout: none
  - script: |
      echo "$(label) $(System.JobName) $(System.JobPositionInPhase)/$(System.TotalJobsInPhase)"
      echo "##vso[task.setvariable variable=v;isOutput=true]$(size)"
    name: s
- job: B
  dependsOn: A
  variables: { v: "$[ dependencies.A.outputs['large.s.v'] ]" }
  steps: [{ checkout: none }, { script: 'echo got $(v)', name: b }]
`);
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    const jobs = run.stages[0]!.jobs;
    assert.deepEqual(
      jobs.map(({ displayName }) => displayName),
      ['A small', 'A large', 'B'],
    );
    assert.ok(jobs[0]!.steps[0]!.log.includes('size 1 small 1/2'));
    assert.ok(jobs[1]!.steps[0]!.log.includes('size 20 large 2/2'));
    assert.ok(stepOf(run, 'b').log.includes('got 20'));
  });

  it('runs the other copies when one fails, and fails the job', async () => {
    const run = await fixture.run(`jobs:
- job: A
  strategy: { matrix: { bad: { code: 1 }, good: { code: 0 } } }
  steps: [{ checkout: none }, { script: exit $(code) }]
- { job: B, dependsOn: A, steps: [{ script: echo no }] }
`);
    assert.deepEqual(
      run.stages[0]!.jobs.map(({ result }) => result),
      ['Failed', 'Succeeded', 'Skipped'],
    );
  });

  it('takes a matrix from an output, and numbers the copies of parallel', async () => {
    const run = await fixture.run(`jobs:
- job: plan
  steps:
  - checkout: none
  - bash: echo '##vso[task.setvariable variable=legs;isOutput=true]{"x":{"n":"1"},"y":{"n":"2"}}'
    name: list
- job: each
  dependsOn: plan
  strategy: { matrix: "$[ dependencies.plan.outputs['list.legs'] ]" }
  steps: [{ checkout: none }, { script: 'echo n=$(n)' }]
- job: slices
  strategy: { parallel: 2 }
  steps:
  - checkout: none
  - { script: 'echo "##vso[task.setvariable variable=p;isOutput=true]$(System.JobPositionInPhase)"', name: s }
- job: last
  dependsOn: slices
  variables: { p: "$[ dependencies.slices.outputs['job2.s.p'] ]" }
  steps: [{ checkout: none }, { script: 'echo p=$(p)', name: p }]
- job: broken
  strategy: { matrix: "$[ variables.nothing ]" }
  steps: [{ script: echo no }]
`);
    const jobs = run.stages[0]!.jobs;
    assert.deepEqual(jobs.map(({ name }) => name).sort(), [
      'broken',
      'each.x',
      'each.y',
      'last',
      'plan',
      'slices.job1',
      'slices.job2',
    ]);
    assert.ok(jobs.find(({ name }) => name === 'each.y')!.steps[0]!.log.includes('n=2'));
    assert.ok(stepOf(run, 'p').log.includes('p=2'));
    assert.equal(jobs.find(({ name }) => name === 'broken')!.result, 'Failed');
    assert.ok(run.lines.some((line) => /Job broken can't start: The matrix must be JSON/.test(line)));
  });

  it('refuses names in a matrix that the service refuses', async () => {
    await assert.rejects(
      fixture.run('jobs: [{ job: a, strategy: { matrix: { "py-3": { v: 3 } } }, steps: [] }]'),
      /'py-3' is not a valid name in a matrix/,
    );
    await assert.rejects(
      fixture.run('jobs: [{ job: a, strategy: { runOnce: {} }, steps: [] }]'),
      /Unexpected value 'runOnce'/,
    );
  });

  it('fills variable groups, keeps their secrets, and goes on with an empty group', async () => {
    const yaml = `variables:
- group: lib
- group: other
- { name: last, value: file }
steps:
- checkout: none
- script: echo "[$(ws)][$(last)][$(key)][$(given)]"; env | grep -c "^KEY=" || true
  name: s`;
    const run = await fixture.run(yaml, {
      variables: { given: 'g' },
      variableGroups: { LIB: { ws: 'w', last: 'group', key: { value: 'sesame-open', isSecret: true } } },
    });
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    assert.ok(stepOf(run, 's').log.includes('[w][file][***][g]'), stepOf(run, 's').log.join('\n'));
    assert.ok(stepOf(run, 's').log.includes('0'), 'a secret is not in the environment');
    assert.equal(warningsOf(run).length, 1, warningsOf(run).join('\n'));
    assert.match(
      warningsOf(run)[0]!,
      /:3:10: Variable group 'other' is empty here.*--variable-group FILE, or --variable NAME=VALUE/,
    );
    const unused = await fixture.run('steps: [{ checkout: none }]', { variableGroups: { lib: { a: 'b' } } });
    assert.match(warningsOf(unused)[0]!, /no variable group 'lib'/);
  });

  it('keeps variables that a run is given out of template expressions', async () => {
    const run = await fixture.run(
      `steps:
- checkout: none
- { script: 'echo "c=[\${{ variables.retrain }}] r=[$(retrain)]"', name: s }
- \${{ if eq(variables.retrain, 'true') }}: [{ script: echo taken, name: taken }]`,
      { variables: { retrain: 'true' } },
    );
    assert.ok(stepOf(run, 's').log.includes('c=[] r=[true]'));
    assert.throws(() => stepOf(run, 'taken'), /No step/);
    assert.match(warningsOf(run)[0]!, /Variable 'retrain' has no value in \$\{\{ \}\}/);
  });

  it('skips steps whose task is missing on request only, and never silently', async () => {
    const yaml = `jobs:
- job: a
  steps:
  - checkout: none
  - { task: AzureCLI@2, name: cli, inputs: { azureSubscription: nowhere, scriptType: bash } }
  - { task: Docker@2, condition: always() }
  - getPackage: tools
  - { script: echo after, name: after }
- job: b
  pool: server
  steps: [{ task: AzureFunction@1, name: server }]`;
    await assert.rejects(fixture.run(yaml), (error: Error) => {
      assert.match(
        error.message,
        /called 'AzureCLI'.*called 'Docker'.*called 'getPackage'.*called 'AzureFunction'.*--skip-unknown-tasks/s,
      );
      assert.equal(error.message.match(/There are: /g)?.length, 1);
      return true;
    });
    const run = await fixture.run(yaml, { skipUnknownTasks: true });
    assert.equal(stepOf(run, 'cli').result, 'Skipped');
    assert.match(stepOf(run, 'cli').issues[0]!.message, /did not run: the sandbox doesn't have the task AzureCLI@2/);
    assert.equal(stepOf(run, 'server').result, 'Skipped');
    assert.equal(stepOf(run, 'after').result, 'Succeeded');
    assert.equal(warningsOf(run).length + run.lines.filter((line) => / \| ##\[warning\]/.test(line)).length, 4);
  });

  it('reports all that it cannot run together', async () => {
    await assert.rejects(
      fixture.run(`jobs:
- job: a
  steps:
  - template: x.yml@lib
  - checkout: more
  - download: upstream
  - { task: PublishTestResults@2, inputs: { testResultsFormat: NUnit } }
  - reviewApp: web
  - task: Nothing@1
  - task: Say@1
    inputs: { connection: nowhere }
- deployment: d
  environment: e
  strategy: { rolling: { deploy: { steps: [] } } }`),
      (error: Error) => {
        for (const part of [
          /repository 'lib'/,
          /'more'/,
          /current run only, not 'upstream'/,
          /JUnit test results only, not 'NUnit'/,
          /ReviewApp/,
          /Nothing/,
          /runOnce only/,
        ])
          assert.match(error.message, part);
        return true;
      },
    );
  });
});
