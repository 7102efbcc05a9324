import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ReadOptions, readPipeline } from '../agent/yaml/read-pipeline.ts';

describe('template expressions', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-templates-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function read(yaml: string, files: Record<string, string> = {}, options: ReadOptions = {}) {
    for (const [name, content] of Object.entries({ ...files, 'p.yml': yaml })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return readPipeline(join(folder, 'p.yml'), options);
  }
  const jobsOf = (pipeline: ReturnType<typeof read>) => pipeline.stages.flatMap(({ jobs }) => jobs);
  const scripts = (pipeline: ReturnType<typeof read>) =>
    jobsOf(pipeline).flatMap(({ steps }) => steps.map(({ inputs }) => inputs.get('script')));

  const typed = `parameters:
- { name: count, type: number, default: 7 }
- { name: size, type: string, default: s, values: [s, m] }
- { name: dry, type: boolean, default: false }
steps:
- script: \${{ parameters.count }} \${{ parameters.size }} \${{ parameters.dry }}
`;

  for (const [what, yaml, expected] of [
    [
      'a number',
      'variables: { n: 0 }\nsteps: [{ template: t.yml, parameters: { count: "${{ variables.n }}" } }]',
      '0 s False',
    ],
    [
      'an allowed value',
      'variables: { z: m }\nsteps: [{ template: t.yml, parameters: { size: "${{ variables.z }}" } }]',
      '7 m False',
    ],
    [
      'a boolean',
      'variables: { d: true }\nsteps: [{ template: t.yml, parameters: { dry: "${{ variables.d }}" } }]',
      '7 s True',
    ],
    ['a path', 'variables: { file: t }\nsteps: [{ template: "${{ variables.file }}.yml" }]', '7 s False'],
    [
      'a variable of a template',
      'variables: [{ template: v.yml }]\nsteps: [{ template: t.yml, parameters: { count: "${{ variables.v }}" } }]',
      '12 s False',
    ],
    [
      'a variable written below',
      'steps: [{ template: t.yml, parameters: { count: "${{ variables.n }}" } }]\nvariables: { n: 3 }',
      '3 s False',
    ],
    [
      'a variable of the job',
      'jobs: [{ job: a, steps: [{ template: t.yml, parameters: { count: "${{ variables.n }}" } }], variables: { n: 5 } }]',
      '5 s False',
    ],
  ] as const)
    it(`gives a typed parameter ${what}`, () => {
      assert.deepEqual(scripts(read(yaml, { 't.yml': typed, 'v.yml': 'variables: { v: 12 }' })), [expected]);
    });

  it('still refuses a variable that does not fit', () => {
    assert.throws(
      () =>
        read('variables: { n: many }\nsteps: [{ template: t.yml, parameters: { count: "${{ variables.n }}" } }]', {
          't.yml': typed,
        }),
      /The 'count' parameter value 'many' is not a valid number/,
    );
    assert.throws(
      () => read('steps: [{ template: t.yml, parameters: { count: "${{ variables.n }}" } }]', { 't.yml': typed }),
      /The 'count' parameter value '' is not a valid number/,
    );
  });

  it('compares variables, and lets later ones use earlier ones', () => {
    const pipeline = read(
      `variables:
- { name: nodes, value: 2 }
- { name: twice, value: "\${{ variables.nodes }}\${{ variables.nodes }}" }
- \${{ if gt(variables.nodes, 1) }}:
  - { name: many, value: yes }
- template: \${{ variables.many }}.yml
steps:
- \${{ if eq(variables.twice, 22) }}:
  - script: \${{ variables.many }} \${{ variables.last }}
`,
      { 'yes.yml': 'variables:\n- { name: last, value: "${{ variables.twice }}!" }' },
    );
    assert.deepEqual(scripts(pipeline), ['yes 22!']);
    assert.deepEqual(
      scripts(read('variables:\n  a: 1\n  b: ${{ variables.a }}2\nsteps: [{ script: "${{ variables.b }}" }]')),
      ['12'],
    );
  });

  it('knows the variables of a stage and of a job below them only, the inner ones first', () => {
    const pipeline = read(
      `variables: { where: file, who: file }
stages:
- \${{ each name in split('dev,prod', ',') }}:
  - stage: \${{ name }}
    variables:
    - template: \${{ name }}.yml
    - { name: who, value: stage }
    jobs:
    - deployment: d
      displayName: Deploy to \${{ variables.site }}
      environment: ml-\${{ variables.site }}
      variables: { WHO: job }
      strategy:
        runOnce:
          deploy:
            steps:
            - script: \${{ variables.where }} \${{ variables.site }} \${{ variables.who }}
            - \${{ if eq(variables.site, 'dev') }}:
              - template: more.yml
    - job: other
      steps: [{ script: "\${{ variables.who }}" }]
- stage: last
  jobs:
  - job: j
    steps: [{ script: "\${{ variables.who }} [\${{ variables.site }}]" }]
`,
      {
        'dev.yml': 'variables: { site: dev }',
        'prod.yml': 'variables: { site: prod }',
        'more.yml': 'steps: [{ script: "only ${{ variables.site }} ${{ variables.who }}" }]',
      },
    );
    assert.deepEqual(
      jobsOf(pipeline).map(({ displayName }) => displayName),
      ['Deploy to dev', 'other', 'Deploy to prod', 'other', 'j'],
    );
    assert.equal(jobsOf(pipeline)[0]!.environment, 'ml-dev');
    assert.deepEqual(scripts(pipeline), ['file dev job', 'only dev job', 'stage', 'file prod job', 'stage', 'file []']);
  });

  it('lists variables once each, in their order, with the last value', () => {
    const pipeline = read(
      `variables: [{ template: v.yml }, { name: A, value: 3 }]
steps:
- \${{ each v in variables }}:
  - script: \${{ v.key }}=\${{ v.value }}
`,
      { 'v.yml': 'variables: { a: 1, b: 2, c: 4 }' },
    );
    assert.deepEqual(scripts(pipeline), ['A=3', 'b=2', 'c=4']);
  });

  it('knows variables that a condition among the keys adds', () => {
    const pipeline = read(`variables: { a: 1 }
jobs:
- job: j
  \${{ if eq(variables.a, 1) }}:
    variables: { b: 2 }
  steps:
  - script: \${{ variables.b }}
`);
    assert.deepEqual(scripts(pipeline), ['2']);
    assert.deepEqual(
      jobsOf(pipeline)[0]!.variables.map(({ name, value }) => [name, value]),
      [['b', '2']],
    );
  });

  it('lets a template that is extended see the variables of the file, and joins both', () => {
    const pipeline = read('name: mine\nvariables: { a: 1 }\nextends: { template: base.yml }', {
      'base.yml': 'name: theirs\nvariables: { b: "${{ variables.a }}2" }\nsteps: [{ script: "${{ variables.b }}" }]',
    });
    assert.equal(pipeline.name, 'mine');
    assert.deepEqual(
      pipeline.variables.map(({ name, value }) => [name, value]),
      [
        ['a', '1'],
        ['b', '12'],
      ],
    );
    assert.deepEqual(scripts(pipeline), ['12']);
  });

  it('takes lists of steps with templates among them as parameters, and leaves other lists alone', () => {
    const pipeline = read(
      `jobs:
- template: job.yml
  parameters:
    before: [{ template: hello.yml, parameters: { who: me } }, { script: two }]
    pages: [{ template: plain, title: A }]
`,
      {
        'job.yml':
          'parameters:\n- { name: before, type: stepList }\n- { name: pages, type: object }\njobs:\n- job: j\n  steps:\n  - ${{ parameters.before }}\n  - ${{ each p in parameters.pages }}:\n    - script: ${{ p.template }} ${{ p.title }}\n',
        'hello.yml': 'parameters: [{ name: who }]\nsteps: [{ script: "hello ${{ parameters.who }}" }]',
      },
    );
    assert.deepEqual(scripts(pipeline), ['hello me', 'two', 'plain A']);
  });

  it('does not know what a run is given or a group holds, and says so once for each place', () => {
    const groups = new Map([['lib', new Map([['secretSauce', { value: 'x', secret: false }]])]]);
    const pipeline = read(
      `variables: [{ group: lib }, { name: own, value: 1 }]
steps:
- script: "[\${{ variables.retrain }}][\${{ variables['secretSauce'] }}][\${{ variables.own }}][\${{ variables['Build.Reason'] }}]"
- \${{ if eq(variables.retrain, 'true') }}: [{ script: taken }]
`,
      {},
      { groups, queuedNames: ['retrain', 'own'], variables: { 'Build.Reason': 'Manual' } },
    );
    assert.deepEqual(scripts(pipeline), ['[][][1][Manual]']);
    const warnings = [...pipeline.notes.warnings];
    assert.equal(warnings.length, 3, warnings.join('\n'));
    assert.match(warnings[0]!, /p\.yml:3:11: Variable 'retrain' has no value in \$\{\{ \}\}/);
    assert.match(warnings[1]!, /Variable 'secretSauce'/);
  });

  it('finds templates in other repositories and from the root of their own', () => {
    const lib = join(folder, 'lib');
    const pipeline = read(
      'steps:\n- template: deep/a.yml@shared\n- template: /b.yml@self',
      {
        'lib/deep/a.yml': 'steps:\n- template: c.yml\n- template: /d.yml\n- template: b.yml@self',
        'lib/deep/c.yml': 'steps: [{ script: c }]',
        'lib/d.yml': 'steps: [{ script: d }]',
        'b.yml': 'steps: [{ script: b }]',
      },
      { repositories: new Map([['shared', lib]]) },
    );
    assert.deepEqual(scripts(pipeline), ['c', 'd', 'b', 'b']);
  });

  it('notes together all that has no folder or no meaning here', () => {
    const pipeline = read(`resources: { repositories: [{ repository: tools, type: git, name: other/tools }] }
jobs:
- template: x.yml@missing
- job: a
  container: ubuntu:22.04
  services: { db: postgres }
  steps:
  - checkout: tools
  - checkout: unknown
  - { script: x, target: box }
- deployment: d
  environment: e
  strategy: { canary: { increments: [10], deploy: { steps: [] } } }
`);
    const { unsupported, warnings } = pipeline.notes;
    assert.equal(unsupported.size, 4, [...unsupported].join('\n'));
    for (const part of [
      /--repository-resource missing=FOLDER/,
      /--repository-resource tools=FOLDER/,
      /ALIAS=FOLDER/,
      /runOnce only/,
    ])
      assert.ok(
        [...unsupported].some((line) => part.test(line)),
        String(part),
      );
    assert.equal(warnings.size, 3, [...warnings].join('\n'));
  });
});
