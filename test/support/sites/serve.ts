/** A static file server for tests: what a plain host such as GitHub Pages does with a folder, and nothing more. */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
};

export interface ServedFolder {
  /** Where the folder is found, with `/` at the end: `http://127.0.0.1:43210/repo/`. */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** Serves `folder` on a free port of 127.0.0.1 under `subPath`, which starts and ends with `/`. */
export async function serveFolder(folder: string, subPath = '/'): Promise<ServedFolder> {
  if (!/^\/([^/]+\/)*$/.test(subPath)) throw new RangeError(`subPath must start and end with "/": ${subPath}`);

  const server = createServer(async (request, response) => {
    const { status, headers, body } = await answer(folder, subPath, request.url ?? '/').catch((error: unknown) =>
      plain(500, String(error)),
    );
    response.writeHead(status, { 'cache-control': 'no-store', ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');

  return {
    url: `http://127.0.0.1:${address.port}${subPath}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // A browser keeps its connections open; without this, closing would wait for it.
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(folder: string, subPath: string, target: string): Promise<Answer> {
  let path: string;
  try {
    path = decodeURIComponent(target.replace(/[?#].*$/, ''));
  } catch {
    return plain(400, 'not a path');
  }
  // Judged after decoding, so that %2e%2e%2f is seen for what it is. Windows would take "\" for a separator.
  if (/[\\\0]/.test(path) || path.split('/').includes('..')) return plain(400, 'not a path in this folder');
  if (!path.startsWith(subPath)) return plain(404, `nothing is served outside ${subPath}`);

  const file = join(folder, path.slice(subPath.length));
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() && !path.endsWith('/')) {
    return { status: 301, headers: { location: `${encodeURI(path)}/` }, body: '' };
  }
  const served = found?.isDirectory() ? join(file, 'index.html') : file;
  // "page.html/" is no file, though join() forgives the slash.
  if (found?.isDirectory() || !path.endsWith('/')) {
    const body = await readFile(served).catch(() => undefined);
    if (body !== undefined) return { status: 200, headers: { 'content-type': typeOf(served) }, body };
  }
  const page = await readFile(join(folder, '404.html')).catch(() => undefined);
  return page === undefined
    ? plain(404, 'not found')
    : { status: 404, headers: { 'content-type': typeOf('.html') }, body: page };
}

function typeOf(path: string): string {
  return types[extname(path) || path] ?? 'application/octet-stream';
}

function plain(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
