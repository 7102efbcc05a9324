import { english, fill } from '../core/message.ts';
import { oneLine } from '../core/table.ts';
import type { Lineage, LineageLink, LineageNode, Missing } from '../lineage/lineage.ts';
import { nodeDetails, nodeText, relationText, type Translate } from './lineage-words.ts';
import { messages } from './messages.ts';

/** A line of the tree: a thing, or what is missing in its place. */
export interface Branch {
  depth: number;
  /** For each depth, whether more follows there. */
  open: boolean[];
  /** How the thing above leads to it; undefined for the first one. */
  link?: LineageLink;
  node?: LineageNode;
  missing?: Missing;
  /** True for a thing that the tree has shown before, with all that follows it. */
  isRepeated: boolean;
}

/** A lineage as a tree: each thing with what follows it where it comes first, and alone where it comes again. */
export function branchesOf({ nodes, links, missing }: Lineage): Branch[] {
  const [first] = nodes;
  if (!first) return [];
  const shown = new Set<string>();
  const branches: Branch[] = [];
  const walk = (node: LineageNode, open: boolean[], link?: LineageLink): void => {
    const isRepeated = shown.has(node.id);
    shown.add(node.id);
    branches.push({ depth: open.length, open, node, isRepeated, ...(link ? { link } : {}) });
    if (isRepeated) return;
    const gone = missing.filter(({ of }) => of === node.id);
    const next = links.filter(({ from }) => from === node.id);
    gone.forEach((one, index) => {
      const more = index < gone.length - 1 || next.length > 0;
      branches.push({ depth: open.length + 1, open: [...open, more], missing: one, isRepeated: false });
    });
    next.forEach((one, index) => {
      const target = nodes.find(({ id }) => id === one.to);
      if (target) walk(target, [...open, index < next.length - 1], one);
    });
  };
  walk(first, []);
  return branches;
}

/** The tree as lines of a log. @param say puts a sentence into the agent's language */
export function treeLines(lineage: Lineage, say: Translate = english): string[] {
  return branchesOf(lineage).map((branch) => `${indentation(branch)}${oneLine(lineOf(branch, say))}`);
}

function indentation({ depth, open }: Branch): string {
  if (depth === 0) return '';
  const above = open.slice(0, -1).map((more) => (more ? '│  ' : '   '));
  return `${above.join('')}${open.at(-1) ? '├─ ' : '└─ '}`;
}

function lineOf({ node, link, missing, isRepeated }: Branch, say: Translate): string {
  if (missing) return `? ${say(fill(messages.LineageMissing, missing))}`;
  const details = isRepeated ? [say(fill(messages.LineageSeeAbove))] : nodeDetails(node!, say);
  const text = `${nodeText(node!, say)}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
  const page = node!.link && !isRepeated ? `  ${node!.link}` : '';
  return `${link ? `${relationText(link, say)} ` : ''}${text}${page}`;
}
