/**
 * Downloads over HTTP, one file at a time: polite, bounded in bytes and time, and never led to a forbidden place.
 *
 * Node's own `fetch` does the transfer and decompresses. Redirects, retries, pauses and limits are decided here, because
 * they concern a whole host, not a single request.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { codeOf } from '../mirror/base/failure.ts';
import { isLocalAddress, lookupName, MAX_REDIRECTS, redirectProblem } from './address.ts';
import { type Clock, HostGivenUp, Pace, parseRetryAfter, systemClock } from './pace.ts';

/** The result of one download. */
export type Download =
  | {
      readonly kind: 'found';
      readonly bytes: Uint8Array;
      /** The media type in lower case, without parameters; `''` if the answer names none. */
      readonly type: string;
      readonly etag: string | null;
      /** The URL that answered, after redirects. */
      readonly url: string;
    }
  /** 304: the version with the given ETag is still current. */
  | { readonly kind: 'unchanged' }
  /** 404 or 410. */
  | { readonly kind: 'missing' }
  /** More bytes than asked for, counted after decompression. */
  | { readonly kind: 'too_large'; readonly limit: number }
  /** No usable answer; the reason in words. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface WebOptions {
  /** Requests per second to one host; 0 for no limit. */
  readonly rate: number;
  readonly userAgent: string;
  /** Called for pauses and retries. The text may quote the server. */
  readonly say: (text: string) => void;
  /** Called with received bytes, after decompression. */
  readonly received?: (bytes: number) => void;
  readonly clock?: Clock;
  /** All addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeouts?: Partial<Timeouts>;
}

/** In milliseconds. */
export interface Timeouts {
  /** Until the answer begins: name, connection, request, head. */
  readonly connect: number;
  /** Between two parts of the body. */
  readonly idle: number;
  /** The whole answer. 16 MiB in that time is 56 kB/s. */
  readonly total: number;
}

const TIMEOUTS: Timeouts = { connect: 30_000, idle: 30_000, total: 300_000 };

/** Waits before another try after a broken connection or a server error, in milliseconds. */
const RETRIES = [1000, 4000, 16_000] as const;

interface Request {
  /** The source of this request: local addresses are allowed only if the source is local itself. */
  readonly source: URL;
  /** Most bytes of the body. */
  readonly limit: number;
  /** Ask every cache on the way to check that its copy is current. */
  readonly isFresh?: boolean;
  readonly etag?: string | null;
}

/** One answer, or the reason to retry. */
type Try = Download | { readonly kind: 'again'; readonly reason: string } | { readonly kind: 'paused' };

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** By the codes of Node and of undici, which is behind its `fetch`. */
const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset before the answer was complete',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be resolved at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the length of the answer differs from its content-length',
  UND_ERR_HEADERS_OVERFLOW: 'the head of the answer is too large',
  HPE_INVALID_CHUNK_SIZE: 'the answer was cut off in the middle of a chunk',
};

/** Explains `fetch`'s "fetch failed" or "terminated". */
function problemOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = String(codeOf(cause) ?? '');
  if (PROBLEMS[code] !== undefined) return PROBLEMS[code];
  // Of zlib, Brotli and Zstandard.
  if (/^(?:Z_|ERR__ERROR_|ZSTD_error_)/.test(code)) return `the answer could not be decompressed (${code})`;
  const message = cause instanceof Error ? cause.message : String(cause);
  return code === '' ? message : `${message} (${code})`;
}

