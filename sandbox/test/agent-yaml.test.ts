import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readPipeline } from '../agent/yaml/read-pipeline.ts';

describe('pipeline files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-yaml-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(yaml: string, options = {}, files: Record<string, string> = {}) {
    for (const [name, content] of Object.entries({ ...files, 'p.yml': yaml })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return readPipeline(join(folder, 'p.yml'), options);
  }
  const scripts = (pipeline: ReturnType<typeof read>): (string | undefined)[] =>
    pipeline.stages
      .flatMap(({ jobs }) => jobs)
      .flatMap(({ steps }) => steps)
      .map(({ inputs }) => inputs.get('script'));

  it('makes a stage and a job of bare steps and numbers unnamed steps', () => {
    const pipeline = read(`trigger: none
pool: { vmImage: ubuntu-latest }
variables: { a: 1.10, b: yes }
steps:
- script: one
- script: two
- task: Name@1
  inputs: { x: 007 }`);
    const { name, jobs } = pipeline.stages[0]!;
    assert.equal(name, '__default');
    assert.deepEqual(
      jobs[0]!.steps.map((step) => step.name),
      ['CmdLine', 'CmdLine1', 'Name'],
    );
    assert.equal(jobs[0]!.steps[2]!.inputs.get('x'), '007');
    assert.deepEqual(
      pipeline.variables.map(({ value }) => value),
      ['1.10', 'yes'],
    );
  });

  it('expands if, elseif, else, each and insert', () => {
    const yaml = `parameters:
- { name: flag, type: boolean, default: false }
- { name: names, type: object, default: [a, b] }
variables:
- name: color
  value: red
steps:
- \${{ if parameters.flag }}:
  - script: yes
- \${{ elseif eq(variables.color, 'RED') }}:
  - script: red
- \${{ else }}:
  - script: no
- \${{ each n in parameters.names }}:
  - script: echo \${{ n }} \${{ parameters.flag }}
    env:
      \${{ if eq(n, 'b') }}:
        ONLY: b`;
    assert.deepEqual(scripts(read(yaml)), ['red', 'echo a False', 'echo b False']);
    assert.deepEqual(scripts(read(yaml, { parameters: { flag: 'true' } }))[0], 'yes');
    assert.equal(read(yaml).stages[0]!.jobs[0]!.steps[2]!.env.get('ONLY'), 'b');
  });

  it('inlines templates with their own parameters and paths', () => {
    const pipeline = read(
      `jobs:\n- template: t/jobs.yml\n  parameters: { who: me }`,
      {},
      {
        't/jobs.yml':
          'parameters:\n- name: who\njobs:\n- job: j\n  steps:\n  - template: steps.yml\n    parameters: { lines: [x, y] }\n  - script: last ${{ parameters.who }}\n',
        't/steps.yml': 'parameters:\n  lines: []\nsteps:\n- ${{ each l in parameters.lines }}:\n  - script: ${{ l }}\n',
      },
    );
    assert.deepEqual(scripts(pipeline), ['x', 'y', 'last me']);
  });

  it('takes steps handed in as a parameter', () => {
    const pipeline = read(
      'extends:\n  template: base.yml\n  parameters:\n    todo:\n    - script: mine',
      {},
      {
        'base.yml':
          'parameters:\n- { name: todo, type: stepList, default: [] }\nsteps:\n- script: before\n- ${{ parameters.todo }}\n',
      },
    );
    assert.deepEqual(scripts(pipeline), ['before', 'mine']);
  });

  const wrong: [string, string, RegExp][] = [
    ['a syntax error', 'steps:\n- script: "x', /p\.yml:2:\d+: /],
    [
      'an unknown key',
      'steps:\n- script: x\n  displayname: y',
      /p\.yml:3:3: Unexpected value 'displayname' in a script step\. Did you mean 'displayName'\?/,
    ],
    ['an unknown step', 'steps:\n- tsk: x@1', /p\.yml:2:3: .*Did you mean 'task'\?/],
    ['a list where a value belongs', 'steps:\n- script: [a]', /p\.yml:2:11: script must be a value, but is a list/],
    ['a value where a list belongs', 'steps: go', /p\.yml:1:8: steps must be a list/],
    [
      'a number that is none',
      'steps:\n- script: x\n  timeoutInMinutes: soon',
      /p\.yml:3:21: timeoutInMinutes must be a whole number/,
    ],
    ['a boolean that is none', 'steps:\n- script: x\n  enabled: maybe', /p\.yml:3:12: enabled must be true or false/],
    ['no work at all', 'trigger: none', /has no stages, jobs or steps/],
    ['stages beside steps', 'steps: []\nstages: []', /stages and steps can't be used together/],
    [
      'an unknown dependency',
      'jobs:\n- job: train\n  steps: []\n- job: b\n  dependsOn: trian\n  steps: []',
      /p\.yml:4:3: Job b depends on unknown job trian\. Did you mean 'train'\?/,
    ],
    [
      'a circle',
      'stages:\n- { stage: a, dependsOn: b }\n- { stage: b, dependsOn: a }',
      /depends on itself: a -> b -> a/,
    ],
    [
      'a name twice',
      'jobs:\n- { job: a, steps: [] }\n- { job: A, steps: [] }',
      /p\.yml:3:3: Job name 'A' appears more than once/,
    ],
    ['a bad name', 'jobs:\n- { job: a-b, steps: [] }', /'a-b' is not a valid job name/],
    ['a bad condition', 'steps:\n- script: x\n  condition: sucess()', /Unrecognized value: 'sucess'/],
    ['a bad template expression', 'steps:\n- script: ${{ parameters.x.y( }}', /p\.yml:2:11: /],
    ['a missing template', 'steps:\n- template: no.yml', /p\.yml:2:13: Template file 'no\.yml' was not found/],
    [
      'a parameter of the wrong type',
      'parameters:\n- { name: n, type: number, default: x }\nsteps: []',
      /p\.yml:2:37: The 'n' parameter value 'x' is not a valid number/,
    ],
    ['a missing parameter', 'parameters:\n- name: n\nsteps: []', /A value for the 'n' parameter must be provided/],
    ['an anchor', 'steps:\n- &a { script: x }\n- *a', /Anchors and aliases/],
    ['a duplicate key', 'steps:\n- script: x\n  name: a\n  name: b', /p\.yml:4:3: /],
    ['an empty file', '', /The file is empty/],
  ];
  for (const [what, yaml, message] of wrong) it(`refuses ${what}`, () => assert.throws(() => read(yaml), message));

  it('refuses parameters that nobody declared', () => {
    assert.throws(() => read('steps: []', { parameters: { x: '1' } }), /Unexpected parameter 'x'/);
    const values = 'parameters:\n- { name: c, values: [red, blue], default: red }\nsteps: []';
    assert.throws(() => read(values, { parameters: { c: 'green' } }), /not one of the allowed values: red, blue/);
  });
});
