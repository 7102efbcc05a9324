import { type FilledMessage, fill } from '../core/message.ts';
import { escapeMarkdown } from '../core/table.ts';
import type { GateReport } from '../gate/verdict.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';
import { type GateSubject, gateMarkdown } from './gate-report.ts';
import { messages } from './messages.ts';

/** A comment is read between others; the run's page has all of it. */
const MOST_METRICS = 20;

/** The report as a comment of a pull request, with a link to the run. @param translate puts a sentence into the agent's language */
export function gateComment(
  report: GateReport,
  subject: GateSubject,
  { number, url }: Pick<PipelineRun, 'number' | 'url'>,
  translate: (sentence: FilledMessage) => string,
): string {
  const metrics = report.metrics.slice(0, MOST_METRICS);
  const left = report.metrics.length - metrics.length;
  const run = url ? `[${escapeMarkdown(number)}](${addressOf(url)})` : escapeMarkdown(number);
  return [
    withoutMentions(gateMarkdown({ ...report, metrics }, subject, translate)),
    ...(left > 0 ? [translate(fill(messages.GateMore, { more: left })), ''] : []),
    `${translate(fill(messages.GateRun))} ${run}`,
    '',
  ].join('\n');
}

/** The address, in which the name of the project is encoded already, as Markdown takes it: a parenthesis would end it. */
function addressOf(url: string): string {
  return new URL(url).href.replace(/\(/g, '%28').replace(/\)/g, '%29');
}

/**
 * Azure DevOps makes links of `#12` and `!12` in comments, and adds the work item to the pull request. A metric may be called
 * so; a character without a width keeps it a name.
 */
function withoutMentions(markdown: string): string {
  return markdown.replace(/([#!@])(?=[\d<&])/g, '$1\u200b');
}
