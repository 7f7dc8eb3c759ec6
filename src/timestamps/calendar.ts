/**
 * OpenTimestamps calendars over HTTP: they take a digest, promise to have it in a Bitcoin block, and later say in which.
 *
 * A calendar learns a digest with a nonce in it, and nothing of the file. Its answers are bounded in bytes and time, and it
 * may not send us elsewhere.
 */
import { parseTimestampTree, type TimestampTree } from '../protocol/index.ts';

/** Public calendars, as the reference client asks them (python-opentimestamps-client 0.7.2). */
export const DEFAULT_CALENDARS = [
  'https://a.pool.opentimestamps.org',
  'https://b.pool.opentimestamps.org',
  'https://a.pool.eternitywall.com',
  'https://ots.btc.catallaxy.com',
] as const;

/**
 * Calendars that a proof may name and that are asked without being named on the command line. The pools above answer with
 * the addresses of their members. A proof comes from strangers: without this list it could make this machine ask any address.
 */
const KNOWN_CALENDARS =
  /^https:\/\/(?:(?:[a-z0-9-]+\.)*calendar\.opentimestamps\.org|(?:[a-z0-9-]+\.)*calendar\.eternitywall\.com|(?:[a-z0-9-]+\.)*calendar\.catallaxy\.com|ots\.btc\.catallaxy\.com|[ab]\.pool\.opentimestamps\.org|a\.pool\.eternitywall\.com)$/;

const ANSWER_BYTES = 10_000;
const TIMEOUT_MS = 30_000;
const MEDIA_TYPE = 'application/vnd.opentimestamps.v1';

/** A calendar that did not give a usable answer. The message names it and says why. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
}

const withoutSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url);

/** Whether a calendar that a proof names may be asked: a known public one, or one that the user named. */
export function mayAsk(uri: string, named: readonly string[]): boolean {
  const calendar = withoutSlash(uri);
  return KNOWN_CALENDARS.test(calendar) || named.some((one) => withoutSlash(one) === calendar);
}

async function readBody(response: Response, calendar: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES) throw new CalendarError(`${calendar}: expected at most ${ANSWER_BYTES} bytes, got more`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

async function ask(calendar: string, path: string, init: RequestInit): Promise<Uint8Array | null> {
  const url = `${withoutSlash(calendar)}/${path}`;
  try {
    const response = await fetch(url, {
      ...init,
      headers: { accept: MEDIA_TYPE, 'user-agent': 'pith-mirror' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 404) return null;
    if (!response.ok) throw new CalendarError(`${calendar}: expected status 200, got ${response.status}`);
    return await readBody(response, calendar);
  } catch (error) {
    if (error instanceof CalendarError) throw error;
    // What fetch throws says "fetch failed"; its cause says why.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CalendarError(`${calendar}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function parseAnswer(calendar: string, bytes: Uint8Array, message: Uint8Array): TimestampTree {
  try {
    return parseTimestampTree(bytes, message);
  } catch (error) {
    throw new CalendarError(
      `${calendar}: the answer is not a timestamp: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/**
 * Sends a message to a calendar.
 *
 * @param message 32 bytes, which the calendar will publish.
 * @throws CalendarError
 */
export async function submit(calendar: string, message: Uint8Array): Promise<TimestampTree> {
  const bytes = await ask(calendar, 'digest', { method: 'POST', body: Buffer.from(message) });
  if (bytes === null) throw new CalendarError(`${calendar}: expected status 200, got 404`);
  return parseAnswer(calendar, bytes, message);
}

/**
 * What a calendar has for a message by now; null if it has no more than its promise.
 *
 * @throws CalendarError
 */
export async function upgrade(calendar: string, message: Uint8Array): Promise<TimestampTree | null> {
  const bytes = await ask(calendar, `timestamp/${Buffer.from(message).toString('hex')}`, {});
  return bytes === null ? null : parseAnswer(calendar, bytes, message);
}
