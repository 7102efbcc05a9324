/** The run's number from the pipeline's `name:`. */
import { expandMacros } from './variables.ts';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

function formatDate(format: string, date: Date): string {
  const parts: Record<string, string> = {
    yyyy: String(date.getFullYear()),
    yy: pad(date.getFullYear() % 100),
    MM: pad(date.getMonth() + 1),
    M: String(date.getMonth() + 1),
    dd: pad(date.getDate()),
    d: String(date.getDate()),
    HH: pad(date.getHours()),
    mm: pad(date.getMinutes()),
    ss: pad(date.getSeconds()),
  };
  return format.replace(/yyyy|yy|MM|M|dd|d|HH|mm|ss/g, (part) => parts[part]!);
}

/** Expands `$(Date:yyyyMMdd)`, `$(Rev:r)` (`.r` with its leading dot) and `$(variable)`. */
export function formatBuildNumber(
  format: string,
  date: Date,
  revision: number,
  lookUp: (name: string) => string | undefined,
): string {
  const dated = format.replace(/\$\(Date:([^)]*)\)/gi, (_, text: string) => formatDate(text, date));
  const revised = dated.replace(/\$\(Rev:(\.?)(r+)\)/gi, (_, dot: string, r: string) => dot + pad(revision, r.length));
  return expandMacros(revised, lookUp);
}
