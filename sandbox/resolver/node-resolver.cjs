// Preloaded into client processes with NODE_OPTIONS=--require: resolves names ending in `.localhost` to 127.0.0.1, which
// the C resolver of many Linux systems doesn't do. Everything else goes to the original lookup.
const dns = require('node:dns');

const isLocal = (name) => typeof name === 'string' && /\.localhost\.?$/i.test(name);
const address = '127.0.0.1';

const lookup = dns.lookup;
dns.lookup = function localLookup(hostname, options, callback) {
  if (!isLocal(hostname)) return lookup.call(this, hostname, options, callback);
  const done = typeof options === 'function' ? options : callback;
  const all = typeof options === 'object' && options !== null && options.all;
  process.nextTick(() => (all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)));
};

const lookupPromise = dns.promises.lookup;
dns.promises.lookup = async function localLookup(hostname, options) {
  if (!isLocal(hostname)) return lookupPromise.call(this, hostname, options);
  const all = typeof options === 'object' && options !== null && options.all;
  return all ? [{ address, family: 4 }] : { address, family: 4 };
};
