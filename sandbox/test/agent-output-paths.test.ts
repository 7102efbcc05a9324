import assert from 'node:assert/strict';
import { resultsOf, stepOf, useAgentFixture, warningsOf } from './agent-run.ts';

describe('paths to outputs', () => {
  const fixture = useAgentFixture();

  const producer = `stages:
- stage: Make
  jobs:
  - job: Build
    steps:
    - checkout: none
    - script: echo "##vso[task.setvariable variable=color;isOutput=true]red"
      name: paint
  - deployment: Ship
    environment: e
    strategy:
      runOnce:
        deploy:
          steps:
          - script: echo "##vso[task.setvariable variable=where;isOutput=true]here"
            name: go
`;
  const stage = (name: string, condition: string, more = '') =>
    `- stage: ${name}\n  dependsOn: Make\n  condition: ${condition}\n${more}  jobs: [{ job: J, steps: [{ checkout: none }, { script: echo ran }] }]\n`;

  it('evaluates paths to outputs in conditions of stages as the service does, and warns of those that lead nowhere', async () => {
    const right = [
      stage('A', "eq(dependencies.Make.outputs['Build.paint.color'], 'red')"),
      stage('B', "eq(stageDependencies.Make.outputs['Build.paint.color'], 'red')"),
      stage('C', "eq(dependencies.Make.outputs['Ship.Ship.go.where'], 'here')"),
      stage('D', "eq(dependencies.Make.result, 'Succeeded')"),
    ];
    const good = await fixture.run(producer + right.join(''));
    assert.deepEqual(resultsOf(good), {
      Make: 'Succeeded',
      A: 'Succeeded',
      B: 'Succeeded',
      C: 'Succeeded',
      D: 'Succeeded',
    });
    assert.deepEqual(warningsOf(good), []);

    const wrong: [string, RegExp][] = [
      [
        "eq(stageDependencies.Make.Build.outputs['paint.color'], 'red')",
        /On a stage it is dependencies\.Make\.outputs\['Build\.paint\.color'\]/,
      ],
      ["eq(dependencies.Make.Build.outputs['paint.color'], 'red')", /On a stage it is dependencies\.Make\.outputs/],
      ["eq(dependencies.Make.Build.result, 'Succeeded')", /On a stage it is dependencies\.Make\.result/],
      ["eq(dependencies.Make.outputs['paint.color'], 'red')", /stage Make has no job 'paint'/],
      ["eq(dependencies.Make.outputs['Build.pint.color'], 'red')", /job Build has no step named 'pint'/],
      ["eq(dependencies.Make.outputs['Ship.go.where'], 'here')", /deployment job Ship are named Ship\.<step>/],
      ["eq(dependencies.Mkae.result, 'Succeeded')", /there is no stage 'Mkae'/],
    ];
    const bad = await fixture.run(producer + wrong.map(([condition], index) => stage(`S${index}`, condition)).join(''));
    assert.deepEqual(Object.values(resultsOf(bad)), ['Succeeded', ...wrong.map(() => 'Skipped')]);
    const warnings = warningsOf(bad);
    assert.equal(warnings.length, wrong.length, warnings.join('\n'));
    for (const [index, [, message]] of wrong.entries()) {
      assert.match(warnings[index]!, message);
      assert.match(warnings[index]!, /azure-pipelines\.yml:\d+:\d+: /);
    }
  });

  it('gives a stage nothing of a stage that it does not depend on', async () => {
    const run = await fixture.run(
      `${producer}- stage: Between\n  jobs: [{ job: J, steps: [{ checkout: none }] }]
- stage: Far
  condition: eq(dependencies.Make.outputs['Build.paint.color'], 'red')
  jobs: [{ job: J, steps: [{ script: echo ran }] }]
`,
    );
    assert.equal(resultsOf(run).Far, 'Skipped');
    assert.match(warningsOf(run).join('\n'), /stage Far doesn't depend on stage Make directly\. Add it to dependsOn/);
  });

  it('warns of paths in jobs that lead nowhere', async () => {
    const run = await fixture.run(`${producer}- stage: Use
  variables:
    fine: $[ stageDependencies.Make.Build.outputs['paint.color'] ]
    flat: $[ stageDependencies.Make.outputs['Build.paint.color'] ]
  jobs:
  - job: One
    variables:
      stageless: $[ dependencies.Make.outputs['Build.paint.color'] ]
      ship: $[ stageDependencies.Make.Ship.outputs['Ship.go.where'] ]
    steps:
    - checkout: none
    - { script: 'echo [$(fine)][$(flat)][$(stageless)][$(ship)]', name: show }
  - job: Two
    variables: { other: "$[ dependencies.One.outputs['show.x'] ]" }
    steps: [{ checkout: none }]
`);
    assert.ok(stepOf(run, 'show').log.includes('[red][][][here]'), stepOf(run, 'show').log.join('\n'));
    const warnings = warningsOf(run).join('\n');
    assert.match(
      warnings,
      /variable 'flat': that is the path on a stage\. In a job it is stageDependencies\.Make\.Build\.outputs\['paint\.color'\]/,
    );
    assert.match(
      warnings,
      /variable 'stageless': stage Use has no job 'Make'\. Outputs of another stage are stageDependencies/,
    );
    assert.match(warnings, /job Two doesn't depend on job One/);
    assert.equal(warningsOf(run).length, 3, warnings);
  });
});
