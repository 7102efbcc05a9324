import assert from 'node:assert/strict';
import { createShare, createSpread, type Traffic } from '../azureml/online/traffic.ts';

const counted = (names: (string | undefined)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[String(name)] = (counts[String(name)] ?? 0) + 1;
  return counts;
};

describe('traffic of online endpoints', () => {
  it('is spread exactly over every hundred requests', () => {
    const tries: Traffic[] = [
      { blue: 99, green: 1 },
      { blue: 70, green: 25, red: 5 },
      { blue: 0, green: 100 },
    ];
    for (const traffic of tries) {
      const fresh = createSpread();
      const expected = Object.fromEntries(Object.entries(traffic).filter(([, share]) => share > 0));
      assert.deepEqual(counted(Array.from({ length: 100 }, () => fresh(traffic))), expected);
    }
    assert.equal(createSpread()({}), undefined);
    assert.equal(createSpread()({ blue: 0 }), undefined);
  });

  it('comes to a small share early, and continues with other shares', () => {
    const spread = createSpread();
    const first = Array.from({ length: 10 }, () => spread({ blue: 90, green: 10 }));
    assert.equal(first.filter((name) => name === 'green').length, 1);
    const next = Array.from({ length: 100 }, () => spread({ blue: 50, green: 50 }));
    assert.equal(next.filter((name) => name === 'green').length, 50);
    assert.deepEqual(counted(Array.from({ length: 5 }, () => spread({ green: 100 }))), { green: 5 });
  });

  it('is mirrored in even steps', () => {
    const isCopied = createShare();
    const copies = Array.from({ length: 40 }, () => isCopied(25));
    assert.equal(copies.filter(Boolean).length, 10);
    assert.equal(copies.slice(0, 4).filter(Boolean).length, 1);
  });
});
