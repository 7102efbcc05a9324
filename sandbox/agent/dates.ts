/** Dates in the format strings of .NET that pipelines use: custom formats, in English, in UTC. */

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

function part(specifier: string, date: Date): string | undefined {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const hour12 = hour % 12 || 12;
  const parts: Record<string, string> = {
    yyyy: pad(year, 4),
    yy: pad(year % 100),
    MMMM: months[month]!,
    MMM: months[month]!.slice(0, 3),
    MM: pad(month + 1),
    M: String(month + 1),
    dddd: days[date.getUTCDay()]!,
    ddd: days[date.getUTCDay()]!.slice(0, 3),
    dd: pad(day),
    d: String(day),
    HH: pad(hour),
    H: String(hour),
    hh: pad(hour12),
    h: String(hour12),
    mm: pad(minute),
    m: String(minute),
    ss: pad(second),
    s: String(second),
    tt: hour < 12 ? 'AM' : 'PM',
    zzz: '+00:00',
    zz: '+00',
    K: 'Z',
  };
  if (/^f{1,7}$/.test(specifier)) return pad(date.getUTCMilliseconds(), 3).padEnd(7, '0').slice(0, specifier.length);
  return parts[specifier];
}

/**
 * The date in a custom format such as `yyyyMMdd` or `yyyy-MM-dd HH:mm:ss`; letters in quotes or after a backslash stay as
 * they are. Throws for a specifier that is not known.
 */
export function formatDate(format: string, date: Date): string {
  return format.replace(/'([^']*)'|\\(.)|([A-Za-z])\3*/g, (match, quoted?: string, escaped?: string) => {
    const literal = quoted ?? escaped;
    if (literal !== undefined) return literal;
    const text = part(match, date);
    if (text === undefined) throw new Error(`The date format '${format}' has the unknown specifier '${match}'.`);
    return text;
  });
}

/** The number of the day in its year, 1 to 366. */
export function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}
