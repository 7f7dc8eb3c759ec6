/**
 * Serves a folder on this machine's loopback interface, as a plain host such as GitHub Pages does with a site: files, the
 * index of a folder, `404.html` for the rest. It accepts no connections from other machines: it is for previewing a site before it is published.
 */
import { once } from 'node:events';
import { createReadStream, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentType } from '../mirror/base/media-types.ts';

/** The one address that is listened to. */
const LOOPBACK = '127.0.0.1';

export interface ServedFolder {
  /** Where the folder is found, with `/` at the end: `http://127.0.0.1:43210/repo/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `folder` under a sub-path.
 *
 * @param base starts and ends with `/`. @param port 0 for any that is free.
 * @throws RangeError for another base; the system's error if the port cannot be used.
 */
export async function serveFolder(folder: string, base = '/', port = 0): Promise<ServedFolder> {
  if (!/^\/([^/]+\/)*$/.test(base)) throw new RangeError(`the base must start and end with "/": ${base}`);
  const server = createServer((request, response) => {
    answer(folder, base, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else plain(response, 500, String(error));
    });
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected the server to have a port');
  return {
    url: `http://${LOOPBACK}:${address.port}${base}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // Browsers keep connections open; without this, closing would wait for them.
      server.closeAllConnections();
      await closed;
    },
  };
}

function plain(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The path of a request, decoded; null if it is none, or leads out of the folder. */
function pathOf(target: string): string | null {
  try {
    const path = decodeURIComponent(target.replace(/[?#].*/s, ''));
    // Judged after decoding, so that %2e%2e%2f is seen for what it is. Windows would take "\" for a separator.
    return /[\\\0]/.test(path) || path.split('/').includes('..') ? null : path;
  } catch {
    return null;
  }
}

async function answer(folder: string, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(response, 405, 'only GET and HEAD\n', { allow: 'GET, HEAD' });
  const path = pathOf(request.url ?? '/');
  if (path === null) return plain(response, 400, 'not a path in this folder\n');
  if (`${path}/` === base) return plain(response, 301, '', { location: encodeURI(base) });
  if (!path.startsWith(base)) return plain(response, 404, `nothing is served outside ${base}\n`);

  const file = join(folder, path.slice(base.length));
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true && !path.endsWith('/'))
    return plain(response, 301, '', { location: `${encodeURI(path)}/` });
  const served = found?.isDirectory() === true ? join(file, 'index.html') : file;
  // "page.html/" is not a file, though join() forgives the slash.
  const isNamed = found?.isDirectory() === true || !path.endsWith('/');
  const status = served === file ? found : await stat(served).catch(() => null);
  if (isNamed && status?.isFile() === true) return sendFile(served, status, request, response);
  const page = await readFile(join(folder, '404.html')).catch(() => null);
  if (page === null) return plain(response, 404, 'not found\n');
  response.writeHead(404, { 'content-type': contentType('.html'), 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : page);
}

/** The first and last byte of a range; null for the whole file, `unsatisfiable` for a range beyond it. */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | 'unsatisfiable' | null {
  // Several ranges at once, and other units, may be ignored (RFC 9110, section 14.2).
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  return first >= size || (from === '' && Number(to) === 0) ? 'unsatisfiable' : [first, last];
}

async function sendFile(
  file: string,
  { size }: Stats,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = rangeOf(request.headers.range, size);
  if (range === 'unsatisfiable') return plain(response, 416, '', { 'content-range': `bytes */${size}` });
  const [start, end] = range ?? [0, size - 1];
  response.writeHead(range === null ? 200 : 206, {
    'content-type': contentType(file),
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    // The previewed files are about to change.
    'cache-control': 'no-store',
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  // A browser that disconnects midway is not an error.
  await pipeline(createReadStream(file, { start, end }), response).catch(() => response.destroy());
}
