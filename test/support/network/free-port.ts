/** Servers that must be told their port. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Ports that are tried: another program may get one between its choice and its use, but hardly several in a row. */
const PORTS = 5;
/** For a server that never answers, in milliseconds. */
const PATIENCE_MS = 120_000;

/** A port of the loopback interface that nothing used a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('expected a port');
  return address.port;
}

export interface Served {
  /** `http://127.0.0.1:43210`. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Starts a server on a free port, and on another one if it ends before it answers, as it does if its port was taken meanwhile.
 *
 * @param start starts it, with its standard error as a pipe.
 * @param isIts whether an answer is its own, and not that of whoever else has the port.
 */
export async function startOnFreePort(
  start: (port: number) => ChildProcess,
  isIts: (origin: string) => Promise<boolean>,
): Promise<Served> {
  let said = '';
  for (let ports = 0; ports < PORTS; ports++) {
    const port = await freePort();
    const child = start(port);
    child.stderr?.on('data', (data: Buffer) => {
      said += data;
    });
    const ended = once(child, 'exit');
    const origin = `http://127.0.0.1:${port}`;
    const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
    const close = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    for (const limit = performance.now() + PATIENCE_MS; isRunning(); await wait(25)) {
      if (await isIts(origin).catch(() => false)) return { origin, close };
      if (performance.now() < limit) continue;
      await close();
      throw new Error(`the server did not answer: ${said}`);
    }
  }
  throw new Error(`the server did not start on any of ${PORTS} ports: ${said}`);
}
