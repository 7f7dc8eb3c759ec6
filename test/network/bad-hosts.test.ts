/** What a sync does when a host misbehaves, and what a person reads about it. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { exitCode } from '../../src/cli/sync-text.ts';
import type { SyncOptions } from '../../src/network/sync/options.ts';
import type { Timeouts } from '../../src/network/web.ts';
import { suffixOf } from '../../src/protocol/identifier.ts';
import {
  bytesOf,
  digest,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  strangerKey,
} from '../support/bundles/make-bundle.ts';
import {
  answer,
  type Behaviour,
  cutByLength,
  cutInChunks,
  endless,
  falseGzip,
  falseLength,
  gzipBomb,
  htmlPage,
  inTurn,
  redirect,
  redirectLoop,
  routes,
  type StandIn,
  silence,
  slowDrip,
  stall,
  status,
  together,
  using,
} from '../support/network/stand-in.ts';
import { filesBelow, type Synced, syncInto, wanted } from '../support/network/syncing.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const record = makeRecord();
const suffix = suffixOf(digest(record));
const created = makeRecordCreated(record);
const snapshot = makeSnapshot(record);
const correction = makeCorrection(record, 'a later correction');
const good = bytesOf(makeBundle(record));
const digits = (bytes: Uint8Array): string => hash('sha256', bytes).slice(0, 12);
const nameOf = (bytes: Uint8Array): string => `2026/06-22/${suffix}.${digits(bytes)}.json`;

const bundlePath = `pith/${suffix}/bundle.json`;

interface Scene {
  readonly standIn: StandIn;
  readonly folder: string;
  /** Syncs the record once more. */
  sync(options?: Partial<SyncOptions>): Promise<Synced>;
}

/** A source without an index that answers for one record as it is told to. */
async function scene(context: TestContext, behaviour: Behaviour): Promise<Scene> {
  const standIn = await using(context, routes({ [bundlePath]: behaviour }));
  const folder = temporaryFolder();
  return {
    standIn,
    folder,
    sync: (options) => syncInto(folder, [standIn.url], { wanted: wanted(suffix), ...options }),
  };
}

/** The text for people, without the port that changes. */
const plain = ({ text }: Synced): string => text.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');

const NOTHING = 'bundles kept            0\nalready in the folder   0\n';

test('keeps a good bundle in the folder of its day, byte for byte', async (context) => {
  const { folder, sync } = await scene(context, answer(good));
  const synced = await sync();
  assert.deepEqual([...filesBelow(folder).keys()], [nameOf(good)]);
  assert.deepEqual(new Uint8Array(readFileSync(join(folder, nameOf(good)))), good);
  assert.equal(synced.text, 'bundles kept            1\nalready in the folder   0\n');
  assert.equal(exitCode(synced), 0);
});

/** Nothing comes: a failure, after some tries, and nothing in the folder. */
const failures: readonly (readonly [name: string, behaviour: Behaviour, reason: string])[] = [
  [
    'that breaks off before the promised length',
    cutByLength(good),
    'the connection was closed before the answer was complete (4 tries)',
  ],
  [
    'that breaks off between two chunks',
    cutInChunks(good),
    'the connection was closed before the answer was complete (4 tries)',
  ],
  [
    'whose body is not compressed as it says',
    falseGzip(good),
    'the answer could not be decompressed (Z_DATA_ERROR) (4 tries)',
  ],
  ['that answers 500', status(500), 'the server answered 500 (4 tries)'],
  ['that answers 403', status(403), 'the server answered 403'],
  ['that redirects for ever', redirectLoop, `more than 5 redirects, the last one to http://HOST/${bundlePath}?xxxxxx`],
  [
    'that redirects to a file',
    redirect('file:///etc/passwd'),
    'the redirect leads to file: (file:///etc/passwd); only http and https are followed',
  ],
  [
    'that redirects to another scheme',
    redirect('gopher://example.org/1'),
    'the redirect leads to gopher: (gopher://example.org/1); only http and https are followed',
  ],
  ['that redirects to nowhere', status(302), 'the redirect has no Location header'],
  [
    'that redirects to something that is not a URL',
    redirect('http://['),
    'the redirect leads to "http://[", which is not a URL',
  ],
];
/**
 * The same, of hosts that are slow on purpose: what a person waits half a minute for. Only the limit that a host must hit is short, so
 * that a busy machine hits no other one before.
 */
