import { formatMetric, type MetricValue } from '../azureml/metrics.ts';
import { escapeMarkdown, markdownTable, type Table } from '../core/table.ts';
import type { GateReport } from '../gate/verdict.ts';

/** What the report is about. */
export interface GateSubject {
  candidate: string;
  /** URL of the candidate's page. */
  candidateUrl: string;
  /** `model churn:7`, or undefined without a baseline. */
  baseline: string | undefined;
}

const WORDS = { pass: 'pass', fail: 'fail', notApplicable: 'no baseline' };
const PICTURES = { pass: '✅', fail: '❌', notApplicable: '➖', noBaseline: '✅' };
const SENTENCES = {
  pass: 'The model passes the gate.',
  fail: 'The model does not pass the gate.',
  noBaseline: 'The model passes the gate; there is no baseline to compare it with yet.',
};

/** The verdict in one sentence. */
export function verdictSentence({ verdict, rules }: GateReport): string {
  const conditions = rules.flatMap((rule) => rule.conditions);
  const failed = conditions.filter(({ result }) => result === 'fail').length;
  return failed > 0 ? `${SENTENCES.fail} ${failed} of ${conditions.length} conditions failed.` : SENTENCES[verdict];
}

/** Rules with the values that decided them. */
export function ruleTable({ rules }: GateReport): Table {
  return {
    columns: ['Rule', 'Result', 'Values'],
    rows: rules.flatMap(({ conditions }) =>
      conditions.map(({ condition, result, values }) => [condition.text, WORDS[result], values]),
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

/** The report as Markdown, for the run's summary page. */
export function gateMarkdown(report: GateReport, subject: GateSubject): string {
  const picture = PICTURES[report.verdict];
  const rules = ruleTable(report);
  const signed = report.rules.flatMap(({ conditions }) => conditions.map(({ result }) => PICTURES[result]));
  const rows = rules.rows.map(([rule, result, values], i) => [rule!, `${signed[i]} ${result}`, values!]);
  const candidate = subject.candidateUrl
    ? `[${escapeMarkdown(subject.candidate)}](${encodeURI(subject.candidateUrl)})`
    : escapeMarkdown(subject.candidate);
  return [
    `### ${picture} ${verdictSentence(report)}`,
    '',
    `Candidate: ${candidate}. Baseline: ${subject.baseline ? escapeMarkdown(subject.baseline) : 'none'}.`,
    '',
    ...markdownTable({ ...rules, rows }),
    '',
    ...markdownTable(metricTable(report)),
    '',
  ].join('\n');
}
