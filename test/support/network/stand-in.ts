/**
 * A stand-in for the network: one server on the loopback interface that plays an origin, a mirror, or a bad host.
 *
 * What a path answers is a {@link Behaviour}; a few of them are whole hosts with their habits. Tests of sync, compare and
 * audit use the same ones, so each fault is described once.
 */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Answers one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, path: string) => void | Promise<void>;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Milliseconds since the stand-in started. */
  readonly at: number;
}

export interface StandIn {
  /** With `/` at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request so far. */
  readonly asked: readonly Asked[];
  /** Bytes that were sent as bodies. */
  readonly sent: number;
  /** Plays another part from now on. */
  play(behaviour: Behaviour): void;
  close(): Promise<void>;
}

const noted = new WeakMap<ServerResponse, (bytes: number) => void>();

function send(response: ServerResponse, content: Uint8Array | string): void {
  noted.get(response)?.(content.length);
  response.write(content);
}

/** Starts a stand-in on a free port of 127.0.0.1. */
export async function startStandIn(first: Behaviour): Promise<StandIn> {
  let behaviour = first;
  let sent = 0;
  const asked: Asked[] = [];
  const started = performance.now();
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/, '')).slice(1);
    asked.push({ method: request.method ?? '', path, headers: request.headers, at: performance.now() - started });
    noted.set(response, (bytes) => {
      sent += bytes;
    });
    // A client that leaves in the middle of a body is part of many tests.
    response.on('error', () => undefined);
    void (async () => behaviour(request, response, path))().catch(() => response.destroy());
  });
  // A connection that rests for a while, as on a busy machine, is not closed just when the next request comes on it.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected the server to have a port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    port: address.port,
    asked,
    get sent() {
      return sent;
    },
    play(next) {
      behaviour = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A stand-in that a test, or the tests of a file, uses; `after` ends it. */
export async function using(
  context: { after(end: () => Promise<void>): void },
  behaviour: Behaviour,
): Promise<StandIn> {
  const standIn = await startStandIn(behaviour);
  context.after(() => standIn.close());
  return standIn;
}

type Headers = Readonly<Record<string, string>>;

/** A plain answer. */
export const answer =
  (body: Uint8Array | string, headers: Headers = {}, status = 200): Behaviour =>
  (request, response) => {
    const content = Buffer.from(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': content.length, ...headers });
    if (request.method !== 'HEAD') send(response, content);
    response.end();
  };

/** An error, or any other status without a useful body. */
export const status = (code: number, headers: Headers = {}): Behaviour =>
  answer(`status ${code}\n`, { 'content-type': 'text/plain', ...headers }, code);

export const notFound: Behaviour = status(404);

/** Each path its own behaviour; anything else is not found. A path ends with `*` for all that begin like it. */
export function routes(table: Readonly<Record<string, Behaviour>>, otherwise: Behaviour = notFound): Behaviour {
  return (request, response, path) => {
    const key = Object.keys(table).find(
      (known) => known === path || (known.endsWith('*') && path.startsWith(known.slice(0, -1))),
    );
    return ((key === undefined ? undefined : table[key]) ?? otherwise)(request, response, path);
  };
}

/** The first request gets the first one, the second the second, and all later ones the last. Counted for each path. */
export function inTurn(...behaviours: readonly [Behaviour, ...Behaviour[]]): Behaviour {
  const turns = new Map<string, number>();
  return (request, response, path) => {
    const turn = turns.get(path) ?? 0;
    turns.set(path, turn + 1);
    return (behaviours[Math.min(turn, behaviours.length - 1)] ?? behaviours[0])(request, response, path);
  };
}

/** Answers the first requests below a path when there are so many, as if the host had got all of them in one moment; later ones at once. */
export function together(count: number, below: string, behaviour: Behaviour): Behaviour {
  const waiting: (() => void)[] = [];
  let isOver = false;
  return async (request, response, path) => {
    if (!isOver && path.startsWith(below)) {
      isOver = waiting.length + 1 === count;
      if (isOver) for (const go of waiting) go();
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return behaviour(request, response, path);
  };
}

/** Takes the request and never answers. */
export const silence: Behaviour = () => undefined;

/** Sends the head and a part of the body, and then nothing. */
export const stall =
  (content: Uint8Array): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': content.length });
    send(response, content.subarray(0, content.length >> 1));
  };

/** Sends one byte at a time, with a pause after each. */
export const slowDrip =
  (content: Uint8Array, milliseconds: number): Behaviour =>
  async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const byte of content) {
      if (response.destroyed) return;
      send(response, Uint8Array.of(byte));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    response.end();
  };

/** Sends blanks, which JSON allows, as fast as they are taken, and never ends. */
export const endless: Behaviour = async (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const blanks = Buffer.alloc(64 * 1024, ' ');
  while (!response.destroyed) {
    noted.get(response)?.(blanks.length);
    // Not until it is taken: buffers of the system would be filled first, by megabytes.
    if (!response.write(blanks)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

/** Promises a length and breaks the connection before it. */
export const cutByLength =
  (content: Uint8Array): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': content.length });
    send(response, content.subarray(0, content.length >> 1));
    setTimeout(() => response.destroy(), 10);
  };

/** Sends chunks and breaks the connection before the last one. */
export const cutInChunks =
  (content: Uint8Array): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    send(response, content.subarray(0, content.length >> 1));
    setTimeout(() => response.destroy(), 10);
  };

/** Says that the body is shorter than it is: everything after that length is lost. */
export const falseLength =
  (content: Uint8Array, length: number): Behaviour =>
  (_request, response) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;
    noted.get(response)?.(content.length);
    response.socket?.end(Buffer.concat([Buffer.from(head), content]));
  };

/** A small body that unpacks to 64 MiB of blanks. */
export function gzipBomb(): Behaviour {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  return answer(packed, { 'content-encoding': 'gzip' });
}

/** Says that the body is compressed, which it is not. */
export const falseGzip = (content: Uint8Array): Behaviour => answer(content, { 'content-encoding': 'gzip' });

export const redirect = (to: string, code = 302): Behaviour => status(code, { location: to });

/** A page that leads to itself with one character more, for ever. */
export const redirectLoop: Behaviour = (request, response, path) => {
  const url = request.url ?? '/';
  return redirect(`${url}${url.includes('?') ? '' : '?'}x`)(request, response, path);
};

/** What a host or a proxy shows to people, with status 200. */
export const htmlPage = (title: string): Behaviour =>
  answer(`<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`, {
    'content-type': 'text/html; charset=utf-8',
  });

// Whole hosts.

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonld': 'application/ld+json',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml',
  '.ris': 'application/x-research-info-systems',
};

