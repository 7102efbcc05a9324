/** Misbehaviour on request: what a client meets on a bad day, made repeatable. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Fault, Faults } from './contracts.ts';

/** Faults together with the express middleware that commits them. */
export interface FaultInjection extends Faults {
  middleware(request: Request, response: Response, next: NextFunction): void;
  /** True once per `expireToken` fault that hit this request: the authentication then treats the token as expired. */
  tokenExpired(request: IncomingMessage): boolean;
}

/** Makes a list of faults; each counts down its `times` (one when not given) and then lets requests pass. */
export function createFaults(): FaultInjection {
  const pending: { fault: Fault; pattern: RegExp; left: number }[] = [];
  const expired = new WeakSet<IncomingMessage>();

  const take = (request: Request): Fault | undefined => {
    const text = `${request.method} ${request.originalUrl}`;
    const index = pending.findIndex((entry) => entry.pattern.test(text));
    const entry = pending[index];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) pending.splice(index, 1);
    return entry.fault;
  };

  return {
    add(fault) {
      pending.push({ fault, pattern: new RegExp(fault.match), left: fault.times ?? 1 });
    },
    clear() {
      pending.length = 0;
    },
    tokenExpired: (request) => expired.has(request),
    middleware(request, response, next) {
      const fault = take(request);
      switch (fault?.kind) {
        case undefined:
          return next();
        case 'reset':
          request.socket.destroy();
          return;
        case 'slow':
          setTimeout(next, fault.delayMs ?? 1000).unref();
          return;
        case 'expireToken':
          expired.add(request);
          return next();
        case 'lag':
          response.locals.listsLagSeconds = fault.lagSeconds ?? 10;
          return next();
        case 'truncate':
          truncateAnswer(response);
          return next();
        case 'status': {
          const status = fault.status ?? 503;
          if (fault.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(fault.retryAfterSeconds));
          response.status(status).json(fault.body ?? defaultBody(status));
          return;
        }
      }
    },
  };
}

/** Announces the whole body, sends half of it and closes the connection. */
function truncateAnswer(response: ServerResponse): void {
  const chunks: Buffer[] = [];
  const collect = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
  };
  const end = response.end.bind(response);
  response.write = ((chunk: unknown) => {
    collect(chunk);
    return true;
  }) as typeof response.write;
  response.end = ((chunk?: unknown) => {
    collect(chunk);
    const body = Buffer.concat(chunks);
    if (body.length < 2) return end();
    response.setHeader('Content-Length', String(body.length));
    response.writeHead(response.statusCode);
    response.socket?.write('');
    // The raw write bypasses the body bookkeeping of ServerResponse, which would refuse to end early.
    response.flushHeaders();
    response.socket?.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
    return response;
  }) as typeof response.end;
}

function defaultBody(status: number): object {
  const code = status === 429 ? 'TooManyRequests' : status === 503 ? 'ServiceUnavailable' : 'InternalServerError';
  return { error: { code, message: `The sandbox was asked to answer this request with ${status}.` } };
}
