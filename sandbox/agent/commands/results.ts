/** `results.publish`: reads JUnit files and logs the totals. */
import { readFileSync, statSync } from 'node:fs';
import { addError, addWarning, type StepState } from '../steps/state.ts';
import type { EventHandler, Events } from './event.ts';
import { isTrue } from './parse.ts';

export interface TestTotals {
  total: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the test cases of a JUnit file; throws when it holds no `<testsuite>`. */
export function countTests(xml: string): TestTotals {
  if (!/<testsuites?[\s>/]/.test(xml))
    throw new Error('Invalid results file. Make sure the result format of the file is JUnit.');
  const totals: TestTotals = { total: 0, passed: 0, failed: 0, skipped: 0 };
  const bare = xml.replace(/<!\[CDATA\[.*?\]\]>|<!--.*?-->/gs, '');
  for (const [testCase] of bare.matchAll(/<testcase\b(?:[^>]*\/>|.*?<\/testcase>)/gs)) {
    totals.total++;
    const opened = testCase.replace(/^<testcase\b[^>]*>/, '');
    if (/<(failure|error)[\s>/]/.test(opened)) totals.failed++;
    else if (/<skipped[\s>/]/.test(opened)) totals.skipped++;
    else totals.passed++;
  }
  return totals;
}

export function publishResults(state: StepState, files: string[], title: string, failOnFailedTests: boolean): void {
  const totals: TestTotals = { total: 0, passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    try {
      const counted = countTests(readFileSync(file, 'utf8'));
      for (const key of Object.keys(totals) as (keyof TestTotals)[]) totals[key] += counted[key];
    } catch (error) {
      addWarning(state, `Failed to read ${file}. Error : ${(error as Error).message}`);
    }
  }
  state.write(
    `Test run '${title}': ${totals.total} tests, ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} not executed`,
  );
  if (totals.failed === 0) return;
  const message = `There are one or more test failures detected in result files: ${totals.failed} of ${totals.total} failed.`;
  if (!failOnFailedTests) {
    addWarning(state, message);
    return;
  }
  addError(state, message);
  throw new Error('The step fails because failTaskOnFailedTests is set.');
}

const formats = ['junit', 'nunit', 'vstest', 'xunit', 'ctest', 'containerstructure'];

const publish: EventHandler = (state, { properties, data }) => {
  const type = properties.get('type');
  if (!type) throw new Error('Required field type is missing in ##vso[results.publish] command.');
  if (!formats.includes(type.toLowerCase())) throw new Error(`Unknown test result format '${type}'.`);
  const files = (data || (properties.get('resultfiles') ?? ''))
    .split(',')
    .map((file) => file.trim())
    .filter(Boolean);
  if (files.length === 0) throw new Error('No test result files were given to ##vso[results.publish].');
  const missing = files.find((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  if (missing) throw new Error(`Test result file '${missing}' does not exist.`);
  const title = properties.get('runtitle') ?? `${type}_TestResults_${state.job.run.devops.id}`;
  const work = (): void => {
    if (type.toLowerCase() === 'junit')
      publishResults(state, files, title, isTrue(properties.get('failtaskonfailedtests')));
    else state.write(`The sandbox reads JUnit files only; ${files.length} ${type} files were accepted unread.`);
  };
  state.background.push({ name: 'Publish test results', work });
};

export const resultsEvents: Events = { publish: { run: publish } };
