import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bootstrap, comparePredictions, parsePredictions } from '../../../lib/gate/paired.ts';

const csv = (...rows: string[]): string => ['id,label,prediction', ...rows].join('\n');
const compare = (ours: string, theirs: string) =>
  comparePredictions(parsePredictions(ours, 'ours.csv'), parsePredictions(theirs, 'theirs.csv'), 'theirs.csv').metrics;

describe('the paired test', () => {
  it('is the same every time, and 0 for the same predictions', () => {
    const values = Array.from({ length: 200 }, (_, index) => Math.sin(index * 7) + 0.1);
    assert.deepEqual(bootstrap(values), bootstrap(values));
    assert.deepEqual(bootstrap(Array.from({ length: 50 }, () => 0)), { difference: 0, low: 0, high: 0 });
  });

  it('has the difference inside of its interval, which is about two standard errors wide on each side', () => {
    const values = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 1 : 0));
    const { difference, low, high } = bootstrap(values);
    assert.equal(difference, 0.25);
    const error = Math.sqrt((0.25 * 0.75) / 400);
    assert.ok(Math.abs(difference - low - 1.96 * error) < error / 3, `${low}`);
    assert.ok(Math.abs(high - difference - 1.96 * error) < error / 3, `${high}`);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 }), (list) => {
        const found = bootstrap(list);
        assert.ok(found.low <= found.high);
      }),
      { numRuns: 30 },
    );
  });

  it('pairs examples by their ids, and measures errors where labels are numbers', () => {
    const metrics = compare(csv('a,1,1', 'b,2,2.5'), csv('b,2.0,4', 'a,1,1'));
    assert.equal(metrics.examples, 2);
    assert.equal(metrics['accuracy.difference'], 0);
    assert.equal(metrics['absolute_error.difference'], -0.75);
    assert.equal(metrics['squared_error.difference'], (0.25 - 4) / 2);
    const words = compare(csv('a,"x, y","x, y"'), csv('a,"x, y",z'));
    assert.equal(words['accuracy.difference'], 1);
    assert.equal(words['absolute_error.difference'], undefined);
  });

  it('refuses files that are not about the same examples', () => {
    const cases: [ours: string, theirs: string, said: RegExp][] = [
      [csv('a,1,1'), csv('b,1,1'), /it has no example 'a'/],
      [csv('a,1,1'), csv('a,1,1', 'b,1,1'), /it has 2 examples, the candidate's has 1/],
      [csv('a,1,1'), csv('a,2,1'), /has another label/],
      [csv('a,1,1', 'a,1,1'), csv('a,1,1'), /the id 'a' is there twice/],
      [csv('a,1,'), csv('a,1,1'), /a field of row 1 is empty/],
      [csv(), csv('a,1,1'), /it has no rows/],
      ['id,label\na,1', csv('a,1,1'), /has no column 'prediction'/],
      ['', csv('a,1,1'), /has no column 'label'/],
    ];
    for (const [ours, theirs, said] of cases) assert.throws(() => compare(ours, theirs), said, ours);
  });
});
