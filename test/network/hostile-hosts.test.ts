/**
 * Hosts that attack: each costs little memory and time, ends with a message that says what happened, and changes nothing
 * outside of the folder. bad-hosts.test.ts has those that are only broken or slow.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { exitCode } from '../../src/cli/sync-text.ts';
import { isLocalAddress } from '../../src/network/address.ts';
import type { Timeouts } from '../../src/network/web.ts';
import { suffixOf } from '../../src/protocol/identifier.ts';
import { bucketFile, SNAPSHOT, TOP_LIST, yearList } from '../../src/records/layout.ts';
import { formatList, formatSnapshot, rowOfBucket, rowOfYear, snapshotOf } from '../../src/records/lists.ts';
import { bytesOf, digest, makeBundle, makeRecord } from '../support/bundles/make-bundle.ts';
import {
  chunkExtension,
  earlyHints,
  emptyGzip,
  headerBomb,
  nestedGzip,
  rawAnswer,
  slowHead,
} from '../support/network/hostile.ts';
import { siteFiles, writeSite } from '../support/network/indexed-site.ts';
import {
  answer,
  type Behaviour,
  falseLength,
  inTurn,
  plainHost,
  redirect,
  routes,
  status,
  using,
} from '../support/network/stand-in.ts';
import { ALL, filesBelow, syncInto, wanted } from '../support/network/syncing.ts';
import { pithMirror, temporaryFolder } from '../support/sites/cli.ts';

const record = makeRecord();
const suffix = suffixOf(digest(record));
const good = bytesOf(makeBundle(record));
const bundlePath = `pith/${suffix}/bundle.json`;

const head = (line: string, ...headers: readonly string[]): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`;

const attacks: readonly (readonly [name: string, behaviour: Behaviour, reason: string | RegExp])[] = [
  ['sends headers without end', headerBomb, 'the head of the answer is too large (4 tries)'],
  ['compresses nine times', nestedGzip(9), /^too many content-encodings in response: 9, .* \(4 tries\)$/],
  [
    'speaks another protocol',
    rawAnswer('SSH-2.0-OpenSSH_9.2\r\n'),
    /^Response does not match the HTTP\/1\.1 protocol .*/,
  ],
  [
    'switches to another protocol',
    rawAnswer(head('HTTP/1.1 101 Switching Protocols', 'upgrade: x', 'connection: upgrade')),
    'the connection was closed before the answer was complete (4 tries)',
  ],
  [
    'puts a zero byte into the address that it redirects to',
    rawAnswer(head('HTTP/1.1 302 Found', 'location: /a\0b', 'content-length: 0')),
    /^Response does not match the HTTP\/1\.1 protocol \(Invalid header value char\) \(4 tries\)$/,
  ],
  [
    'redirects to data',
    redirect(`data:application/json,${'{}'}`),
    /^the redirect leads to data: .*; only http and https are followed$/,
  ],
  [
    'redirects to a blob',
    redirect('blob:http://localhost/1'),
    /^the redirect leads to blob: .*; only http and https are followed$/,
  ],
  [
    'redirects with a password',
    redirect('http://user:secret@localhost/'),
    'the redirect contains a user name or a password',
  ],
  [
    'sends a part that was not asked for',
    answer(good, { 'content-range': 'bytes 0-9/99' }, 206),
    'the server answered 206',
  ],
  [
    'says that nothing changed, though nothing was there',
    rawAnswer(head('HTTP/1.1 304 Not Modified')),
    'the server answered 304 to a request without a condition',
  ],
  ['says that there is no content', rawAnswer(head('HTTP/1.1 204 No Content')), 'the server answered 204'],
  [
    'names Brotli for what is not',
    answer(good, { 'content-encoding': 'br' }),
    /^the answer could not be decompressed \(ERR__ERROR_\w+\) \(4 tries\)$/,
  ],
  [
    'names Zstandard for what is not',
    answer(good, { 'content-encoding': 'zstd' }),
    'the answer could not be decompressed (ZSTD_error_prefix_unknown) (4 tries)',
  ],
];
/** Each only waits; a person would wait half a minute. Only the limit that a host must hit is short, so that a busy machine hits no other one before. */
const slowAttacks: readonly (readonly [...(typeof attacks)[number], timeouts: Partial<Timeouts>])[] = [
  ['sends its head one line at a time', slowHead, 'no answer for 0.4 s (4 tries)', { connect: 400 }],
  ['announces an answer for ever', earlyHints, 'no answer for 0.4 s (4 tries)', { connect: 400 }],
  ['makes the length of a chunk endless', chunkExtension, 'nothing more came for 0.4 s (4 tries)', { idle: 400 }],
  ['sends compressed data that unpacks to nothing', emptyGzip, 'nothing more came for 0.4 s (4 tries)', { idle: 400 }],
];
function testAttack([name, behaviour, reason, timeouts = {}]: (typeof attacks | typeof slowAttacks)[number]): void {
  test(`a host that ${name} is reported as a failure, and nothing is kept`, async (context) => {
    const standIn = await using(context, routes({ [bundlePath]: behaviour }));
    const folder = temporaryFolder();
    const before = process.memoryUsage().rss;
    const synced = await syncInto(folder, [standIn.url], { wanted: wanted(suffix), network: { timeouts } });
    const said = synced.records[0]?.message?.replace(`${standIn.url}${bundlePath}: `, '') ?? '';
    if (typeof reason === 'string') assert.equal(said, reason);
    else assert.match(said, reason);
    assert.equal(exitCode(synced), 1);
    assert.deepEqual([...filesBelow(folder).keys()], []);
    assert.ok(process.memoryUsage().rss - before < 200e6, 'took too much memory');
  });
}
for (const attack of attacks) testAttack(attack);
describe('side by side', { concurrency: true }, () => {
  for (const attack of slowAttacks) testAttack(attack);
});