const slowFailures: readonly (readonly [...(typeof failures)[number], timeouts: Partial<Timeouts>])[] = [
  ['that never answers', silence, 'no answer for 0.4 s (4 tries)', { connect: 400 }],
  ['that stops in the middle of the body', stall(good), 'nothing more came for 0.4 s (4 tries)', { idle: 400 }],
  [
    'that sends one byte at a time',
    slowDrip(good, 20),
    'the whole answer took more than 0.7 s (4 tries)',
    { total: 700 },
  ],
];
function testFailure([name, behaviour, reason, timeouts = {}]: (typeof failures | typeof slowFailures)[number]): void {
  test(`reports a host ${name} as a failure and keeps nothing`, async (context) => {
    const { folder, sync } = await scene(context, behaviour);
    const synced = await sync({ network: { timeouts } });
    const line = `failed   ${suffix}  http://HOST/${bundlePath}: ${reason} (from http://HOST/)`;
    assert.equal(plain(synced), `${line}\n\n${NOTHING}failed                  1\n`);
    assert.equal(exitCode(synced), 1);
    assert.deepEqual([...filesBelow(folder).keys()], []);
  });
}
for (const failure of failures) testFailure(failure);
// Each only waits.
describe('side by side', { concurrency: true }, () => {
  for (const failure of slowFailures) testFailure(failure);
});

/** Something comes that is not the bundle: refused, and kept in the quarantine with its reason. */
const refusals: readonly (readonly [name: string, behaviour: Behaviour, bytes: Uint8Array, reason: string | RegExp])[] =
  (() => {
    const html = bytesOfText(
      '<!doctype html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n',
    );
    const foreign = bytesOf(makeBundle(makeRecord({ id: '2606.00002' })));
    const unsigned = bytesOf(makeBundle(record, undefined, {}, strangerKey));
    const tampered = bytesOfText(
      new TextDecoder().decode(good).replace('"built_at":"2026-07-01', '"built_at":"2026-08-01'),
    );
    return [
      [
        'an HTML page with status 200',
        htmlPage('Sign in'),
        html,
        'not_json: expected a bundle, got an HTML page with status 200 ("Sign in")',
      ],
      [
        'the valid bundle of another record',
        answer(foreign),
        foreign,
        `number_mismatch: expected the bundle of ${suffix}, got the valid bundle of pith:2026:${suffixOf(digest(makeRecord({ id: '2606.00002' })))}`,
      ],
      [
        'a bundle by a key that is not pinned',
        answer(unsigned),
        unsigned,
        /^untrusted_key: \/bundle_signature\/key_id: /,
      ],
      [
        'a bundle in which something was changed',
        answer(tampered),
        tampered,
        /^bundle_hash_mismatch: \/bundle_signature\/bundle_sha256: expected "?[0-9a-f]{64}"?, got "?[0-9a-f]{64}"?$/,
      ],
      ['half a bundle with a false length', falseLength(good, 4000), good.subarray(0, 4000), /^not_json: /],
      ['an empty body', answer(''), new Uint8Array(), /^not_json: /],
    ];
  })();

function bytesOfText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

