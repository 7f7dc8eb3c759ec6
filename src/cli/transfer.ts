/** Progress of a transfer on standard error: files, bytes, rate and the time that is left. */
import type { TransferProgress } from '../network/sync/options.ts';
import { isRedrawable, say } from './streams.ts';
import { TerminalProgress } from './terminal.ts';

/** Bytes with a unit, as people read them: `14.1 kB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, size] =
    bytes < 1e6 ? (['kB', 1e3] as const) : bytes < 1e9 ? (['MB', 1e6] as const) : (['GB', 1e9] as const);
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** A duration in the unit that suits it: `40 s`, `12 min`, `4.3 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Seconds between two lines without a terminal: often enough for a log. */
const LINE_EVERY = 60;
/** Seconds between two redraws on a terminal. */
const REDRAW_EVERY = 0.2;

/** What a transfer has done, in one line. @param seconds since the stage began. */
export function formatTransfer(done: number, total: number | null, bytes: number, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [total === null ? `${done} files` : `${done} of ${total} files`, formatBytes(bytes)];
  if (rate > 0) parts.push(`${rate.toFixed(1)} files/s`);
  if (rate > 0 && total !== null && total > done) parts.push(`about ${formatDuration((total - done) / rate)} left`);
  return parts.join(', ');
}

export class TerminalTransfer extends TerminalProgress implements TransferProgress {
  readonly #isLive = isRedrawable();
  #stage = '';
  #files: number | null = null;
  #finished = 0;
  #bytes = 0;
  #began = 0;
  #told = 0;

  override stage(name: string, total: number | null): void {
    super.stage(name, total);
    this.#stage = name;
    this.#files = total;
    this.#finished = 0;
    this.#bytes = 0;
    this.#began = performance.now();
    this.#told = this.#began;
  }

  override step(): void {
    this.#finished += 1;
    this.#tell();
  }

  received(bytes: number): void {
    this.#bytes += bytes;
    this.#tell();
  }

  #tell(): void {
    const now = performance.now();
    if (now - this.#told < (this.#isLive ? REDRAW_EVERY : LINE_EVERY) * 1000) return;
    this.#told = now;
    const text = formatTransfer(this.#finished, this.#files, this.#bytes, (now - this.#began) / 1000);
    say(this.#isLive ? `\r\u001b[K${this.#stage}: ${text}` : `${this.#stage}: ${text}\n`);
  }
}