test('an unknown content-encoding is no way around the checks', async (context) => {
  const standIn = await using(context, routes({ [bundlePath]: answer('xx', { 'content-encoding': 'x-none' }) }));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix) });
  assert.equal(synced.totals.refused, 1);
  assert.equal(synced.records[0]?.code, 'not_json');
});

test('a longer body than its content-length says is cut there, and refused', async (context) => {
  const standIn = await using(context, routes({ [bundlePath]: falseLength(good, good.length - 1) }));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix) });
  assert.equal(synced.totals.kept, 0);
  assert.equal(exitCode(synced), 3);
});

test('every form of a private address counts as one', () => {
  for (const address of [
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::10.1.2.3',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:0a00:0001::1',
    'fe80::1%eth0',
    'fec0::1',
    '::',
    '0.0.0.0',
    '100.64.0.1',
  ])
    assert.ok(isLocalAddress(address), address);
  for (const address of ['::ffff:8.8.8.8', '2002:808:808::1', '64:ff9b::808:808', '2606:4700::1111', '93.184.216.34'])
    assert.ok(!isLocalAddress(address), address);
});

/** A name server: the stand-in is on the public internet, and nothing else is. */
const resolve = async (host: string): Promise<readonly string[]> =>
  host === 'localhost' ? ['93.184.216.34'] : host === 'rebound.example' ? ['::ffff:127.0.0.1'] : [];

for (const target of [
  'http://[::ffff:10.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://127.1/',
  'http://rebound.example/',
]) {
  test(`a public source cannot lead to ${target}`, async (context) => {
    const standIn = await using(context, routes({ [bundlePath]: redirect(target) }));
    const source = `http://localhost:${standIn.port}/`;
    const synced = await syncInto(temporaryFolder(), [source], { wanted: wanted(suffix), network: { resolve } });
    assert.match(
      synced.records[0]?.message ?? '',
      /is on this machine or in a private network, and localhost is public$/,
    );
  });
}

test('an index of more records than a machine can hold is not read', async (context) => {
  const text = `pith-mirror snapshot v1\nrecords 9999999999\nstates ${'a'.repeat(64)}\nbundles ${'b'.repeat(64)}\n`;
  const standIn = await using(context, routes({ 'records/snapshot.txt': answer(text) }));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
  assert.equal(
    synced.records[0]?.message,
    'records/snapshot.txt counts 9999999999 records; at most 5 million can be read',
  );
  assert.equal(exitCode(synced), 1);
  assert.deepEqual(
    standIn.asked.map(({ path }) => path),
    ['pith-mirrors.json', 'records/snapshot.txt'],
  );
});

test('a list of ten million lines is not read to its end', async (context) => {
  const line = `2026/index.tsv\t1\t${'a'.repeat(64)}\t${'b'.repeat(64)}\n`;
  const text = `pith-mirror snapshot v1\nrecords 1\nstates ${'a'.repeat(64)}\nbundles ${'b'.repeat(64)}\n`;
  const part = Buffer.from(line.repeat(1000));
  const lines: Behaviour = async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    for (let i = 0; i < 10_000 && !response.destroyed; i++)
      if (!response.write(part)) await new Promise((next) => setTimeout(next, 1));
    response.end();
  };
  const standIn = await using(context, routes({ 'records/snapshot.txt': answer(text), 'records/index.tsv': lines }));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
  assert.match(synced.contradictions[0] ?? '', /: records\/index\.tsv has more than 16777216 bytes$/);
  assert.equal(exitCode(synced), 4);
  assert.ok(synced.totals.bytes < 6 * 18e6, `${synced.totals.bytes} bytes were taken in six tries`);
});

