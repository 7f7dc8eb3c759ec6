/**
 * Bitcoin block headers that the user brings, in one of three forms:
 *
 * - a folder with a file `HEIGHT.hex` for each block: 160 hexadecimal digits;
 * - one such file: its name or its Merkle root says of which block;
 * - one binary file with the headers of all blocks from the first, 80 bytes each.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf, UsageError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { HEADER_LENGTH, type HeaderSource, parseBlockHeader, parseHeaderHex } from '../protocol/index.ts';

/** The first block of the chain. */
const GENESIS = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';
const READ_HEADERS = 4096;

export interface Headers {
  readonly headerAt: HeaderSource;
  /** How far the file is a chain from the first block on: the height of its last block; null for single headers. */
  readonly chainHeight: number | null;
}

function parseHex(path: string, text: string): Uint8Array {
  const header = parseHeaderHex(text);
  if (header === null)
    throw new UsageError(`${path}: expected a block header, 160 hexadecimal digits, got ${text.length} characters`);
  return header;
}

/**
 * Checks that each header follows the one before it and has the work that it claims. @returns the height of the last.
 */
function checkChain(path: string, progress: Progress): number {
  const descriptor = openSync(path, 'r');
  try {
    const count = fstatSync(descriptor).size / HEADER_LENGTH;
    progress.stage('checking block headers', count);
    const buffer = Buffer.alloc(READ_HEADERS * HEADER_LENGTH);
    let expected = '0'.repeat(64);
    for (let height = 0; height < count; ) {
      const bytes = readSync(descriptor, buffer, 0, buffer.length, height * HEADER_LENGTH);
      for (let at = 0; at + HEADER_LENGTH <= bytes; at += HEADER_LENGTH, height++) {
        const header = parseBlockHeader(buffer.subarray(at, at + HEADER_LENGTH));
        if (header.previous !== expected || !header.hasWork || (height === 0 && header.hash !== GENESIS))
          throw new UsageError(`${path}: the header at height ${height} is not the next one of the Bitcoin chain`);
        expected = header.hash;
        progress.step();
      }
      if (bytes < HEADER_LENGTH) throw new UsageError(`${path}: ended while it was read`);
    }
    return count - 1;
  } finally {
    closeSync(descriptor);
  }
}

function headerOfChain(path: string, height: number): Uint8Array | null {
  const descriptor = openSync(path, 'r');
  try {
    const header = new Uint8Array(HEADER_LENGTH);
    return readSync(descriptor, header, 0, HEADER_LENGTH, height * HEADER_LENGTH) === HEADER_LENGTH ? header : null;
  } finally {
    closeSync(descriptor);
  }
}

function headerInFolder(folder: string, height: number): Uint8Array | null {
  const path = join(folder, `${height}.hex`);
  try {
    return parseHex(path, readFileSync(path, 'latin1'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Opens headers in whichever form they are. A file of the whole chain is checked from the first block on.
 *
 * @throws UsageError if there is nothing at the path, or it has none of the three forms.
 */
export function openHeaders(path: string, progress: Progress): Headers {
  let status: ReturnType<typeof statSync>;
  try {
    status = statSync(path);
  } catch (error) {
    throw new UsageError(`--headers: ${messageOf(error)}`);
  }
  if (status.isDirectory()) return { headerAt: (height) => headerInFolder(path, height), chainHeight: null };
  if (status.size <= HEADER_LENGTH * 2 + 2) {
    const header = parseHex(path, readFileSync(path, 'latin1'));
    return { headerAt: () => header, chainHeight: null };
  }
  if (status.size % HEADER_LENGTH !== 0)
    throw new UsageError(
      `${path}: expected a block header in hexadecimal, or the headers of all blocks, 80 bytes each`,
    );
  const chainHeight = checkChain(path, progress);
  return { headerAt: (height) => headerOfChain(path, height), chainHeight };
}