interface HostHabits {
  readonly headers?: (path: string) => Headers;
  /** Whether the host has the file at all. */
  readonly hides?: (path: string) => boolean;
  /** Where a path is sent on to; null for nowhere. */
  readonly redirects?: (path: string, isThere: (path: string) => boolean) => string | null;
  /** What an unknown path gets. */
  readonly unknown?: (folder: string) => Behaviour;
}

function fileIn(folder: string, path: string): Uint8Array | null {
  try {
    return statSync(join(folder, path)).isFile() ? readFileSync(join(folder, path)) : null;
  } catch {
    return null;
  }
}

function lostPage(folder: string): Behaviour {
  const page = fileIn(folder, '404.html');
  return page === null ? notFound : answer(page, { 'content-type': 'text/html; charset=utf-8' }, 404);
}

function host(folder: string, { headers, hides, redirects, unknown = lostPage }: HostHabits): Behaviour {
  const isThere = (path: string): boolean => hides?.(path) !== true && fileIn(folder, path) !== null;
  return (request, response, path) => {
    const target = redirects?.(path, isThere) ?? null;
    if (target !== null) return redirect(`/${target}`, 308)(request, response, path);
    const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    const content = isThere(file) ? fileIn(folder, file) : null;
    if (content === null) {
      if (isThere(`${path}/index.html`)) return redirect(`/${path}/`, 301)(request, response, path);
      return unknown(folder)(request, response, path);
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return answer(content, { 'content-type': type, ...headers?.(file) })(request, response, path);
  };
}

/** A host that serves a folder and does nothing else. */
export const plainHost = (folder: string): Behaviour => host(folder, {});

/** GitHub Pages: everything is cached for ten minutes, and many types are unknown. */
export const githubPages = (folder: string): Behaviour =>
  host(folder, { headers: () => ({ 'cache-control': 'max-age=600', 'access-control-allow-origin': '*' }) });

/**
 * Cloudflare Pages: `x.html` is sent on to `x`, and a site without `404.html` answers every unknown path with its home
 * page and status 200.
 */
export const cloudflarePages = (folder: string): Behaviour =>
  host(folder, {
    redirects: (path) => {
      if (/(?:^|\/)index\.html$/.test(path)) return path.replace(/index\.html$/, '');
      return path.endsWith('.html') && path !== '404.html' ? path.replace(/\.html$/, '') : null;
    },
    unknown: (site) => (request, response, path) => {
      const page =
        fileIn(site, `${path}.html`) ?? (fileIn(site, '404.html') === null ? fileIn(site, 'index.html') : null);
      if (page === null) return lostPage(site)(request, response, path);
      return answer(page, { 'content-type': 'text/html; charset=utf-8' })(request, response, path);
    },
  });

/** Netlify: files and folders whose name begins with a dot are not there, except `.well-known`. */
export const netlify = (folder: string): Behaviour =>
  host(folder, {
    hides: (path) => path.split('/').some((part) => part.startsWith('.') && part !== '.well-known'),
  });

/** A host whose cache still has an old version of some paths. */
export const stale =
  (fresh: Behaviour, old: Behaviour, isOld: (path: string) => boolean): Behaviour =>
  (request, response, path) =>
    (isOld(path) ? old : fresh)(request, response, path);

/** A site that is replaced by another at the first request for a path, and from then on. */
export function swappedAt(before: Behaviour, after: Behaviour, isMoment: (path: string) => boolean): Behaviour {
  let isSwapped = false;
  return (request, response, path) => {
    isSwapped ||= isMoment(path);
    return (isSwapped ? after : before)(request, response, path);
  };
}