/** Ends a transfer that takes too long, and says which limit it hit. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  #part: NodeJS.Timeout | undefined;
  reason: string | null = null;

  constructor({ connect, total }: Timeouts) {
    this.#total = setTimeout(() => this.#end(`the whole answer took more than ${total / 1000} s`), total);
    this.within(connect, 'no answer');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The next part must come in this many milliseconds. */
  within(milliseconds: number, what: string): void {
    clearTimeout(this.#part);
    this.#part = setTimeout(() => this.#end(`${what} for ${milliseconds / 1000} s`), milliseconds);
  }

  #end(reason: string): void {
    this.reason ??= reason;
    this.#controller.abort();
  }

  clear(): void {
    clearTimeout(this.#part);
    clearTimeout(this.#total);
  }
}

/** Everything that one run downloads: the pace of each host is kept over all sources. */
export class Web {
  readonly #options: WebOptions;
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #paces = new Map<string, Pace>();
  readonly #local = new Map<string, Promise<boolean>>();

  constructor(options: WebOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
  }

  /** Downloads one URL. Never throws because of what a server does. */
  async get(url: URL, request: Request): Promise<Download> {
    let retry = 0;
    for (;;) {
      const answer = await this.#follow(url, request).catch((error: unknown): Download => {
        if (error instanceof HostGivenUp) return { kind: 'failed', reason: error.message };
        throw error;
      });
      if (answer.kind === 'paused') continue;
      if (answer.kind !== 'again') return answer;
      const wait = RETRIES[retry];
      if (wait === undefined) return { kind: 'failed', reason: `${answer.reason} (${retry + 1} tries)` };
      retry += 1;
      this.#options.say(`${url.href}: ${answer.reason}; trying again in ${wait / 1000} s`);
      await this.#clock.sleep(wait);
    }
  }

  /** Follows redirects by hand, since each step may lead to a forbidden place. */
  async #follow(first: URL, request: Request): Promise<Try> {
    let url = first;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const forbidden = await this.#forbidden(url, request.source);
      if (forbidden !== null) return { kind: 'failed', reason: forbidden };
      const step = await this.#once(url, request);
      if (step.kind !== 'redirect') return step;
      const problem = redirectProblem(url, step.to);
      if (problem !== null) return { kind: 'failed', reason: problem };
      url = new URL(step.to ?? '', url);
    }
    return { kind: 'failed', reason: `more than ${MAX_REDIRECTS} redirects, the last one to ${url.href}` };
  }

  /** Why a host must not be asked on behalf of a source, in words; null if it may be. */
  async #forbidden(url: URL, source: URL): Promise<string | null> {
    if (url.hostname === source.hostname || (await this.#isLocal(source))) return null;
    if (!(await this.#isLocal(url))) return null;
    return `${url.href} is on this machine or in a private network, and ${source.hostname} is public`;
  }

  /**
   * A name that cannot be resolved counts as public: the request then fails with a better message.
   *
   * `fetch` resolves the name again. A name server that gives it another answer (DNS rebinding) can still lead it to a local
   * address; it learns nothing from that, and only bundles with valid signatures are kept.
   */
  #isLocal(url: URL): Promise<boolean> {
    const host = lookupName(url);
    const known = this.#local.get(host);
    if (known !== undefined) return known;
    const resolve = this.#options.resolve ?? systemResolve;
    const found = (isIP(host) === 0 ? resolve(host).catch(() => []) : Promise.resolve([host])).then((addresses) =>
      addresses.some(isLocalAddress),
    );
    this.#local.set(host, found);
    return found;
  }

  #paceOf(url: URL): Pace {
    const known = this.#paces.get(url.host);
    if (known !== undefined) return known;
    const pace = new Pace(url.host, this.#options.rate, this.#clock, this.#options.say);
    this.#paces.set(url.host, pace);
    return pace;
  }

  async #once(url: URL, request: Request): Promise<Try | { readonly kind: 'redirect'; readonly to: string | null }> {
    const pace = this.#paceOf(url);
    await pace.turn();
    const askedAt = this.#clock.now();
    const deadline = new Deadline(this.#timeouts);
    let response: Response;
    try {
      const headers: Record<string, string> = { 'user-agent': this.#options.userAgent };
      if (request.isFresh === true) headers['cache-control'] = 'no-cache';
      if (request.etag != null) headers['if-none-match'] = request.etag;
      response = await fetch(url, { redirect: 'manual', headers, signal: deadline.signal });
    } catch (error) {
      deadline.clear();
      return { kind: 'again', reason: deadline.reason ?? problemOf(error) };
    }
    try {
      const { status } = response;
      if (status === 429 || status === 503) {
        pace.pause(status, parseRetryAfter(response.headers.get('retry-after'), this.#clock), askedAt);
        return { kind: 'paused' };
      }
      if (status >= 500 || status === 408) return { kind: 'again', reason: `the server answered ${status}` };
      pace.succeed();
      if (status === 304)
        return request.etag == null
          ? { kind: 'failed', reason: 'the server answered 304 to a request without a condition' }
          : { kind: 'unchanged' };
      if (status >= 300 && status < 400) return { kind: 'redirect', to: response.headers.get('location') };
      if (status === 404 || status === 410) return { kind: 'missing' };
      if (status !== 200) return { kind: 'failed', reason: `the server answered ${status}` };
      return await this.#body(response, url, request.limit, deadline);
    } finally {
      deadline.clear();
      // An unread body would keep its connection open.
      if (!response.bodyUsed) await response.body?.cancel().catch(() => undefined);
    }
  }

  async #body(response: Response, url: URL, limit: number, deadline: Deadline): Promise<Try> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    deadline.within(this.#timeouts.idle, 'nothing more came');
    try {
      for await (const chunk of response.body ?? []) {
        length += chunk.length;
        this.#options.received?.(chunk.length);
        // Leaving the loop cancels the transfer.
        if (length > limit) return { kind: 'too_large', limit };
        chunks.push(chunk);
        deadline.within(this.#timeouts.idle, 'nothing more came');
      }
    } catch (error) {
      return { kind: 'again', reason: deadline.reason ?? problemOf(error) };
    }
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';', 1);
    return {
      kind: 'found',
      bytes: new Uint8Array(Buffer.concat(chunks, length)),
      type: type.trim().toLowerCase(),
      etag: response.headers.get('etag'),
      url: url.href,
    };
  }
}
