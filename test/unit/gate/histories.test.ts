import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { gateMarkdown } from '../../../lib/report/gate-report.ts';
import { historyTable, sparkline } from '../../../lib/report/history-table.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const history = (values: (number | string)[], isCut = false) => ({
  points: values.map((value, step) => ({ step, value: typeof value === 'number' ? value : { found: value } })),
  isCut,
});

describe('values over time in the report', () => {
  it('are the first, the lowest, the highest and the last one, and how they went', () => {
    const { rows } = historyTable({
      loss: history([1, 0.5, 0.25, 0.3]),
      auc: history([0.5, Number.NaN, 0.9], true),
      constant: history([2, 2]),
      once: history([1]),
      odd: history(['null', 'null']),
    });
    assert.deepEqual(rows, [
      ['loss', '4', '1', '0.25', '1', '0.3', '█▃▁▁'],
      ['auc', 'more than 3', '0.5', '0.5', '0.9', '0.9', '▁×█'],
      ['constant', '2', '2', '2', '2', '2', '▄▄'],
      ['odd', '2', 'null', '', '', 'null', '××'],
    ]);
  });

  it('fit on a line, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 500 }), (values) => {
        const line = sparkline(values);
        assert.ok([...line].length <= 24);
        assert.match(line, /^[▁▂▃▄▅▆▇█×]*$/u);
        assert.equal(line === '', values.length === 0);
      }),
    );
    const rising = sparkline(Array.from({ length: 1_000 }, (_, index) => index));
    assert.equal(rising, [...rising].sort().join(''));
    assert.ok(rising.startsWith('▁') && rising.endsWith('█'));
  });

  it('are on the summary page with trials and the names of pictures, and nothing of them is Markdown', () => {
    const found = { ...measured({ 'a|b': 1 }), histories: { 'a|b': history([0, 1]) } };
    const report = judge(parseRules('metrics["a|b"] > 0', GATE_VARIABLES), found, undefined);
    const kept = { name: 'model-gate-picture-1-p0.png', content: Buffer.alloc(2_400) };
    const images = Array.from({ length: 30 }, (_, index) => ({
      run: 'r',
      path: `p${index}<img src=x>.png`,
      ...(index === 0 ? { kept } : {}),
    }));
    const trial = { status: 'Completed', parameters: { 'l|r': '<b>' }, value: 0.5, isBest: false };
    const trials = Array.from({ length: 25 }, (_, index) => ({ ...trial, runId: `s_${index}`, isBest: index === 0 }));
    const markdown = gateMarkdown(report, { candidate: 'job j', candidateUrl: '', baseline: undefined }, undefined, {
      measured: found,
      images,
      sweeps: [{ sweep: 's', metric: 'a|b', trials, left: 3 }],
    });
    assert.match(markdown, /\| a\\\|b \| 2 \| 0 \| 0 \| 1 \| 1 \| ▁█ \|/);
    assert.match(markdown, /\| p0&lt;img src=x&gt;\.png \| 2 kB \| model-gate-picture-1-p0\.png \|/);
    assert.match(markdown, /\| p19&lt;img src=x&gt;\.png \| {2}\| {2}\|\n\n\.\.\. and 10 more\./);
    assert.match(markdown, /\| s\\_0 \(best\) \| l\\\|r = &lt;b&gt; \| 0\.5 \| Completed \|\n\| s\\_1 \|/);
    assert.match(markdown, /\| s\\_19 \|.*\n\n\.\.\. and 8 more\./);
    assert.doesNotMatch(markdown, /<img|<b>/);
  });
});
