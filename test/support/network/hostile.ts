/** Hosts that break HTTP itself, or bend it to cost a client memory and time; see stand-in.ts for those that only lie. */
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Behaviour } from './stand-in.ts';

/** Writes bytes as they are, in place of an answer that a server could give. */
const raw =
  (write: (socket: Socket) => void): Behaviour =>
  (_request, response) => {
    const { socket } = response;
    if (socket === null) return;
    // The client leaves when it has had enough.
    socket.on('error', () => undefined);
    write(socket);
  };

/** The same part again and again, as fast as the client takes it or with a pause, until the client leaves. */
function repeat(socket: Socket, part: string | Uint8Array, pause = 0): void {
  const next = (): void => {
    if (socket.destroyed || !socket.writable) return;
    socket.write(part, () => (pause > 0 ? setTimeout(next, pause) : setImmediate(next)));
  };
  next();
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** An answer in full, and the end of the connection. */
export const rawAnswer = (text: string): Behaviour => raw((socket) => socket.end(text));

/** Headers without end. */
export const headerBomb: Behaviour = raw((socket) => {
  socket.write('HTTP/1.1 200 OK\r\n');
  repeat(socket, `x-${'a'.repeat(60)}: ${'b'.repeat(900)}\r\n`);
});

/** One line of the head at a time, and never the last one. */
export const slowHead: Behaviour = raw((socket) => {
  socket.write('HTTP/1.1 200 OK\r\n');
  repeat(socket, 'x-a: b\r\n', 20);
});

/** Heads that only say that the answer will come. */
export const earlyHints: Behaviour = raw((socket) => repeat(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 5));

/** A chunk whose length has an extension without end. */
export const chunkExtension: Behaviour = raw((socket) => {
  socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n1;x=`);
  repeat(socket, 'a'.repeat(16_384), 5);
});

/** A gzip stream of empty blocks: bytes come for ever, and unpack to none. */
export const emptyGzip: Behaviour = raw((socket) => {
  // The header, and then stored blocks of no bytes.
  socket.write(`${HEAD}content-encoding: gzip\r\n\r\n`);
  socket.write(gzipSync('').subarray(0, 10));
  repeat(socket, Buffer.from('000000ffff'.repeat(200), 'hex'), 5);
});

/** Packed again and again: a bomb in a bomb. */
export function nestedGzip(times: number): Behaviour {
  let body: Uint8Array = Buffer.alloc(16 * 1024 * 1024, ' ');
  for (let i = 0; i < times; i++) body = gzipSync(body);
  return raw((socket) => {
    const codings = Array.from({ length: times }, () => 'gzip').join(', ');
    socket.write(`${HEAD}content-encoding: ${codings}\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.end(body);
  });
}
