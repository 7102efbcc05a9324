import assert from 'node:assert/strict';
import { join } from 'node:path';
import { stepOf, useAgentFixture, warningsOf } from './agent-run.ts';

describe('the agent finds repositories and folders', () => {
  const fixture = useAgentFixture();

  it('warns that containers are not used', async () => {
    const run = await fixture.run(
      'jobs: [{ job: a, container: { image: python }, steps: [{ checkout: none }, { script: echo host, name: s }] }]',
    );
    assert.ok(stepOf(run, 's').log.includes('host'));
    assert.match(warningsOf(run)[0]!, /:1:\d+: Job a runs on this machine, not in its container/);
  });

  it('checks several repositories out, each into its folder', async () => {
    const tools = fixture.folderWith({
      'tool.sh': 'echo from the tool',
      'steps.yml': 'steps: [{ script: echo from a template, name: t }]',
    });
    const run = await fixture.run(
      `resources:
  repositories:
  - { repository: tools, type: git, name: Project/build-tools, ref: refs/heads/main }
jobs:
- job: several
  steps:
  - checkout: self
  - checkout: tools
  - template: steps.yml@tools
  - script: ls; ls $(Build.Repository.LocalPath); bash build-tools/tool.sh
    name: a
- job: alone
  steps:
  - checkout: tools
    path: moved
  - { script: 'pwd; ls', name: b }
- job: outside
  steps:
  - { checkout: self, path: ../out, name: c }
`,
      { repositories: { Tools: tools } },
      { 'mine.txt': 'x' },
    );
    const log = stepOf(run, 'a').log;
    assert.ok(log.includes('build-tools') && log.includes('mine.txt') && log.includes('from the tool'), log.join('\n'));
    assert.ok(stepOf(run, 't').log.includes('from a template'));
    assert.ok(stepOf(run, 'b').log.some((line) => line.endsWith('/1/moved')));
    assert.ok(stepOf(run, 'b').log.includes('tool.sh'));
    assert.match(stepOf(run, 'c').issues[0]!.message, /Input path '\.\.\/out' should resolve to a directory under/);
  });

  it('takes the Git repository that holds the file, or the folder that it is given', async () => {
    const folder = fixture.folderWith({
      '.git/HEAD': 'ref: refs/heads/main\n',
      'ci/pipe.yml': 'steps:\n- template: /shared/steps.yml\n- { script: ls data, name: s }',
      'shared/steps.yml': 'steps: [{ script: echo hello }]',
      'data/a.csv': '1',
      'ci/shared/steps.yml': 'steps: [{ script: echo nested }]',
      'ci/data/b.csv': '2',
    });
    const file = join(folder, 'ci/pipe.yml');
    assert.ok(stepOf(await fixture.run('', { file }), 's').log.includes('a.csv'));
    assert.ok(stepOf(await fixture.run('', { file, sourcesFolder: join(folder, 'ci') }), 's').log.includes('b.csv'));
  });

  it('warns when a file is beside the pipeline file but not where tasks look for it', async () => {
    const folder = fixture.folderWith({
      '.git/HEAD': 'ref: refs/heads/main\n',
      'project/pipe.yml':
        'steps:\n- { task: PublishPipelineArtifact@1, name: p, inputs: { targetPath: out, artifact: a } }',
      'project/out/f.txt': 'x',
    });
    const file = join(folder, 'project/pipe.yml');
    const lost = await fixture.run('', { file });
    assert.match(
      warningsOf(lost)[0]!,
      /'out' is beside the pipeline file, but not in the repository .*--repository \S+\/project if/,
    );
    const found = await fixture.run('', { file, sourcesFolder: join(folder, 'project') });
    assert.deepEqual([found.result, warningsOf(found)], ['succeeded', []]);
  });

  for (const [what, inner] of [
    ['a script', 'script: echo x'],
    ['bash', 'bash: echo x'],
  ])
    it(`names the working directory that is missing for ${what}`, async () => {
      const run = await fixture.run(`steps:\n- ${inner}\n  name: s\n  workingDirectory: infra/none`);
      assert.equal(run.result, 'failed');
      assert.match(stepOf(run, 's').issues[0]!.message, /^Not found workingDirectory: \/.*\/infra\/none$/);
    });

  it('says that a working directory is a file', async () => {
    const run = await fixture.run('steps:\n- script: echo x\n  name: s\n  workingDirectory: f', {}, { f: '' });
    assert.match(stepOf(run, 's').issues[0]!.message, /workingDirectory is not a folder: .*\/f$/);
  });
});
