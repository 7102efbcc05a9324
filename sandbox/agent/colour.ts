/** The colours that the web page gives to formatted log lines, for a terminal. */
const colours: Record<string, number> = {
  section: 32,
  command: 34,
  error: 31,
  warning: 33,
  debug: 35,
  group: 1,
  endgroup: 2,
};

/** `##[error]text` in red, and so on; the tag itself is left out, as on the web page. */
export function colourLine(line: string): string {
  const match = /^(.*? \| )?##\[(\w+)\](.*)$/s.exec(line) ?? /^()\[(command)\](.*)$/s.exec(line);
  const colour = match && colours[match[2]!];
  if (!colour) return line;
  return `${match[1] ?? ''}\u001b[${colour}m${match[3]}\u001b[0m`;
}
