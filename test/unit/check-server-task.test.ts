/** Kinds of contributions that the extension may grow by: server tasks, gates, a tab, an artifact type. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingFiles, taskFiles } from '../../scripts/build.ts';
import { checkContributions } from '../../scripts/check-contributions.ts';
import { checkTask } from '../../scripts/check-task.ts';
import { fillPage } from '../../scripts/docs.ts';
import { generate, generateTask } from '../../scripts/generate.ts';
import { jsonText } from '../../scripts/json-text.ts';
import { findTasks, kindOf, type TaskManifest } from '../../scripts/layout.ts';
import type { Files } from '../../scripts/stage.ts';

const ID = '9c6ca0ec-f692-44e7-a17d-ce42186ecf5a';

function png(): Buffer {
  const header = Buffer.alloc(33);
  header.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1');
  header.writeUInt32BE(32, 16);
  header.writeUInt32BE(32, 20);
  return header;
}

/** What the author of a gate writes; the generator adds the rest. */
const ownGate = (): any => ({
  id: ID,
  name: 'AzureMLModelGate',
  friendlyName: 'Azure ML: model gate',
  description: 'Holds a release until the model is there.',
  runsOn: ['ServerGate'],
  instanceNameFormat: 'Azure ML: model gate',
  inputs: [{ name: 'modelName', type: 'string', label: 'Model', required: true, helpMarkDown: 'Name of the model.' }],
  execution: {
    HttpRequest: {
      Execute: {
        EndpointId: '$(connectedServiceNameARM)',
        EndpointUrl: '$(endpoint.url)$(resourceGroupName)/$(workspaceName)/models/$(modelName)',
        Method: 'GET',
        WaitForCompletion: 'false',
        Expression: "eq(root['name'], 'x')",
      },
    },
  },
});

const gate = (own = ownGate()): TaskManifest => generateTask(own, 'model-gate', 'v1') as unknown as TaskManifest;

function problemsOf(manifest: TaskManifest, more: Record<string, string> = {}): string[] {
  const folder = 'tasks/model-gate/v1';
  const files: Files = new Map([[`${folder}/icon.png`, png()]]);
  for (const [name, content] of Object.entries(more)) files.set(`${folder}/${name}`, Buffer.from(content));
  return checkTask({ folder, manifest }, files).map(({ message }) => message);
}

describe('a gate', () => {
  it('is told from other tasks by where it runs', () => {
    assert.equal(kindOf({ runsOn: ['ServerGate'] }), 'gate');
    assert.equal(kindOf({ runsOn: ['Server', 'ServerGate'] }), 'server');
    assert.equal(kindOf({ runsOn: ['Agent'] }), 'agent');
    assert.equal(kindOf({}), 'agent');
  });

  it('gets the shared blocks but nothing that agents read', () => {
    const { inputs, execution, author, ...rest } = gate();
    assert.deepEqual(
      inputs.map(({ name }) => name),
      ['connectedServiceNameARM', 'resourceGroupName', 'workspaceName', 'modelName'],
    );
    assert.deepEqual(execution, ownGate().execution);
    assert.equal(author, 'Model Bridge contributors');
    assert.ok(!('minimumAgentVersion' in rest) && !('restrictions' in rest) && !('demands' in rest));
  });

  it('is sound with task.json and icon alone', () => assert.deepEqual(problemsOf(gate()), []));

  const spoilt: Record<string, [RegExp, (own: any) => void]> = {
    'a handler of the agent': [/additional properties: Node24/, (own) => (own.execution.Node24 = { target: 'x.js' })],
    'an agent that it runs on': [/runsOn\/1 must be equal/, (own) => own.runsOn.push('Agent')],
    'messages, which nobody says': [/additional properties: messages/, (own) => (own.messages = { A: 'a' })],
    'a request without address': [/EndpointUrl/, (own) => delete own.execution.HttpRequest.Execute.EndpointUrl],
    'a request that writes': [/sends PUT/, (own) => (own.execution.HttpRequest.Execute.Method = 'PUT')],
    'a variable that nobody sets': [
      /variable 'pipeline\.id'/,
      (own) => (own.execution.HttpRequest.Execute.Body = '$(pipeline.id)'),
    ],
    'an input that it does not have': [/input 'model'/, (own) => (own.execution.HttpRequest.Execute.Body = '$(model)')],
  };
  for (const [what, [expected, spoil]] of Object.entries(spoilt))
    it(`is refused with ${what}`, () => {
      const own = ownGate();
      spoil(own);
      assert.match(problemsOf(gate(own)).join('\n'), expected);
    });

  it('is refused with code, which would never run', () => {
    assert.deepEqual(problemsOf(gate(), { 'index.js': 'x' }), ['belongs to a task without code']);
  });

  it('only reads, also when it is a server task too; a server task may write', () => {
    const own = ownGate();
    own.execution.HttpRequest.Execute.Method = 'PATCH';
    own.runsOn = ['Server', 'ServerGate'];
    assert.match(problemsOf(gate(own)).join(), /sends PATCH/);
    own.runsOn = ['Server'];
    assert.deepEqual(problemsOf(gate(own)), []);
  });

  it('has a table of inputs, and needs none of outputs', () => {
    const page = '<!-- inputs -->\n<!-- /inputs -->\n';
    assert.match(fillPage(page, gate()), /\| `modelName` \| text \| \*\*required\*\* \|/);
  });
});

