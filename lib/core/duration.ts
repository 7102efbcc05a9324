const UNITS: [label: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Milliseconds as people say them: `1 h 4 min`, `12 s`, `0.4 s`. Two units at most. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(Math.max(0, milliseconds) / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  let rest = Math.round(milliseconds / 1000);
  const parts: string[] = [];
  for (const [label, seconds] of UNITS) {
    const count = Math.floor(rest / seconds);
    if (count > 0) parts.push(`${count} ${label}`);
    rest %= seconds;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** Seconds as an ISO-8601 duration, spelled as Python's `isodate` does: 3600 -> `PT1H`, 90061 -> `P1DT1H1M1S`. */
export function isoDuration(seconds: number): string {
  if (seconds === 0) return 'P0D';
  let rest = seconds;
  const take = (size: number): number => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count;
  };
  const days = take(86_400);
  const hours = take(3_600);
  const minutes = take(60);
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${rest ? `${rest}S` : ''}`;
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
}

const BYTE_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Bytes as people say them: `512 bytes`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1).replace(/\.0$/, '')} ${BYTE_UNITS[unit]}`;
}
