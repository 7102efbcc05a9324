import { formatMetric, type Metrics } from '../azureml/metrics.ts';
import { markdownTable } from '../core/table.ts';
import { linked } from './lineage-markdown.ts';

/** A model version that was registered, for people. What is not known is empty. */
export interface RegisteredModel {
  /** First line: `Model churn version 7 was registered from ...`. */
  sentence: string;
  isNew: boolean;
  /** Rows of the summary: what, and text with a link. */
  rows: { name: string; title: string; link?: string | undefined }[];
  metrics: Metrics;
}

/** The summary of a registration for the run's page. */
export function registeredMarkdown({ sentence, isNew, rows, metrics }: RegisteredModel): string {
  const known = rows.filter(({ title }) => title !== '');
  const names = Object.entries(metrics);
  return [
    `### ${isNew ? '✅' : 'ℹ️'} ${linked({ title: sentence })}`,
    '',
    '| | |',
    '|---|---|',
    ...known.map(({ name, ...text }) => `| ${name} | ${linked(text)} |`),
    '',
    ...(names.length > 0
      ? markdownTable({
          columns: ['Metric', 'Value'],
          rows: names.map(([name, value]) => [name, formatMetric(value)]),
          right: [1],
        })
      : []),
    '',
  ].join('\n');
}