describe('a folder of tasks', () => {
  let root: string;
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tasks-'));
    put('tasks/model-gate/v1/task.json', JSON.stringify(ownGate()));
    put('tasks/model-gate/v1/icon.png', png());
    put('vss-extension.json', JSON.stringify({ id: 'x', contributions: [{ id: 'results', type: 'tab' }] }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is written once, and then stays as it is', () => {
    const both = ['tasks/model-gate/v1/task.json', 'vss-extension.json'];
    assert.deepEqual(generate(true, root), both);
    assert.deepEqual(generate(false, root), both);
    assert.deepEqual(generate(true, root), []);
  });

  it('needs code for an agent alone, and ships a gate without', () => {
    const [task] = findTasks(root);
    assert.deepEqual(missingFiles([task!]), []);
    assert.deepEqual(
      [...taskFiles(task!, undefined).keys()],
      ['task.json', 'icon.png', 'Strings/resources.resjson/en-US/resources.resjson'],
    );
    put('tasks/other/v1/task.json', JSON.stringify({ ...ownGate(), runsOn: ['Agent'] }));
    assert.deepEqual(missingFiles(findTasks(root)), ['tasks/other/v1/icon.png', 'tasks/other/v1/index.ts']);
  });

  it('ships an agent task with its messages', () => {
    const content = taskFiles(findTasks(root)[0]!, { Done: '{job} is done.' });
    assert.match(content.get('task.json')!.toString(), /"messages": \{\n {4}"Done": "\{job\} is done\."/);
    const strings = content.get('Strings/resources.resjson/en-US/resources.resjson')!.toString();
    assert.match(strings, /"loc\.messages\.Done": "\{job\} is done\."/);
  });
});

describe('contributions', () => {
  const tab = (): any => ({
    id: 'results',
    type: 'ms.vss-build-web.build-results-tab',
    targets: ['ms.vss-build-web.build-results-view'],
    properties: { name: 'Model', uri: 'tab/index.html', supportsTasks: [ID], dynamic: true },
  });
  const artifactType = (): any => ({
    id: 'model-artifact',
    type: 'ms.vss-releaseartifact.release-artifact-type',
    targets: ['ms.vss-releaseartifact.artifact-types'],
    properties: { name: 'AzureMLModel', displayName: 'Azure ML model', endpointTypeId: 'azurerm', downloadTaskId: ID },
  });
  const problems = (contributions: any[], files = [{ path: 'tab', addressable: true }]): string[] => {
    const found: string[] = [];
    const task = { id: 'model-gate', type: 'ms.vss-distributed-task.task', targets: ['ms.vss-distributed-task.tasks'] };
    const manifest = {
      files,
      contributions: [{ ...task, properties: { name: 'tasks/model-gate' } }, ...contributions],
    };
    const staged = [{ folder: 'tasks/model-gate/v1', manifest: gate() }];
    checkContributions(manifest, staged, new Map([['tab/index.html', Buffer.from('')]]), (message) =>
      found.push(message),
    );
    return found;
  };
  const spoil = (contribution: any, properties: object): any => ({
    ...contribution,
    properties: { ...contribution.properties, ...properties },
  });

  it('may be a tab and an artifact type', () => assert.deepEqual(problems([tab(), artifactType()]), []));
  it('of a tab lead to a page that browsers get', () => {
    assert.match(problems([spoil(tab(), { uri: 'tab/x.html' })]).join(), /shows 'tab\/x\.html', which does not exist/);
    assert.match(problems([tab()], []).join(), /which is not addressable/);
    assert.match(problems([spoil(tab(), { name: '' })]).join(), /has no name/);
  });
  it('name tasks of the extension', () => {
    assert.match(problems([spoil(tab(), { supportsTasks: ['x'] })]).join(), /unknown task 'x'/);
    assert.match(problems([spoil(artifactType(), { downloadTaskId: 'x' })]).join(), /unknown task 'x'/);
  });
  it('of an artifact type have what the release editor shows', () =>
    assert.match(problems([spoil(artifactType(), { displayName: undefined })]).join(), /has no displayName/));
  it('have the target of their type', () =>
    assert.match(problems([{ ...tab(), targets: ['ms.vss-web.tab'] }]).join(), /'results' has wrong targets/));
});

describe('the layout of JSON', () => {
  it('keeps short lists on a line and long ones below each other', () => {
    const text = jsonText({ short: ['a', 'b'], empty: [], none: {}, objects: [{ a: 1 }], gone: undefined });
    assert.equal(
      text,
      '{\n  "short": ["a", "b"],\n  "empty": [],\n  "none": {},\n  "objects": [\n    {\n      "a": 1\n    }\n  ]\n}\n',
    );
    assert.match(jsonText({ long: Array.from({ length: 30 }, () => 'word') }), /^\{\n {2}"long": \[\n {4}"word",\n/);
  });
});
