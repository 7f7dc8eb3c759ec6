/** Limits the rate of requests to one host, and pauses all of them when it asks for that. */

/** The clock that the network code uses. Tests pass their own, so that no test waits half an hour. */
export interface Clock {
  /** Milliseconds from a fixed but arbitrary moment. */
  now(): number;
  /** Milliseconds since 1970, for dates in headers. */
  date(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** The pause after a 429 or 503 without `Retry-After`; it doubles each time. */
const FIRST_PAUSE = 60_000;
/** The longest pause that a run accepts. GitHub asks for half an hour. */
const LONGEST_PAUSE = 30 * 60_000;
/** After this many consecutive pauses without success, the run gives up the host. */
const MOST_PAUSES = 6;

/** A host that is given up for the rest of the run. */
export class HostGivenUp extends Error {
  override readonly name = 'HostGivenUp';
}

/** Seconds or a date, as in RFC 9110, section 10.2.3. @returns milliseconds from now, or null if it is neither. */
export function parseRetryAfter(value: string | null, clock: Pick<Clock, 'date'>): number | null {
  if (value === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  // Only the HTTP date format: Date.parse accepts almost anything.
  const date = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(value.trim()) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - clock.date());
}

/** The pace of one host. */
export class Pace {
  readonly #clock: Clock;
  readonly #host: string;
  /** Milliseconds between two requests; 0 for no limit. */
  readonly #spacing: number;
  readonly #say: (text: string) => void;
  #next = 0;
  #pausedUntil = 0;
  #pauses = 0;
  #nextPause = FIRST_PAUSE;
  #givenUp: string | null = null;

  /** @param rate requests per second; 0 for no limit. @param say called once for each pause. */
  constructor(host: string, rate: number, clock: Clock, say: (text: string) => void) {
    this.#host = host;
    this.#spacing = rate === 0 ? 0 : 1000 / rate;
    this.#clock = clock;
    this.#say = say;
  }

  /** Waits until the next request to this host is allowed. @throws HostGivenUp */
  async turn(): Promise<void> {
    for (;;) {
      if (this.#givenUp !== null) throw new HostGivenUp(this.#givenUp);
      const now = this.#clock.now();
      const at = Math.max(now, this.#next, this.#pausedUntil);
      // The slot is reserved before the wait; otherwise all waiting requests would wake for the same one.
      this.#next = at + this.#spacing;
      if (at <= now) return;
      await this.#clock.sleep(at - now);
      // A pause may have started in the meantime; then it needs another slot.
      if (at >= this.#pausedUntil && this.#givenUp === null) return;
    }
  }

  /** After a normal answer, the next pause starts short again. */
  succeed(): void {
    this.#pauses = 0;
    this.#nextPause = FIRST_PAUSE;
  }

  /**
   * The host asked for a pause (429 or 503). Requests that were under way at the same time do not make it longer.
   *
   * @param status of the answer. @param retryAfter milliseconds, or null if the host named no time.
   * @param askedAt when the refused request was sent.
   */
  pause(status: number, retryAfter: number | null, askedAt: number): void {
    const now = this.#clock.now();
    if (retryAfter !== null && retryAfter > LONGEST_PAUSE) {
      this.#giveUp(
        `${this.#host} answered ${status} and asked to be tried again in ${minutes(retryAfter)}; ` +
          `a run waits at most ${minutes(LONGEST_PAUSE)}`,
      );
      return;
    }
    // Sent before the pause began: part of the same refusal.
    if (askedAt < this.#pausedUntil) {
      if (retryAfter !== null) this.#pausedUntil = Math.max(this.#pausedUntil, now + retryAfter);
      return;
    }
    this.#pauses += 1;
    if (this.#pauses > MOST_PAUSES) {
      this.#giveUp(`${this.#host} answered ${status} after each of ${MOST_PAUSES} pauses`);
      return;
    }
    const wait = retryAfter ?? this.#nextPause;
    if (retryAfter === null) this.#nextPause = Math.min(LONGEST_PAUSE, this.#nextPause * 2);
    this.#pausedUntil = now + wait;
    const reason = retryAfter === null ? 'without saying for how long' : 'with Retry-After';
    this.#say(`${this.#host} answered ${status} ${reason}: waiting ${seconds(wait)} before the next request`);
  }

  #giveUp(reason: string): void {
    this.#givenUp = reason;
  }
}

const seconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)} s`;
const minutes = (milliseconds: number): string => `${Math.round(milliseconds / 60_000)} min`;