/** Names that would lead out of a folder, end a line, or hide on a terminal. */
const NAMES = [
  '../../../escape',
  '..\\..\\escape',
  '/etc/escape',
  'A\0B',
  'A\r\nB',
  'A\u001b[2JB',
  'CON',
  `${suffix}/../x`,
];
/** A mirror whose index is consistent, and lists one record under a name of the attacker's choice. */
function siteNaming(name: string): ReadonlyMap<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>(siteFiles([good]));
  const day = record.metadata.submitted_at.slice(0, 10);
  const year = day.slice(0, 4);
  const bucket = String(files.get(bucketFile(day))).replace(suffix, () => name);
  const days = [rowOfBucket(day, bucket)];
  const years = [rowOfYear(year, days)];
  for (const [path, text] of [
    [bucketFile(day), bucket],
    [yearList(year), formatList(days)],
    [TOP_LIST, formatList(years)],
    [SNAPSHOT, formatSnapshot(snapshotOf(years))],
  ] as const)
    files.set(path, text);
  return files;
}

for (const name of NAMES) {
  test(`an index that names a record ${JSON.stringify(name)} is refused as a whole`, async (context) => {
    const site = temporaryFolder();
    writeSite(site, siteNaming(name));
    const parent = temporaryFolder();
    const folder = mkdtempSync(join(parent, 'to-'));
    const standIn = await using(context, plainHost(site));
    const synced = await syncInto(folder, [standIn.url], { selection: ALL });
    assert.equal(exitCode(synced), 4);
    assert.match(synced.contradictions[0] ?? '', /: records\/2026\/[\d-]+\.tsv(?::\d+)?: expected /);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    assert.ok(!/[\0-\x09\x0b-\x1f\x7f]/.test(synced.text), JSON.stringify(synced.text));
    assert.deepEqual(readdirSync(parent).length, 1);
    assert.deepEqual([...filesBelow(folder).keys()], []);
  });
}

test('what a server says reaches the terminal without control characters', async (context) => {
  const page = '<!doctype html><html><head><title>\u001b]0;owned\u0007\u001b[31mSign in\u009b2J</title></head></html>';
  const standIn = await using(context, routes({ [bundlePath]: answer(page, { 'content-type': 'text/html' }) }));
  const { text } = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix) });
  assert.match(text, /Sign in/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  assert.ok(!/[\0-\x09\x0b-\x1f\x7f-\x9f]/.test(text), JSON.stringify(text));
});

test('a folder as a source is read only below itself, and only its files', async () => {
  const site = temporaryFolder();
  const outside = join(temporaryFolder(), 'secret.json');
  writeFileSync(outside, good);
  writeSite(site, siteFiles([good]));
  const path = join(site, bundlePath);
  for (const [target, reason] of [
    [outside, 'is a link that leads out of the folder'],
    ['/dev/zero', 'is a link that leads out of the folder'],
    ['.', 'is not a file'],
  ] as const) {
    rmSync(path);
    symlinkSync(target, path);
    const folder = temporaryFolder();
    const synced = await syncInto(folder, [site], { selection: ALL });
    assert.equal(synced.records[0]?.message, `${path}: ${path} ${reason}`);
    assert.deepEqual([...filesBelow(folder).keys()], []);
  }
});

test('a redirect from an index to another host is not a way to a private one', async (context) => {
  const standIn = await using(
    context,
    routes({ 'records/snapshot.txt': redirect('http://10.0.0.1/records/snapshot.txt') }),
  );
  const source = `http://localhost:${standIn.port}/`;
  const run = await syncInto(temporaryFolder(), [source], { selection: ALL, network: { resolve } });
  assert.match(run.records[0]?.message ?? '', /^records\/snapshot\.txt: http:\/\/10\.0\.0\.1\/.* is on this machine/);
});

test('the program itself ends within its limits on an attack, tries again, and says so on one line each', async (context) => {
  // A second attack would cost it pauses of 4 s and 16 s.
  const bombs = inTurn(headerBomb, status(403));
  const standIn = await using(context, routes({ [bundlePath]: status(410), 'records/snapshot.txt': bombs }));
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bundles'));
  const run = await pithMirror(['sync', suffix, '--from', standIn.url, '--to', join(folder, 'bundles'), '--rate', '0']);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /^.*: the head of the answer is too large; trying again in 1 s$/m);
  assert.match(run.stdout, /^failed {3}records\/snapshot\.txt: the server answered 403 \(from /);
});