for (const [name, behaviour, bytes, reason] of refusals) {
  test(`refuses ${name}, and keeps it in the quarantine with the reason`, async (context) => {
    const { folder, sync } = await scene(context, behaviour);
    const synced = await sync();
    const file = `quarantine/${suffix}.${digits(bytes)}`;
    const line = synced.records[0];
    const said = `${line?.code}: ${line?.message}`;
    if (typeof reason === 'string') assert.equal(said, reason);
    else assert.match(said, reason);
    assert.equal(
      plain(synced),
      `refused  ${suffix}  ${said} (from http://HOST/); see bundles/${file}.txt\n\n${NOTHING}refused                 1\n`,
    );
    assert.equal(exitCode(synced), 3);
    const files = filesBelow(folder);
    assert.deepEqual([...files.keys()], [`${file}.rejected`, `${file}.txt`]);
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, `${file}.rejected`))), bytes);
    assert.match(files.get(`${file}.txt`) ?? '', /^from {4}http:\/\/.*\nsha256 {2}[0-9a-f]{64}\nreason {2}\w+: .*\n$/);
    // The same again brings no second copy, and the same answer.
    const again = await sync();
    assert.equal(plain(again), plain(synced));
    assert.deepEqual([...filesBelow(folder).keys()], [...files.keys()]);
  });
}

for (const [name, behaviour] of [
  ['a body that never ends', endless],
  ['a small body that unpacks to 64 MiB', gzipBomb()],
] as const) {
  test(`stops the transfer of ${name} at 16 MiB`, async (context) => {
    const { standIn, folder, sync } = await scene(context, behaviour);
    const synced = await sync();
    const reason =
      'too_large: expected at most 16777216 bytes, got more (counted after decompression); the transfer was stopped';
    const file = `quarantine/${suffix}.000000000000.txt`;
    assert.equal(
      plain(synced),
      `refused  ${suffix}  ${reason} (from http://HOST/); see bundles/${file}\n\n${NOTHING}refused                 1\n`,
    );
    assert.ok(synced.totals.bytes < 18e6, `${synced.totals.bytes} bytes were taken`);
    assert.ok(standIn.sent < 24e6, `${standIn.sent} bytes were sent`);
    assert.deepEqual([...filesBelow(folder).keys()], [file]);
  });
}

test('follows up to five redirects to the bundle', async (context) => {
  const standIn = await using(
    context,
    routes({
      [bundlePath]: redirect('/1'),
      1: redirect('2', 301),
      2: redirect('/3', 307),
      3: redirect('/4', 308),
      4: redirect('/5', 303),
      5: answer(good),
    }),
  );
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix) });
  assert.equal(synced.totals.kept, 1);
});

/** A name server for tests: the stand-in is on the public internet, and so is nothing else. */
const resolve = async (host: string): Promise<readonly string[]> =>
  host === 'localhost' ? ['93.184.216.34'] : host === 'intranet.example' ? ['2001:db8::1', '10.1.2.3'] : [];

for (const [name, target] of [
  ['to a loopback address', 'http://127.0.0.1/'],
  ['to a private address', 'http://192.168.0.1/router'],
  ['to a private IPv6 address', 'http://[fd00::1]/'],
  ['to a name that has a private address', 'http://intranet.example/'],
  ['to the address of a cloud host’s own data', 'http://169.254.169.254/latest/meta-data/'],
] as const) {
  test(`does not follow a public source ${name}`, async (context) => {
    const { standIn, folder } = await scene(context, redirect(target));
    const source = `http://localhost:${standIn.port}/`;
    const synced = await syncInto(folder, [source], { wanted: wanted(suffix), network: { resolve } });
    assert.equal(
      synced.records[0]?.message,
      `${source}${bundlePath}: ${target} is on this machine or in a private network, and localhost is public`,
    );
    assert.equal(exitCode(synced), 1);
  });
}

test('does not let the manifest of a public source lead to a private address', async (context) => {
  const folder = temporaryFolder();
  const hidden = await using(context, answer(good));
  const standIn = await using(context, (request, response, path) => {
    const own = `http://localhost:${standIn.port}/`;
    const manifest = { mirrors: [{ base_url: own, bundle_pattern: `${hidden.url}{suffix}.json` }] };
    const table = { 'pith-mirrors.json': answer(JSON.stringify(manifest)) };
    return routes(table)(request, response, path);
  });
  const source = `http://localhost:${standIn.port}/`;
  const synced = await syncInto(folder, [source], { wanted: wanted(suffix), network: { resolve } });
  assert.match(
    synced.records[0]?.message ?? '',
    /is on this machine or in a private network, and localhost is public$/,
  );
  assert.equal(hidden.asked.length, 0);
  // The same manifest of a source that is local itself is followed.
  assert.equal((await syncInto(folder, [source], { wanted: wanted(suffix) })).totals.kept, 1);
});

