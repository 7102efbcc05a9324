import { neutral } from '../core/neutral.ts';
import type { ConditionResult, GateReport, RuleResult } from '../gate/verdict.ts';
import type { GateSubject } from './gate-report.ts';
import { conditionWord } from './gate-report.ts';

/**
 * The verdict as JUnit XML, for `PublishTestResults@2`: a test case for each rule, which is skipped while there is no baseline.
 * The format is that of https://github.com/testmoapp/junitxml, of which Azure Pipelines reads `testsuite`, `testcase`,
 * `failure`, `skipped` and `system-out`.
 */
export function gateJUnit({ rules }: GateReport, { candidate }: Pick<GateSubject, 'candidate'>): string {
  const count = (result: RuleResult['result']): number => rules.filter((rule) => rule.result === result).length;
  const numbers = `tests="${rules.length}" failures="${count('fail')}" errors="0" skipped="${count('notApplicable')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${escaped(`Model gate: ${candidate}`)}" ${numbers}>`,
    ...rules.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ rule, conditions, result }: RuleResult): string[] {
  const said = escaped(
    conditions.map((one) => `${one.condition.text}: ${conditionWord(one)} ${because(one)}`).join('\n'),
  );
  const failed = conditions.filter((one) => one.result === 'fail');
  const why = escaped(failed.map((one) => `${one.condition.text} ${because(one)}`).join('; '));
  const content = {
    pass: `<system-out>${said}</system-out>`,
    fail: `<failure message="${why}">${said}</failure>`,
    notApplicable: '<skipped message="no baseline"/>',
  }[result];
  return [`    <testcase classname="Model gate" name="${escaped(rule.text)}">`, `      ${content}`, '    </testcase>'];
}

function because({ reason, values }: ConditionResult): string {
  return `(${reason ?? values})`;
}

/** Text of an element or an attribute, without what XML 1.0 does not allow at all. */
function escaped(text: string): string {
  return (
    neutral(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
