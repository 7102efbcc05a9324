/** The HTTPS listener that every server of the sandbox uses. */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A listening server. */
export interface HttpsServer {
  /** `https://127.0.0.1:{port}`, without a trailing slash. */
  url: string;
  port: number;
  /** Closes the port and every open connection. */
  stop(): Promise<void>;
}

/**
 * Starts an HTTPS server on 127.0.0.1.
 *
 * @param options.app an express application or any request listener
 * @param options.tls PEM texts of the certificate and its key
 * @param options.port a wished port, 0 or none for any free one; a wished port that is taken is replaced by a free one
 */
export async function startServer(options: {
  app: RequestListener;
  tls: { cert: string; key: string };
  port?: number | undefined;
}): Promise<HttpsServer> {
  const server = createServer({ cert: options.tls.cert, key: options.tls.key, keepAliveTimeout: 60_000 }, options.app);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(options.port ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' || !options.port) throw error;
    return listen(0);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