test('waits as long as the Retry-After of a 429 says, and retries', async (context) => {
  const { sync } = await scene(context, inTurn(status(429, { 'retry-after': '120' }), answer(good)));
  const synced = await sync();
  assert.equal(synced.totals.kept, 1);
  assert.deepEqual(synced.waits, [120_000]);
  assert.match(
    synced.said[0] ?? '',
    /^127\.0\.0\.1:\d+ answered 429 with Retry-After: waiting 120 s before the next request$/,
  );
});

test('understands a date in Retry-After', async (context) => {
  const { sync } = await scene(
    context,
    inTurn(status(429, { 'retry-after': 'Mon, 01 Jun 2026 00:01:30 GMT' }), answer(good)),
  );
  const synced = await sync();
  assert.deepEqual(synced.waits, [90_000]);
  assert.equal(synced.totals.kept, 1);
});

test('doubles its pause for each 429 without Retry-After, and then gives up the host', async (context) => {
  const { folder, sync, standIn } = await scene(context, status(429));
  const synced = await sync();
  assert.deepEqual(
    synced.waits,
    [60, 120, 240, 480, 960, 1800].map((seconds) => seconds * 1000),
  );
  assert.equal(
    synced.records[0]?.message?.replace(/:\d+/g, ''),
    `http://127.0.0.1/${bundlePath}: 127.0.0.1 answered 429 after each of 6 pauses`,
  );
  assert.equal(exitCode(synced), 1);
  assert.equal(standIn.asked.filter(({ path }) => path === bundlePath).length, 7);
  assert.deepEqual([...filesBelow(folder).keys()], []);
});

test('does not wait for a host that asks to come back tomorrow', async (context) => {
  const { sync } = await scene(context, status(429, { 'retry-after': '86400' }));
  const synced = await sync();
  assert.deepEqual(synced.waits, []);
  assert.match(
    synced.records[0]?.message ?? '',
    /answered 429 and asked to be tried again in 1440 min; a run waits at most 30 min$/,
  );
});

test('pauses and retries after a 503', async (context) => {
  const { sync } = await scene(context, inTurn(status(503), status(503), answer(good)));
  const synced = await sync();
  assert.equal(synced.totals.kept, 1);
  assert.deepEqual(synced.waits, [60_000, 120_000]);
});

test('retries after a broken connection', async (context) => {
  const { sync } = await scene(context, inTurn(cutByLength(good), answer(good)));
  const synced = await sync();
  assert.equal(synced.totals.kept, 1);
  assert.match(synced.said[0] ?? '', /the connection was closed before the answer was complete; trying again in 1 s$/);
});

test('makes only one pause for the 429s of concurrent requests', async (context) => {
  const suffixes = ['2606.00010', '2606.00011', '2606.00012', '2606.00013'].map((id) => {
    const own = makeRecord({ id });
    return { own, suffix: suffixOf(digest(own)) };
  });
  const table = Object.fromEntries(
    suffixes.map(({ own, suffix: name }) => [
      `pith/${name}/bundle.json`,
      inTurn(status(429, { 'retry-after': '7' }), answer(bytesOf(makeBundle(own)))),
    ]),
  );
  const strict = await using(context, together(suffixes.length, 'pith/', routes(table)));
  const synced = await syncInto(temporaryFolder(), [strict.url], {
    wanted: wanted(...suffixes.map((item) => item.suffix)),
  });
  assert.equal(synced.totals.kept, 4);
  // All four were refused at once: that is one pause, not four.
  assert.equal(synced.said.filter((text) => text.includes('answered 429')).length, 1);
});

