import assert from 'node:assert/strict';
import { isTrue, mentionsCommand, parseCommand } from '../agent/commands/parse.ts';
import { countTests } from '../agent/commands/results.ts';
import { createMasker } from '../agent/masker.ts';
import { combineOutcomes, mergeResults, parseTaskResult } from '../agent/results.ts';

const properties = (line: string): Record<string, string> => Object.fromEntries(parseCommand(line)!.properties);

describe('logging commands', () => {
  it('unescapes in the order of the agent, percent last', () => {
    const line = '##vso[area.event k1=%3B=%0D=%0A=%5D%AZP25;]%3B-%0D-%0A-%5D%AZP253B';
    assert.equal(parseCommand(line)!.properties.get('k1'), ';=\r=\n=]%');
    assert.equal(parseCommand(line)!.data, ';-\r-\n-]%3B');
    const undecoded = parseCommand(line, false)!;
    assert.equal(undecoded.properties.get('k1'), ';=\r=\n=]%AZP25');
    assert.equal(undecoded.data, ';-\r-\n-]%AZP253B');
  });

  it('drops empty properties and text before the command', () => {
    assert.deepEqual(properties('##vso[area.event k1=;k2=;]'), {});
    assert.deepEqual(properties('>>>   ##vso[area.event k1=v1;]msg'), { k1: 'v1' });
    assert.equal(parseCommand('>>>   ##vso[area.event k1=v1;]msg')!.data, 'msg');
  });

  it('does not trim property keys', () => {
    assert.deepEqual(properties('##vso[task.setvariable variable=x; issecret=true]v'), {
      variable: 'x',
      ' issecret': 'true',
    });
    assert.deepEqual(properties('##vso[task.setvariable  variable=x]v'), { ' variable': 'x' });
  });

  it('splits at the first equals sign and swallows those around it', () => {
    assert.deepEqual(properties('##vso[a.b k=v=w==]'), { k: 'v=w==' });
    assert.deepEqual(properties('##vso[a.b =k==v]'), { k: 'v' });
    assert.deepEqual(properties('##vso[a.b k;=]'), {});
  });

  it('ignores case of area, event and keys but not of the prefix', () => {
    const command = parseCommand('##vso[Task.SetVariable VARIABLE=X]v')!;
    assert.deepEqual([command.area, command.event, command.properties.get('variable')], ['task', 'setvariable', 'X']);
    assert.equal(parseCommand('##VSO[task.debug]x'), undefined);
  });

  for (const line of ['##vso[task.debug x', '##vso task.debug]x', '##vso[task]x', '##vso[a.b.c]x', '##vso[]x'])
    it(`does not read ${line}`, () => {
      assert.equal(parseCommand(line), undefined);
      assert.ok(mentionsCommand(line));
    });

  it('ends the header at the first bracket and reads odd dots', () => {
    assert.equal(parseCommand('##vso[a.b k=[x]y]z')!.data, 'y]z');
    assert.equal(parseCommand('##vso[.a..b.]x')!.event, 'b');
  });

  it('reads booleans as the agent does', () => {
    assert.deepEqual(['true', 'TRUE', '1', '$true', 'yes', 'on', '', undefined].map(isTrue), [
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('results', () => {
  it('reads exact names and digits only', () => {
    assert.equal(parseTaskResult('SucceededWithIssues'), 'SucceededWithIssues');
    assert.equal(parseTaskResult('2'), 'Failed');
    for (const wrong of ['failed', 'Cancelled', '6', '', undefined]) assert.equal(parseTaskResult(wrong), undefined);
  });

  it('keeps the worst; canceled, skipped and abandoned are final', () => {
    assert.equal(mergeResults('SucceededWithIssues', 'Succeeded'), 'SucceededWithIssues');
    assert.equal(mergeResults('SucceededWithIssues', 'Failed'), 'Failed');
    assert.equal(mergeResults('Canceled', 'Failed'), 'Canceled');
    assert.equal(mergeResults('Skipped', 'Failed'), 'Skipped');
    assert.equal(mergeResults('Failed', 'Canceled'), 'Canceled');
    assert.equal(mergeResults(undefined, 'Skipped'), 'Skipped');
  });

  it('makes a run of its stages', () => {
    assert.equal(combineOutcomes(['Succeeded', 'Skipped']), 'succeeded');
    assert.equal(combineOutcomes(['Succeeded', 'SucceededWithIssues']), 'partiallySucceeded');
    assert.equal(combineOutcomes(['Canceled', 'Failed']), 'failed');
    assert.equal(combineOutcomes(['Succeeded', 'Canceled']), 'canceled');
  });
});

describe('masking', () => {
  const secret = 'p%a"s\\s w/ö';
  const masker = createMasker();
  masker.addVariable(secret);
  const forms: [string, string][] = [
    ['the value', secret],
    ['its JSON string', JSON.stringify(secret).slice(1, -1)],
    ['its URI form', encodeURIComponent(secret)],
    ['its backslashes doubled', secret.replaceAll('\\', '\\\\')],
    ['its form in a logging command', secret.replaceAll('%', '%AZP25')],
    ['its base64 form', Buffer.from(secret).toString('base64')],
  ];
  for (const [what, form] of forms) it(`hides ${what}`, () => assert.equal(masker.mask(`<${form}>`), '<***>'));

  it('hides quoted and padded values without quotes and blanks', () => {
    const other = createMasker();
    other.addVariable('"quoted"');
    other.addVariable('  padded ');
    assert.equal(other.mask('quoted padded'), '*** ***');
  });

  it('hides overlapping values as one and knows nothing of empty ones', () => {
    const other = createMasker();
    for (const value of ['abc', 'bcd', '']) other.add(value);
    assert.equal(other.mask('xabcdx abc'), 'x***x ***');
  });

  it('hides passwords in URLs and leaves out short secrets on request', () => {
    assert.equal(masker.mask('get https://user:word@host/x'), 'get https://user:***@host/x');
    const other = createMasker(6);
    other.add('short');
    other.add('longer');
    assert.equal(other.mask('short longer'), 'short ***');
  });
});

describe('test results', () => {
  it('counts the cases of a JUnit file', () => {
    const xml = `<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure message="&lt;skipped&gt;"/></testcase>
      <testcase name="c"><system-out><![CDATA[<failure>]]></system-out></testcase><testcase name="d"><skipped/></testcase>
      <testcase name="e"><error>x</error></testcase></testsuite></testsuites>`;
    assert.deepEqual(countTests(xml), { total: 5, passed: 2, failed: 2, skipped: 1 });
    assert.throws(() => countTests('<html/>'), /JUnit/);
  });
});
