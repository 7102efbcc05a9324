/**
 * `npm run bench:start`: how long every task's process takes from its start to its end when nothing is configured, which is
 * what loading the bundle costs, and how large the bundle is. With the folder of another build (`-- <its build/extension>`)
 * the two run in turn and the ratios other / this are printed; above 1 this one is better. `BENCH_ROUNDS` is the number of
 * rounds (31).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { textTable } from '../../lib/core/table.ts';
import { build } from '../../scripts/build.ts';
import { STAGE } from '../../scripts/layout.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 31);

/** Milliseconds that the process of a task takes to say which input is missing. */
function start(bundle: string): number {
  const before = performance.now();
  const { stdout } = spawnSync(process.execPath, [bundle], { env: { PATH: process.env.PATH ?? '' }, encoding: 'utf8' });
  const took = performance.now() - before;
  if (!stdout.includes('##vso[task.complete')) throw new Error(`${bundle} did not run:\n${stdout}`);
  return took;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(): Promise<void> {
  const other = process.argv[2];
  const rows: string[][] = [];
  for (const { path } of await build()) {
    const sides = [STAGE, ...(other ? [other] : [])].map((folder) => ({
      file: join(folder, path),
      times: [] as number[],
    }));
    if (sides.some(({ file }) => !existsSync(file))) continue; // A task that the other build does not have.
    for (let round = 0; round < ROUNDS; round++)
      for (const { file, times } of round % 2 ? sides : sides.toReversed()) times.push(start(file));
    const times = sides.map((side) => median(side.times));
    const sizes = sides.map(({ file }) => statSync(file).size / 1024);
    const both = (values: number[], digits: number): string[] => [
      values.map((value) => value.toFixed(digits)).join(' / '),
      ...(values.length > 1 ? [(values[1]! / values[0]!).toFixed(2)] : []),
    ];
    rows.push([path.split('/')[1]!, ...both(times, 0), ...both(sizes, 0)]);
  }
  const columns = other ? ['Task', 'ms', 'Ratio', 'KB', 'Ratio'] : ['Task', 'ms', 'KB'];
  for (const line of textTable({ columns, rows, right: columns.map((_, i) => i).slice(1) })) console.log(line);
}

await main();
