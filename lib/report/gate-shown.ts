import { formatMetric } from '../azureml/metrics.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { escapeMarkdown, markdownTable, type Table } from '../core/table.ts';
import type { Picture, Pictures } from '../gate/pictures.ts';
import type { SweepTrials } from '../gate/trials.ts';
import { historyTable } from './history-table.ts';
import { messages } from './messages.ts';

/** Pictures and trials that the summary has; the record has more of them. */
const MOST_ROWS = 20;

type Translate = (sentence: FilledMessage) => string;

/** What the summary shows beside the last values: how metrics went, what a sweep tried, and which pictures there are. */
export function shownLines({ measured, sweeps, images }: Pictures, translate: Translate): string[] {
  const histories = historyTable(measured.histories);
  return [
    ...(histories.rows.length > 0 ? [...markdownTable(histories), ''] : []),
    ...sweeps.flatMap((sweep) => trialLines(sweep, translate)),
    ...(images.length > 0 ? pictureLines(images, translate) : []),
  ];
}

function trialLines(sweep: SweepTrials, translate: Translate): string[] {
  const more = sweep.left + Math.max(0, sweep.trials.length - MOST_ROWS);
  return [
    escapeMarkdown(translate(fill(messages.GateTrials, { sweep: sweep.sweep, metric: sweep.metric }))),
    '',
    ...markdownTable(trialTable(sweep)),
    '',
    ...(more > 0 ? [translate(fill(messages.GateMore, { more })), ''] : []),
  ];
}

/** What a sweep tried and what came of it, the best trial first. */
export function trialTable({ metric, trials }: SweepTrials): Table {
  return {
    columns: ['Trial', 'Parameters', metric, 'Status'],
    rows: trials.slice(0, MOST_ROWS).map(({ runId, parameters, value, status, isBest }) => [
      isBest ? `${runId} (best)` : runId,
      Object.entries(parameters)
        .map(([name, text]) => `${name} = ${text}`)
        .join(', '),
      value === undefined ? '' : formatMetric(value),
      status,
    ]),
    right: [2],
  };
}

/**
 * The pictures by name. The summary can't show them: it is Markdown that takes pictures from addresses alone, and those of
 * attachments are not known to a task.
 */
function pictureLines(images: readonly Picture[], translate: Translate): string[] {
  const more = images.length - MOST_ROWS;
  const rows = images
    .slice(0, MOST_ROWS)
    .map(({ path, kept }) => [path, kept ? sizeOf(kept.content) : '', kept?.name ?? '']);
  return [
    translate(fill(messages.GatePictures)),
    '',
    ...markdownTable({ columns: ['Picture', 'Size', 'File'], rows, right: [1] }),
    '',
    ...(more > 0 ? [translate(fill(messages.GateMore, { more })), ''] : []),
  ];
}

function sizeOf({ length }: Buffer): string {
  return length < 1000 ? `${length} B` : `${Math.round(length / 1000)} kB`;
}
