import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { contentType } from '../../../src/mirror/base/media-types.ts';
import type { ServedFolder } from './serve.ts';
import { serveFolder } from './serve.ts';

describe('a folder served under /repo/', () => {
  let parent: string;
  let served: ServedFolder;

  before(async () => {
    parent = mkdtempSync(join(tmpdir(), 'serve-'));
    const folder = join(parent, 'site');
    mkdirSync(join(folder, 'pith', 'A B'), { recursive: true });
    mkdirSync(join(folder, '.well-known'));
    writeFileSync(join(parent, 'secret.txt'), 'secret');
    writeFileSync(join(folder, 'index.html'), 'home');
    writeFileSync(join(folder, '404.html'), 'lost');
    writeFileSync(join(folder, 'pith', 'A B', 'index.html'), 'record');
    writeFileSync(join(folder, '.well-known', 'bundle.json'), '{}');
    writeFileSync(join(folder, 'script.js'), '');
    writeFileSync(join(folder, 'unknown.bin'), '');
    served = await serveFolder(folder, '/repo/');
  });

  after(async () => {
    await served.close();
    rmSync(parent, { recursive: true });
  });

  const get = async (path: string, init: RequestInit = {}): Promise<[number, string | null, string]> => {
    const response = await fetch(new URL(path, served.url), { redirect: 'manual', ...init });
    return [response.status, response.headers.get('content-type'), await response.text()];
  };

  /** Sends the path as it stands; fetch would resolve the dots before it asks. */
  const getRaw = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });

  test('files and the index of a folder are served with their types', async () => {
    assert.deepEqual(await get(''), [200, 'text/html; charset=utf-8', 'home']);
    assert.deepEqual(await get('index.html?query'), [200, 'text/html; charset=utf-8', 'home']);
    assert.deepEqual(await get('pith/A%20B/'), [200, 'text/html; charset=utf-8', 'record']);
    assert.deepEqual(await get('.well-known/bundle.json'), [200, 'application/json; charset=utf-8', '{}']);
    assert.deepEqual(await get('script.js'), [200, 'text/javascript; charset=utf-8', '']);
    assert.deepEqual(await get('unknown.bin'), [200, 'application/octet-stream', '']);
    assert.deepEqual(await get('', { method: 'HEAD' }), [200, 'text/html; charset=utf-8', '']);
  });

  test('a folder without its slash is redirected', async () => {
    const response = await fetch(new URL('pith/A%20B', served.url), { redirect: 'manual' });
    assert.equal(response.status, 301);
    assert.equal(response.headers.get('location'), '/repo/pith/A%20B/');
  });

  test('a missing path gets 404.html with status 404', async () => {
    for (const path of ['nothing', 'pith/', 'index.html/', 'script.js/x']) {
      assert.deepEqual(await get(path), [404, 'text/html; charset=utf-8', 'lost']);
    }
  });

  test('nothing is served outside the sub-path', async () => {
    for (const path of ['/', '/index.html', '/repository/index.html']) assert.equal((await get(path))[0], 404);
  });

  test('no path leads out of the folder', async () => {
    for (const path of [
      '/repo/../secret.txt',
      '/repo/%2e%2e/secret.txt',
      '/repo/..%2fsecret.txt',
      '/repo/..%5csecret.txt',
    ]) {
      assert.match(await getRaw(path), /^HTTP\/1\.1 400 /);
    }
    for (const path of ['/repo/%00', '/repo/%']) assert.match(await getRaw(path), /^HTTP\/1\.1 400 /);
  });
});

test('answers a range with the bytes that were asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serve-'));
  writeFileSync(join(folder, 'ten.txt'), '0123456789');
  writeFileSync(join(folder, 'empty.txt'), '');
  const served = await serveFolder(folder);
  try {
    for (const [range, status, text, header] of [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
      ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=4-2', 200, '0123456789', null],
      ['bytes=0-1,3-4', 200, '0123456789', null],
      ['lines=1-2', 200, '0123456789', null],
    ] as const) {
      const response = await fetch(`${served.url}ten.txt`, { headers: { range } });
      assert.deepEqual(
        [response.status, await response.text(), response.headers.get('content-range')],
        [status, text, header],
        range,
      );
    }
    const head = await fetch(`${served.url}ten.txt`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), '10');
    assert.equal(head.headers.get('accept-ranges'), 'bytes');
    assert.equal((await fetch(`${served.url}empty.txt`)).status, 200);
    assert.equal((await fetch(`${served.url}ten.txt`, { method: 'POST' })).status, 405);
  } finally {
    await served.close();
    rmSync(folder, { recursive: true });
  }
});

test('knows the type of every kind of file that a build writes', () => {
  for (const [name, type] of [
    ['cite.bib', 'text/x-bibtex; charset=utf-8'],
    ['record.jsonld', 'application/ld+json; charset=utf-8'],
    ['index.tsv', 'text/tab-separated-values; charset=utf-8'],
    ['site.sha256', 'text/plain; charset=utf-8'],
    ['none', 'application/octet-stream'],
  ])
    assert.equal(contentType(name ?? ''), type);
});

test('close ends the server even if a client keeps its connection open', async () => {
  const served = await serveFolder(tmpdir());
  const client = connect(Number(new URL(served.url).port), '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
  await once(client, 'data');
  const left = once(client, 'close');
  await served.close();
  await left;
});

test('a sub-path without its slashes is refused', async () => {
  await assert.rejects(serveFolder(tmpdir(), '/repo'), RangeError);
});
