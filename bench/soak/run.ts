/**
 * `npm run bench:soak`: 50 jobs followed together by 50 processes of the built task, and one job of twelve hours by a clock
 * that jumps, both with faults in 5 % of the answers. Fails when a job is lost or misreported, a line of a log is missing or
 * comes twice, or memory grows. `SOAK_JOBS` and `SOAK_SECONDS` make it smaller.
 */
import { build } from '../../scripts/build.ts';
import { followLongJob } from './long-job.ts';
import { followManyJobs } from './many-jobs.ts';

const long = await followLongJob();
console.log('One job of twelve hours:', JSON.stringify(long));
await build();
const many = await followManyJobs({
  jobs: Number(process.env.SOAK_JOBS ?? 50),
  seconds: Number(process.env.SOAK_SECONDS ?? 120),
});
console.log('Many jobs:', JSON.stringify(many));

const grows =
  (long.heap.at(-1) ?? 0) > (long.heap[0] ?? 0) * 1.2 + 2 || many.memory.last > many.memory.first * 1.2 + 10;
const isRight = long.status === 'Completed' && long.inOrder && long.shown === long.written && many.lost.length === 0;
if (!isRight || grows) {
  console.error(grows ? 'Memory grows.' : 'A job or a line was lost.');
  process.exit(1);
}
