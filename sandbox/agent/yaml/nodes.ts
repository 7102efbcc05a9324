/** A YAML file as nodes that know their place; like the service, every scalar is text until somebody needs more. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node as YamlLibraryNode } from 'yaml';

export interface Place {
  file: string;
  line: number;
  column: number;
}

export type Node =
  | { kind: 'scalar'; text: string; at: Place }
  | { kind: 'list'; items: Node[]; at: Place }
  | { kind: 'map'; entries: Entry[]; at: Place };

export interface Entry {
  key: string;
  keyAt: Place;
  value: Node;
}

/** The value of a mapping's key; undefined for other nodes and keys that are missing. */
export const fieldOf = (node: Node, key: string): Node | undefined =>
  node.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;

/** `file:line:column`, with the path as seen from the current folder when the file is below it. */
export function placeText({ file, line, column }: Place): string {
  const path = relative(process.cwd(), file);
  return `${path.startsWith('..') ? file : path}:${line}:${column}`;
}

/** An error in a pipeline file; the message starts with `file:line:column`. */
export class PipelineFileError extends Error {
  constructor(message: string, at?: Place) {
    super(at ? `${placeText(at)}: ${message}` : message);
    this.name = 'PipelineFileError';
  }
}

/** Reads one YAML file; throws a PipelineFileError for syntax errors and duplicate keys. */
export function readYaml(file: string): Node {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PipelineFileError(`The pipeline file ${file} can't be read: ${(error as Error).message}`);
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false, merge: false });
  const list = Array.isArray(documents) ? documents : [];
  const at = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [document] = list;
  const error = list.flatMap((each) => each.errors)[0];
  if (error) throw new PipelineFileError(error.message, at(error.pos[0]));
  if (!document?.contents) throw new PipelineFileError('The file is empty.', at(0));
  if (list.length > 1) throw new PipelineFileError('Only one YAML document is allowed.', at(list[1]!.range?.[0]));

  const convert = (node: YamlLibraryNode | null | undefined, fallback: Place): Node => {
    if (!node) return { kind: 'scalar', text: '', at: fallback };
    const place = node.range ? at(node.range[0]) : fallback;
    if (isAlias(node)) throw new PipelineFileError('Anchors and aliases are not supported in pipeline files.', place);
    if (isScalar(node)) return { kind: 'scalar', text: scalarText(node), at: place };
    if (isSeq(node))
      return { kind: 'list', items: node.items.map((item) => convert(item as YamlLibraryNode, place)), at: place };
    if (!isMap(node)) throw new PipelineFileError('Unexpected YAML.', place);
    const entries = node.items.map((pair): Entry => {
      const keyNode = pair.key as YamlLibraryNode;
      const keyAt = keyNode?.range ? at(keyNode.range[0]) : place;
      if (!isScalar(keyNode)) throw new PipelineFileError('A key must be plain text.', keyAt);
      return { key: scalarText(keyNode), keyAt, value: convert(pair.value as YamlLibraryNode | null, keyAt) };
    });
    return { kind: 'map', entries, at: place };
  };
  return convert(document.contents as YamlLibraryNode, at(0));
}

/** The text as written: `1.10` stays `1.10`, `yes` stays `yes`; null is empty. */
function scalarText(node: { value: unknown; source?: string; type?: string | undefined }): string {
  if (node.value === null) return '';
  return node.type === 'PLAIN' ? (node.source ?? String(node.value)) : String(node.value);
}
