/** A calendar on loopback: promises every digest, and has some of them in a block later. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export type Manner =
  /** As a calendar does. */
  | 'good'
  /** Status 500. */
  | 'broken'
  /** More bytes than any timestamp has. */
  | 'endless'
  /** A page of HTML with status 200. */
  | 'html'
  /** Sends the client elsewhere. */
  | 'redirect';

export interface Calendar {
  readonly url: string;
  manner: Manner;
  /** Digests that were sent, in hexadecimal. */
  readonly promised: readonly string[];
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** From now on, the calendar says that this height has whatever it promised. */
  confirm(height: number): void;
}

const varbytes = (bytes: readonly number[]): readonly number[] => [bytes.length, ...bytes];

function leb128(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) | 0x80, ...leb128(Math.floor(value / 128))];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Starts one; it ends with the test file. */
export async function startCalendar(): Promise<Calendar> {
  const promised: string[] = [];
  const asked: string[] = [];
  let height: number | null = null;
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    const body = await bodyOf(request);
    if (calendar.manner === 'broken') return response.writeHead(500).end();
    if (calendar.manner === 'redirect') return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    if (calendar.manner === 'html') return response.writeHead(200).end('<!doctype html><title>Moved</title>');
    if (calendar.manner === 'endless') return response.writeHead(200).end(Buffer.alloc(100_000));
    const pending = [
      0,
      0x83,
      0xdf,
      0xe3,
      0x0d,
      0x2e,
      0xf9,
      0x0c,
      0x8e,
      ...varbytes(varbytes([...Buffer.from(calendar.url)])),
    ];
    if (request.method === 'POST' && request.url === '/digest') {
      promised.push(body.toString('hex'));
      // As real calendars do: a step of its own before the promise.
      return response.writeHead(200).end(Buffer.from([0xf1, 0x04, 1, 2, 3, 4, 0x08, ...pending]));
    }
    if (height === null) return response.writeHead(404).end('Pending confirmation in Bitcoin blockchain');
    const bitcoin = [0, 0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01, ...varbytes(leb128(height))];
    return response.writeHead(200).end(Buffer.from([0x08, 0x08, ...bitcoin]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const calendar: Calendar = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner: 'good',
    promised,
    asked,
    confirm: (at) => {
      height = at;
    },
  };
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return calendar;
}
