/** Finds and reads logging commands, `##vso[area.event key=value;]data`, exactly as the agent does (Command.cs). */

export interface Command {
  area: string;
  event: string;
  /** Keys in lower case and NOT trimmed: in `a=1; b=2` the second key is ` b`, which nothing ever matches. */
  properties: Map<string, string>;
  data: string;
}

const prefix = '##vso[';

/** The agent's order matters: percent signs come last, so `%AZP253B` becomes `%3B`, not `;`. */
export function unescapeCommand(text: string, decodePercents = true): string {
  const partly = text.replaceAll('%3B', ';').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%5D', ']');
  return decodePercents ? partly.replaceAll('%AZP25', '%') : partly;
}

/** .NET's `Split('=', 2, RemoveEmptyEntries)`: equals signs before the key and right behind it vanish. */
function readProperty(text: string): [string, string] | undefined {
  const trimmed = text.replace(/^=+/, '');
  const at = trimmed.indexOf('=');
  if (at < 0) return undefined;
  const value = trimmed.slice(at).replace(/^=+/, '');
  return value === '' ? undefined : [trimmed.slice(0, at), value];
}

/** The command in this line of output, or undefined when there is none that is well formed. */
export function parseCommand(line: string, decodePercents = true): Command | undefined {
  const start = line.indexOf(prefix);
  if (start < 0) return undefined;
  const end = line.indexOf(']', start);
  if (end < 0) return undefined;
  const header = line.slice(start + prefix.length, end);
  const space = header.indexOf(' ');
  const names = (space < 0 ? header : header.slice(0, space)).split('.').filter((part) => part !== '');
  if (names.length !== 2) return undefined;
  const properties = new Map<string, string>();
  for (const part of space < 0 ? [] : header.slice(space + 1).split(';')) {
    const property = readProperty(part);
    if (property) properties.set(property[0].toLowerCase(), unescapeCommand(property[1], decodePercents));
  }
  return {
    area: names[0]!.toLowerCase(),
    event: names[1]!.toLowerCase(),
    properties,
    data: unescapeCommand(line.slice(end + 1), decodePercents),
  };
}

/** Whether the line looks like a command that `parseCommand` could not read. */
export function mentionsCommand(line: string): boolean {
  return line.includes('##vso');
}

/** The agent's reading of boolean properties: 1, true, $true; anything else is false. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', '$true'].includes(value.toLowerCase());
}
