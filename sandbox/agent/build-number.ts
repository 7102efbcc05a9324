/** The run's number from the pipeline's `name:`. */
import { dayOfYear, formatDate } from './dates.ts';
import { expandMacros } from './variables.ts';

/** What a run's number may not contain (documented with run numbers). */
const forbidden = /["/:<>\\|?@*]/;
const maxLength = 255;

/** The tokens that are documented for run numbers and mean nothing elsewhere; numbers are not padded. */
function tokens(date: Date, lookUp: (name: string) => string | undefined): Record<string, string | undefined> {
  return {
    builddefinitionname: lookUp('Build.DefinitionName'),
    buildid: lookUp('Build.BuildId'),
    dayofmonth: String(date.getUTCDate()),
    dayofyear: String(dayOfYear(date)),
    hours: String(date.getUTCHours()),
    minutes: String(date.getUTCMinutes()),
    month: String(date.getUTCMonth() + 1),
    seconds: String(date.getUTCSeconds()),
    sourcebranchname: lookUp('Build.SourceBranchName'),
    teamproject: lookUp('System.TeamProject'),
    'year:yy': formatDate('yy', date),
    'year:yyyy': formatDate('yyyy', date),
  };
}

/**
 * Expands the documented tokens, `$(Date:yyyyMMdd)` and `$(Rev:r)` (`.r` with its leading dot) among them, and
 * `$(variable)`; dates are in UTC. Throws when the number has characters that the service refuses.
 */
export function formatBuildNumber(
  format: string,
  date: Date,
  revision: number,
  lookUp: (name: string) => string | undefined,
): string {
  const dated = format.replace(/\$\(Date:([^)]*)\)/gi, (_, text: string) => formatDate(text, date));
  const revised = dated.replace(
    /\$\(Rev:(\.?)(r+)\)/gi,
    (_, dot: string, r: string) => dot + String(revision).padStart(r.length, '0'),
  );
  const known = tokens(date, lookUp);
  const number = expandMacros(revised, (name) => known[name.toLowerCase()] ?? lookUp(name));
  if (forbidden.test(number) || number.length > maxLength || number.endsWith('.'))
    throw new Error(
      `The run's number '${number}', made from 'name: ${format}', contains invalid characters, is too long or ends with '.'. It may have ${maxLength} characters; not allowed are " / : < > \\ | ? @ and *.`,
    );
  return number;
}
