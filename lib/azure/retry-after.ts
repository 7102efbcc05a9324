/**
 * Reads `Retry-After` (seconds or a date) and its variants in milliseconds.
 * @returns milliseconds from now
 */
export function readRetryAfter(header: (name: string) => string | undefined, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = Number(header(name) ?? Number.NaN);
    if (milliseconds >= 0) return milliseconds;
  }
  const text = header('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  // The date is by the service's clock, which the agent's may differ from.
  const sent = Date.parse(header('date') ?? '');
  return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(sent) ? now : sent));
}
