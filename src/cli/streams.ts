/**
 * Standard output and standard error. What a command finds does not depend on whether anybody reads it: a reader that leaves
 * (`| head`) ends the printing and nothing else, and standard error may be closed, full or without a reader.
 */
import type { Content } from '../mirror/base/disk.ts';
import { codeOf, messageOf } from '../mirror/base/failure.ts';

/** Why standard output took no more, in the system's words; null if it took everything or its reader left. */
let failure: string | null = null;

/** A stream that failed gets no more: each further write would fail as well. */
const isOpen = (stream: NodeJS.WriteStream): boolean => stream.errored === null && !stream.destroyed;

/** Whether a line on standard error can be drawn again. A terminal that calls itself dumb shows escape codes as text. */
export const isRedrawable = (): boolean => process.stderr.isTTY === true && process.env.TERM !== 'dumb';

/** Writes to standard error, if it takes it. */
export function say(text: string): void {
  if (isOpen(process.stderr)) process.stderr.write(text);
}

/** Writes to standard output, if it takes it. */
export function print(content: Content): void {
  if (isOpen(process.stdout)) process.stdout.write(content);
}

/** Must be called once, before anything is written: without a listener, a stream that fails ends the program. */
export function watchStreams(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE' || failure !== null) return;
    failure = messageOf(error);
    say(`pith-mirror: standard output: ${failure}\n`);
  });
}

/** Waits until standard output has taken everything. @returns whether it did, or its reader wanted no more. */
export async function isPrinted(): Promise<boolean> {
  if (isOpen(process.stdout)) await new Promise((resolve) => process.stdout.write('', resolve));
  // The error is reported after the write that failed.
  await new Promise(setImmediate);
  return failure === null;
}