const built = (events: readonly unknown[], day: string): Uint8Array =>
  bytesOf(makeBundle(record, events, { built_at: `2026-07-${day}T00:00:00Z` }));

test('does not keep a bundle that was only signed again', async (context) => {
  const first = built([created, snapshot], '01');
  const second = built([created, snapshot], '02');
  const { folder, sync } = await scene(context, inTurn(answer(first), answer(second)));
  await sync();
  const synced = await sync();
  assert.equal(synced.text, `${NOTHING}without new events      1\n`);
  assert.equal(exitCode(synced), 0);
  assert.deepEqual([...filesBelow(folder).keys()], [nameOf(first)]);
  await sync({ keepAll: true });
  assert.deepEqual([...filesBelow(folder).keys()].sort(), [nameOf(first), nameOf(second)].sort());
});

test('keeps a bundle with a new event in addition to the existing one', async (context) => {
  const first = built([created, snapshot], '01');
  const second = built([created, snapshot, correction], '02');
  const { folder, sync } = await scene(context, inTurn(answer(first), answer(second)));
  await sync();
  assert.equal((await sync()).totals.kept, 1);
  assert.deepEqual([...filesBelow(folder).keys()].sort(), [nameOf(first), nameOf(second)].sort());
});

test('recognises a bundle that is older than the existing one, and refuses it', async (context) => {
  const held = built([created, snapshot, correction], '02');
  const older = built([created, snapshot], '01');
  const { folder, sync } = await scene(context, inTurn(answer(held), answer(older)));
  await sync();
  const synced = await sync();
  assert.equal(
    synced.records[0]?.message,
    `built at 2026-07-01T00:00:00Z, before the one in the folder (2026-07-02T00:00:00Z); it lacks ${correction.event_id}, which ${nameOf(held)} has`,
  );
  assert.equal(synced.records[0]?.code, 'events_withheld');
  assert.equal(exitCode(synced), 3);
  assert.ok(filesBelow(folder).has(`quarantine/${suffix}.${digits(older)}.rejected`));
  assert.ok(filesBelow(folder).has(nameOf(held)));
});

test('recognises a newer bundle that lacks an event, and refuses it', async (context) => {
  const held = built([created, snapshot, correction], '01');
  const newer = built([created, snapshot], '02');
  const { sync } = await scene(context, inTurn(answer(held), answer(newer)));
  await sync();
  const synced = await sync();
  assert.equal(
    synced.records[0]?.message,
    `built at 2026-07-02T00:00:00Z, not before the one in the folder (2026-07-01T00:00:00Z), and yet it lacks ${correction.event_id}, which ${nameOf(held)} has`,
  );
  assert.equal(exitCode(synced), 3);
});

test('says which name no source has', async (context) => {
  const standIn = await using(context, routes({}));
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [standIn.url], { wanted: wanted(suffix) });
  assert.equal(
    plain(synced),
    `failed   ${suffix}  ${suffix}: no source has it (from http://HOST/)\n\n${NOTHING}failed                  1\n`,
  );
});

test('does not say that no source has a record if one could not be read', async (context) => {
  const standIn = await using(context, routes({ 'records/snapshot.txt': status(403) }));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix) });
  assert.deepEqual(
    synced.records.map(({ message }) => message),
    ['records/snapshot.txt: the server answered 403', `${suffix}: not found, and not every source could be read`],
  );
  assert.equal(exitCode(synced), 1);
});

test('sends its User-Agent, and limits the refused answers that it keeps per record', async (context) => {
  let count = 0;
  const { standIn, folder, sync } = await scene(context, (request, response, path) =>
    htmlPage(`Error ${count++}`)(request, response, path),
  );
  for (let i = 0; i < 10; i++) await sync();
  assert.equal(standIn.asked[0]?.headers['user-agent'], 'pith-mirror/test');
  assert.equal([...filesBelow(folder).keys()].filter((name) => name.endsWith('.txt')).length, 8);
});
