/** Passes a request on to the container of a deployment. */
import { request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Request } from 'express';

/** What the container answered. */
export interface Forwarded {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Headers that belong to one connection. */
const hopByHop = /^(connection|keep-alive|transfer-encoding|content-length|date|server|host)$/;
/** Headers of the request that the container doesn't get: what opens the endpoint stays outside. */
const outside = /^(authorization|azureml-model-deployment)$/;

/**
 * The container's answer; `timeout` when it takes longer than that, `broken` when the container goes away.
 * @param requestId by which logs of gateway and container are matched
 */
export function forward(
  port: number,
  { method, originalUrl, headers, body }: Request,
  requestId: string,
  timeoutMs: number,
): Promise<Forwarded | 'timeout' | 'broken'> {
  const content = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const passed = Object.entries(headers).filter(([name]) => !hopByHop.test(name) && !outside.test(name));
  return new Promise((resolve) => {
    const outgoing = send(
      {
        host: '127.0.0.1',
        port,
        method,
        path: originalUrl,
        agent: false,
        headers: {
          ...Object.fromEntries(passed.map(([name, value]) => [name, String(value)])),
          'x-ms-request-id': requestId,
          'content-length': content.length,
        },
      },
      (incoming) => {
        buffer(incoming).then(
          (answer) => finish({ status: incoming.statusCode ?? 0, headers: kept(incoming.headers), body: answer }),
          () => finish('broken'),
        );
      },
    );
    const timer = setTimeout(() => finish('timeout'), timeoutMs);
    const finish = (result: Forwarded | 'timeout' | 'broken') => {
      clearTimeout(timer);
      resolve(result);
      if (result === 'timeout') outgoing.destroy();
    };
    outgoing.on('error', () => finish('broken'));
    outgoing.end(content);
  });
}

const kept = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !hopByHop.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
