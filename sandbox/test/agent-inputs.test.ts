import assert from 'node:assert/strict';
import { chooseHandler, findTask, readTaskDefinitions, type TaskDefinition } from '../agent/task-definition.ts';
import { agentInputs, missingInputs, resolveAliases, resolveConnections } from '../agent/task-inputs.ts';
import { createVariables, environmentName } from '../agent/variables.ts';
import { isVisible } from '../agent/visible-rule.ts';
import { connections, fixtureTasks } from './agent-run.ts';

const definition: TaskDefinition = {
  id: 'a6e27000-0000-4000-8000-000000000009',
  name: 'Train',
  friendlyName: 'Train',
  version: { Major: 1, Minor: 2, Patch: 3 },
  folder: '',
  inputs: [
    {
      name: 'connectedServiceName',
      aliases: ['azureSubscription', 'serviceConnection'],
      type: 'connectedService:AzureRM',
      required: true,
    },
    { name: 'kind', type: 'radio', defaultValue: 'file' },
    { name: 'file', aliases: ['jobFile'], type: 'filePath', required: true, visibleRule: 'kind = file' },
    { name: 'text', type: 'string', defaultValue: ' padded ' },
  ],
};
const noVariables = (): undefined => undefined;

describe('inputs', () => {
  it('maps aliases without case and passes unknown inputs on with a warning', () => {
    const { inputs, warnings } = resolveAliases(
      definition,
      new Map([
        ['AZURESUBSCRIPTION', 'sandbox'],
        ['odd', '1'],
      ]),
      'Step s',
    );
    assert.deepEqual(
      [...inputs],
      [
        ['connectedServiceName', 'sandbox'],
        ['odd', '1'],
      ],
    );
    assert.equal(warnings.length, 1);
  });

  it('finds required inputs that are visible and have no value', () => {
    assert.deepEqual(missingInputs(definition, new Map()), ['azureSubscription', 'jobFile']);
    assert.deepEqual(
      missingInputs(
        definition,
        new Map([
          ['connectedServiceName', 'x'],
          ['kind', 'inline'],
        ]),
      ),
      [],
    );
  });

  it('turns names of connections into ids, also out of variables', () => {
    const inputs = new Map([['connectedServiceName', '$(connection)']]);
    const lookUp = (name: string) => (name === 'connection' ? 'SANDBOX' : undefined);
    assert.deepEqual(resolveConnections(definition, inputs, connections, lookUp), []);
    assert.equal(inputs.get('connectedServiceName'), connections[0]!.id);
    assert.deepEqual(
      resolveConnections(definition, new Map([['connectedServiceName', 'nobody']]), connections, noVariables),
      [{ input: 'connectedServiceName', name: 'nobody' }],
    );
  });

  it('applies defaults, trims, expands once and roots paths', () => {
    const lookUp = (name: string) => ({ a: '$(b)', b: 'never', secret: 's3' })[name.toLowerCase()];
    const context = { lookUp, environment: { HOME: '/home/me', b: 'environment' }, sourcesFolder: '/w/1/s' };
    const given = new Map([
      ['kind', ' $(A)-$(home)-$(HOME) '],
      ['file', 'jobs/train.yml'],
      ['extra', '$(Secret)'],
    ]);
    assert.deepEqual(Object.fromEntries(agentInputs(definition, given, context)), {
      connectedServiceName: '',
      kind: 'environment-$(home)-/home/me',
      file: '/w/1/s/jobs/train.yml',
      text: 'padded',
      extra: 's3',
    });
    assert.equal(agentInputs(definition, new Map([['text', '']]), context).get('text'), '');
    assert.equal(agentInputs(definition, new Map(), context).get('file'), '/w/1/s');
    assert.equal(agentInputs(definition, new Map([['file', '/x/../y']]), context).get('file'), '/y');
  });

  it('reads visible rules', () => {
    const lookUp = (name: string) => ({ a: 'One', b: '' })[name] ?? '';
    const rules: [string, boolean][] = [
      ['a = one', true],
      ['a == two', false],
      ['a != two', true],
      ['b != ""', false],
      ['a = x || b = ', true],
      ['a = one && b = x', false],
      ['a EndsWith ne', true],
      ['a NotEndsWith ne', false],
    ];
    for (const [rule, value] of rules) assert.equal(isVisible(rule, lookUp), value, rule);
    assert.throws(() => isVisible('a > b', lookUp), /not understood/);
  });

  it('finds tasks by name and id, and names those there are', () => {
    const tasks = readTaskDefinitions(fixtureTasks);
    assert.equal(findTask(tasks, 'SAY@1').name, 'Say');
    assert.equal(findTask(tasks, 'publisher.extension.part.Say@1').name, 'Say');
    assert.equal(findTask(tasks, 'a6e27000-0000-4000-8000-000000000001@1').name, 'Say');
    assert.throws(() => findTask(tasks, 'Say@2'), /called 'Say' in version 2\. There are: .*Say@1/);
    assert.throws(() => findTask(tasks, 'Say'), /such as Name@1/);
    assert.throws(() => readTaskDefinitions('/no/such/folder'), /does not exist/);
  });

  it('prefers the newest Node handler, whatever the order and case', () => {
    assert.equal(chooseHandler({ node10: { target: 'a' }, NODE20_1: { target: 'b' } })?.target, 'b');
    assert.equal(chooseHandler({ Node20_1: { target: 'b' }, Node24: { target: 'c' } })?.name, 'Node24');
    assert.equal(chooseHandler({ Node22: { target: 'x' }, PowerShell3: { target: 'y' } }), undefined);
  });
});

describe('variables', () => {
  it('expand into each other, and what embeds a secret becomes one', () => {
    const variables = createVariables();
    variables.set('Secret', 'x', { secret: true });
    variables.set('Outer', '<$(inner)>');
    variables.set('Inner', '$(SECRET)-$(unknown)');
    variables.recalculate();
    assert.equal(variables.get('OUTER'), '<x-$(unknown)>');
    assert.equal(variables.find('outer')!.secret, true);
  });

  it('leave circles alone and stay secret once they were', () => {
    const variables = createVariables();
    variables.set('a', '$(b)');
    variables.set('b', '$(a)');
    variables.set('k', '1', { secret: true });
    variables.set('K', '2');
    variables.recalculate();
    assert.equal(variables.get('a'), '$(b)');
    assert.equal(variables.find('k')!.secret, true);
    assert.equal(variables.get('k'), '2');
  });

  it('become environment names', () => {
    assert.equal(environmentName('my.var name-x'), 'MY_VAR_NAME-X');
    assert.equal(environmentName('My.Var', true), 'My_Var');
  });
});
