/**
 * Loaded before a built task (`node --require`): time passes `SCENARIO_SPEED` times as fast in that process, for its timers as
 * well as for its clock. Stories whose point is how many minutes a task has patience are told in seconds that way, and the
 * task knows nothing of it.
 */
const timers = require('node:timers');
const promises = require('node:timers/promises');

const speed = Number(process.env.SCENARIO_SPEED);
const RealDate = Date;
const begin = RealDate.now();
const now = () => Math.round(begin + (RealDate.now() - begin) * speed);

globalThis.Date = class extends RealDate {
  constructor(...time) {
    if (time.length === 0) super(now());
    else super(...time);
  }
  static now() {
    return now();
  }
};

const faster =
  (original) =>
  (hear, milliseconds, ...values) =>
    original(hear, (milliseconds ?? 0) / speed, ...values);
for (const name of ['setTimeout', 'setInterval']) globalThis[name] = timers[name] = faster(timers[name]);
const delay = promises.setTimeout;
promises.setTimeout = (milliseconds, ...more) => delay((milliseconds ?? 0) / speed, ...more);
