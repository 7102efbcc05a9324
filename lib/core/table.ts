/** A table as plain data: a header and rows of cells that are already text. */
export interface Table {
  columns: string[];
  rows: string[][];
  /** Columns (by index) whose cells are right-aligned: numbers. */
  right?: number[];
}

/** The table as lines of text for a log, columns aligned, a rule under the header; a cell is one line, whatever is in it. */
export function textTable({ columns, rows: written, right = [] }: Table): string[] {
  const rows = written.map((row) => row.map(oneLine));
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [
    line(columns),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map((row) => line(columns.map((_, i) => row[i] ?? ''))),
  ];
}

/** The table as GitHub-flavoured Markdown; cells are escaped, so that they may hold anything. */
export function markdownTable({ columns, rows, right = [] }: Table): string[] {
  const line = (cells: string[]): string => `| ${cells.map(escapeLine).join(' | ')} |`;
  return [
    line(columns),
    `|${columns.map((_, i) => (right.includes(i) ? '---:' : '---')).join('|')}|`,
    ...rows.map((row) => line(columns.map((_, i) => row[i] ?? ''))),
  ];
}

/** Text from outside made harmless in Markdown, and on one line: for cells, list items and titles. */
export function escapeLine(text: string): string {
  return oneLine(escapeMarkdown(text));
}

/** Text on one line, whatever line ends are in it. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, ' ');
}

/** Text from outside made harmless in Markdown: no HTML, no table or link syntax. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[|[\]`*_\\]/g, '\\$&');
}
