import { english, fill } from '../core/message.ts';
import { escapeLine } from '../core/table.ts';
import type { Lineage, LineageNode } from '../lineage/lineage.ts';
import { type Branch, branchesOf } from './lineage-tree.ts';
import { nodeDetails, nodeText, relationText, type Translate } from './lineage-words.ts';
import { messages } from './messages.ts';

/** A lineage for the run's summary page: a nested list with links, and what could not be found. */
export function lineageMarkdown(lineage: Lineage, say: Translate = english): string {
  const [first] = lineage.nodes;
  if (!first) return '';
  const leads = ['build', 'release', 'commit'].includes(first.kind);
  const branches = branchesOf(lineage).filter(({ missing }) => !missing);
  const missing = lineage.missing.map((one) => `- ${escapeLine(say(fill(messages.LineageMissing, one)))}`);
  return [
    `### ${escapeLine(say(fill(leads ? messages.LineageMadeTitle : messages.LineageTitle, { what: nodeText(first, say) })))}`,
    '',
    ...branches.map((branch) => `${'  '.repeat(branch.depth)}- ${itemOf(branch, say)}`),
    '',
    ...(missing.length > 0 ? [`#### ${say(fill(messages.LineageNotFound))}`, '', ...missing, ''] : []),
  ].join('\n');
}

function itemOf({ node, link, isRepeated }: Branch, say: Translate): string {
  const details = isRepeated ? [say(fill(messages.LineageSeeAbove))] : nodeDetails(node!, say);
  const text = nodeText({ ...node!, title: linked(node!) }, say);
  const more = details.length > 0 ? ` (${escapeLine(details.join(', '))})` : '';
  return `${link ? `${escapeLine(relationText(link, say))} ` : ''}${text}${more}`;
}

/** The title as a link to its page; addresses come from outside, so that only those of the web become one. */
export function linked({ title, link }: Pick<LineageNode, 'title' | 'link'>): string {
  const text = escapeLine(title);
  if (!link || !URL.canParse(link) || new URL(link).protocol !== 'https:') return text;
  return `[${text}](${new URL(link).href.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'))})`;
}
