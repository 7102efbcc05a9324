import type { MetricHistory } from '../azureml/metric-history.ts';
import { formatMetric } from '../azureml/metrics.ts';
import type { Table } from '../core/table.ts';

const LEVELS = [...'▁▂▃▄▅▆▇█'];
/** Characters of a line of a metric's course. */
const WIDEST = 24;

/** How metrics went over time, one per row; what was logged once has no course. */
export function historyTable(histories: Readonly<Record<string, MetricHistory>>): Table {
  const show = (value: number): string => (Number.isFinite(value) ? formatMetric(value) : '');
  const rows = Object.entries(histories).flatMap(([name, { points, isCut }]) => {
    if (points.length < 2) return [];
    const numbers = points.map(({ value }) => (typeof value === 'number' ? value : Number.NaN));
    const finite = numbers.filter(Number.isFinite);
    const [first, last] = [points[0]!.value, points.at(-1)!.value];
    const lowest = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const highest = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const count = isCut ? `more than ${points.length}` : String(points.length);
    return [[name, count, formatMetric(first), show(lowest), show(highest), formatMetric(last), sparkline(numbers)]];
  });
  return {
    columns: ['Metric', 'Values', 'First', 'Lowest', 'Highest', 'Last', 'Course'],
    rows,
    right: [1, 2, 3, 4, 5],
  };
}

/** Values as a line of bars, the last of each share; `×` for what is not a finite number. */
export function sparkline(values: readonly number[]): string {
  const width = Math.min(WIDEST, values.length);
  const shown = Array.from(
    { length: width },
    (_, index) => values[Math.ceil(((index + 1) * values.length) / width) - 1]!,
  );
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const bar = (value: number): string => {
    if (!Number.isFinite(value)) return '×';
    if (high === low) return LEVELS[3]!;
    // Halves, since the difference of two doubles may be too large for one.
    const part = (value / 2 - low / 2) / (high / 2 - low / 2);
    return LEVELS[Math.round(part * (LEVELS.length - 1))] ?? LEVELS[0]!;
  };
  return shown.map(bar).join('');
}
