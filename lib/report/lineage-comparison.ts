import { english, fill } from '../core/message.ts';
import { escapeLine, markdownTable, oneLine, type Table, textTable } from '../core/table.ts';
import type { Change, LineageComparison } from '../lineage/compare.ts';
import type { LineageSummary } from '../lineage/summary.ts';
import { linked } from './lineage-markdown.ts';
import type { Translate } from './lineage-words.ts';
import { messages } from './messages.ts';

/** What came between two models, as lines of a log. @param say puts a sentence into the agent's language */
export function comparisonLines(comparison: LineageComparison, say: Translate = english): string[] {
  const { between } = comparison;
  const none = `  ${say(fill(messages.CompareNothing))}`;
  const list = (lines: string[]): string[] => (lines.length > 0 ? lines.map((line) => `  ${line}`) : [none]);
  const versions = versionTable(comparison);
  return [
    title(comparison, say),
    `${commitsTitle(comparison, say)}:`,
    ...list(commitTexts(comparison).map(({ text, url }) => `${text}${url ? `  ${url}` : ''}`)),
    ...(between.page ? [`  ${between.page}`] : []),
    `${say(fill(messages.CompareWorkItems))}:`,
    ...list(workItemTexts(comparison).map(({ text, url }) => `${text}${url ? `  ${url}` : ''}`)),
    `${say(fill(messages.CompareVersions))}:`,
    ...(versions.rows.length > 0 ? textTable(versions).map((line) => `  ${line}`) : [none]),
    ...between.missing.map((one) => `? ${say(fill(messages.LineageMissing, one))}`),
  ].map(oneLine);
}

/** The same for the run's summary page. */
export function comparisonMarkdown(comparison: LineageComparison, say: Translate = english): string {
  const { between } = comparison;
  const none = `- ${say(fill(messages.CompareNothing))}`;
  const list = (texts: Text[]): string[] =>
    texts.length > 0 ? texts.map(({ text, url }) => `- ${linked({ title: text, link: url })}`) : [none];
  const versions = versionTable(comparison);
  const page = { title: say(fill(messages.CompareAllCommits)), link: between.page };
  return [
    `### ${escapeLine(title(comparison, say))}`,
    '',
    `#### ${escapeLine(commitsTitle(comparison, say))}`,
    '',
    ...list(commitTexts(comparison)),
    ...(between.page ? ['', linked(page)] : []),
    '',
    `#### ${say(fill(messages.CompareWorkItems))}`,
    '',
    ...list(workItemTexts(comparison)),
    '',
    `#### ${say(fill(messages.CompareVersions))}`,
    '',
    ...(versions.rows.length > 0 ? markdownTable(versions) : [none]),
    '',
    ...between.missing.map((one) => `- ${escapeLine(say(fill(messages.LineageMissing, one)))}`),
    '',
  ].join('\n');
}

interface Text {
  text: string;
  url: string;
}

function title({ before, after }: LineageComparison, say: Translate): string {
  return say(fill(messages.CompareTitle, { before: modelOf(before, say), after: modelOf(after, say) }));
}

function commitsTitle({ between, before, after }: LineageComparison, say: Translate): string {
  if (!between.isBackwards) return say(fill(messages.CompareCommits));
  return say(fill(messages.CompareBackwards, { before: modelOf(before, say), after: modelOf(after, say) }));
}

function modelOf({ model, job }: LineageSummary, say: Translate): string {
  return model?.title ?? job?.title ?? say(fill(messages.TheModel));
}

function commitTexts({ between }: LineageComparison): Text[] {
  return between.commits.map(({ id, message, author, date, url }) => ({
    text: `${id.slice(0, 8)} ${message} (${[author, date].filter(Boolean).join(', ')})`,
    url,
  }));
}

function workItemTexts({ between }: LineageComparison): Text[] {
  return between.workItems.map(({ id, title, type, state, url }) => {
    const details = [type, state].filter(Boolean).join(', ');
    return { text: `${id}${title ? `: ${title}` : ''}${details ? ` (${details})` : ''}`, url };
  });
}

function versionTable({ data, others }: LineageComparison): Table {
  const row = ({ name, before, after }: Change): string[] => [name, before?.title ?? '', after?.title ?? ''];
  return {
    columns: ['What', 'Before', 'After'],
    rows: [...data.map((change) => row({ ...change, name: `data ${change.name}` })), ...others.map(row)],
  };
}
