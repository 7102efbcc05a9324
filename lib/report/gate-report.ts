import { formatMetric, type MetricValue } from '../azureml/metrics.ts';
import { UserError } from '../core/errors.ts';
import { english, type FilledMessage, fill } from '../core/message.ts';
import { escapeMarkdown, markdownTable, type Table } from '../core/table.ts';
import type { Pictures } from '../gate/pictures.ts';
import type { ConditionResult, GateReport } from '../gate/verdict.ts';
import { shownLines } from './gate-shown.ts';
import { messages } from './messages.ts';

/** What the report is about. */
export interface GateSubject {
  candidate: string;
  /** URL of the candidate's page. */
  candidateUrl: string;
  /** `model churn:7`, or undefined without a baseline. */
  baseline: string | undefined;
}

const WORDS = { pass: 'pass', fail: 'fail', notApplicable: 'no baseline', partial: 'pass without baseline' };
const PICTURES = { pass: '✅', fail: '❌', notApplicable: '➖', noBaseline: '✅' };
/** The verdict in one sentence. */
export function verdictSentence({ verdict, rules }: GateReport): FilledMessage {
  if (verdict === 'pass') return fill(messages.GatePassed);
  if (verdict === 'noBaseline') return fill(messages.GateNoBaseline);
  return fill(messages.GateFailed, countsOf(rules));
}

/** The verdict of a model that does not pass, with the conditions that failed and their values. */
export function failureSentence({ rules }: GateReport): FilledMessage {
  const reasons = failedConditions(rules).map((one) => `${one.condition.text} (${one.reason ?? one.values})`);
  return fill(messages.GateFailedBecause, { ...countsOf(rules), reasons: reasons.join('; ') });
}

/** The error of a model that does not pass. */
export function gateFailure(report: GateReport): UserError {
  return new UserError({
    code: 'GateFailed',
    message: failureSentence(report),
    fix: fill(messages.GateFailedFix),
  });
}

function countsOf(rules: GateReport['rules']): { failed: number; total: number } {
  return { failed: failedConditions(rules).length, total: rules.flatMap(({ conditions }) => conditions).length };
}

/** Texts of the conditions that failed. */
export function failedRules({ rules }: GateReport): string[] {
  return failedConditions(rules).map(({ condition }) => condition.text);
}

function failedConditions(rules: GateReport['rules']): ConditionResult[] {
  return rules.flatMap(({ conditions }) => conditions.filter(({ result }) => result === 'fail'));
}

/** What became of a condition, in a few words. */
export function conditionWord({ result, isPartial }: ConditionResult): string {
  return result === 'pass' && isPartial ? WORDS.partial : WORDS[result];
}

/** Rules with the values that decided them. */
export function ruleTable({ rules }: GateReport): Table {
  return {
    columns: ['Rule', 'Result', 'Values'],
    rows: rules.flatMap(({ conditions }) =>
      conditions.map((one) => [
        one.condition.text,
        conditionWord(one),
        one.reason && one.reason !== one.values ? `${one.values}; ${one.reason}` : one.values,
      ]),
    ),
  };
}

/** Candidate, baseline and difference of every metric. */
export function metricTable({ metrics }: GateReport): Table {
  const show = (value: MetricValue | undefined): string => (value === undefined ? '' : formatMetric(value));
  return {
    columns: ['Metric', 'Candidate', 'Baseline', 'Difference'],
    rows: metrics.map(({ name, candidate, baseline }) => [
      name,
      show(candidate),
      show(baseline),
      difference(candidate, baseline),
    ]),
    right: [1, 2, 3],
  };
}

function difference(candidate: MetricValue | undefined, baseline: MetricValue | undefined): string {
  if (typeof candidate !== 'number' || typeof baseline !== 'number') return '';
  const value = candidate - baseline;
  return `${value > 0 ? '+' : ''}${formatMetric(value)}`;
}

/** The report as Markdown, for the run's summary page. @param translate puts a sentence into the agent's language @param shown values over time, trials and pictures */
export function gateMarkdown(
  report: GateReport,
  subject: GateSubject,
  translate: (sentence: FilledMessage) => string = english,
  shown?: Pictures,
): string {
  const picture = PICTURES[report.verdict];
  const rules = ruleTable(report);
  const signed = report.rules.flatMap(({ conditions }) => conditions.map(({ result }) => PICTURES[result]));
  const rows = rules.rows.map(([rule, result, values], i) => [rule!, `${signed[i]} ${result}`, values!]);
  const candidate = subject.candidateUrl
    ? `[${escapeMarkdown(subject.candidate)}](${encodeURI(subject.candidateUrl)})`
    : escapeMarkdown(subject.candidate);
  return [
    `### ${picture} ${translate(verdictSentence(report))}`,
    '',
    `Candidate: ${candidate}. Baseline: ${subject.baseline ? escapeMarkdown(subject.baseline) : 'none'}.`,
    '',
    ...report.warnings.flatMap((warning) => [`⚠️ ${escapeMarkdown(translate(warning))}`, '']),
    ...markdownTable({ ...rules, rows }),
    '',
    ...markdownTable(metricTable(report)),
    '',
    ...(shown ? shownLines(shown, translate) : []),
  ].join('\n');
}
