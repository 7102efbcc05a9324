// Runs Azurite's blob server in a worker thread: its own environment (the account's key) and nothing left after
// terminate(). Azurite as a library has no telemetry: only its command-line entry starts that.
const { parentPort, workerData } = require('node:worker_threads');
const { join } = require('node:path');
// Azurite's own dependency, wherever npm put it.
const jwt = require(require.resolve('jsonwebtoken', { paths: [require.resolve('azurite/package.json')] }));
const BlobConfiguration = require('azurite/dist/src/blob/BlobConfiguration').default;
const BlobServer = require('azurite/dist/src/blob/BlobServer').default;
const BlobTokenAuthenticator = require('azurite/dist/src/blob/authentication/BlobTokenAuthenticator').default;
const StorageErrorFactory = require('azurite/dist/src/blob/errors/StorageErrorFactory').default;
const logger = require('azurite/dist/src/common/Logger');

const { folder, port, certFile, keyFile, publicKeyPem } = workerData;

// Azurite reads a bearer token without checking its signature; the sandbox refuses forged ones.
const { authenticateBasic, validate } = BlobTokenAuthenticator.prototype;
BlobTokenAuthenticator.prototype.authenticateBasic = async function checkSignature(token, context) {
  try {
    jwt.verify(token, publicKeyPem, { algorithms: ['RS256'] });
  } catch {
    throw StorageErrorFactory.getAuthenticationFailed(context.contextId, 'Signature validation failed.');
  }
  return authenticateBasic.call(this, token, context);
};

// Azurite knows no roles: a token of a reader may not write.
BlobTokenAuthenticator.prototype.validate = async function checkRole(request, context) {
  const accepted = await validate.call(this, request, context);
  const claims = accepted ? jwt.decode(request.getHeader('authorization').replace(/^Bearer +/i, '')) : undefined;
  if (claims?.role === 'reader' && !['GET', 'HEAD'].includes(request.getMethod())) {
    throw StorageErrorFactory.getAuthorizationPermissionMismatch(context.contextId);
  }
  return accepted;
};

// Azurite's in-memory database uses the index of a query's first property alone, and Azurite asks by account and container
// first, which all blobs share: every look-up would read all of them. The blob's own name leads to it directly.
const loki = require(require.resolve('lokijs', { paths: [require.resolve('azurite/package.json')] }));
const { findOne } = loki.Collection.prototype;
loki.Collection.prototype.findOne = function findByNameFirst(query) {
  const { name, ...rest } = query ?? {};
  const isByName = typeof name === 'string' && 'containerName' in rest && !('blobName' in rest);
  return findOne.call(this, isByName ? { name, ...rest } : query);
};

async function start() {
  logger.configLogger(false);
  const extents = [{ locationId: 'Default', locationPath: join(folder ?? '', 'extents'), maxConcurrency: 50 }];
  const server = new BlobServer(
    new BlobConfiguration(
      '127.0.0.1',
      port,
      65,
      join(folder ?? '', 'blobs.json'),
      join(folder ?? '', 'extents.json'),
      extents,
      false, // access log
      undefined,
      false, // debug log
      undefined,
      false, // loose
      true, // skipApiVersionCheck
      certFile,
      keyFile,
      '',
      'basic',
      false, // production-style URLs stay on
      folder === undefined,
    ),
  );
  await server.start();
  parentPort.on('message', async () => {
    await server.close();
    parentPort.postMessage({ closed: true });
  });
  parentPort.postMessage({ port: Number(new URL(server.getHttpServerAddress()).port) });
}

start().catch((error) => parentPort.postMessage({ error: error.message, code: error.code }));
