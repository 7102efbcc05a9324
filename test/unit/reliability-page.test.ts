import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';

const page = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');
const table = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (fault|---)/.test(line));
const fileOf = (name: string): string =>
  join(ROOT, name.startsWith('test/') ? `${name}.test.ts` : `test/scenarios/${name}.test.ts`);

describe('the page on reliability', () => {
  it('names a test for every fault, and every test is there', () => {
    const faults = table.filter((line) => line.split(' | ').length === 3);
    assert.ok(faults.length > 30);
    for (const fault of faults) {
      const named = [...fault.split(' | ')[2]!.matchAll(/`([\w/-]+): ([^`]+)`/g)];
      assert.ok(named.length > 0, fault);
      for (const [, file = '', title = ''] of named) {
        assert.ok(existsSync(fileOf(file)), file);
        assert.ok(readFileSync(fileOf(file), 'utf8').includes(title), `${file}: ${title}`);
      }
    }
  });

  it('names every story', () => {
    const stories = readdirSync(join(ROOT, 'test/scenarios')).flatMap(
      (file) => /^(.+)\.test\.ts$/.exec(file)?.[1] ?? [],
    );
    for (const story of stories.filter((name) => name !== 'fake-azure'))
      assert.ok(page.includes(`\`${story}: `), story);
  });
});
