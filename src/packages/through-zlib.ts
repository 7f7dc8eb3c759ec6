/** Gives large files to a stream of zlib in little memory: a piece at a time, each in the same memory. */
import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * @param pieces each valid until the next one is asked for, which is when zlib has read all of it.
 * @param zlib a new stream.
 * @param see gets the result, a piece at a time.
 * @throws what `pieces` or `see` throws, or an error of zlib, whose code begins with `Z_`.
 */
export async function throughZlib(
  pieces: Iterable<Uint8Array>,
  zlib: Transform,
  see: (piece: Uint8Array) => void,
): Promise<void> {
  const ended = finished(zlib);
  // Whoever waits sees the failure; until then, it must not count as unhandled.
  ended.catch(() => undefined);
  zlib.on('data', (piece: Uint8Array) => {
    try {
      see(piece);
    } catch (error) {
      zlib.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  try {
    for (const piece of pieces) {
      const taken = new Promise<void>((resolve) => zlib.write(piece, () => resolve()));
      await Promise.race([taken, ended]);
    }
    zlib.end();
    await ended;
  } finally {
    zlib.destroy();
  }
}
