/** What `build --host` writes for single hosts, and that everything in the site still fits together. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseShard } from '../../src/mirror/resume/shard.ts';
import { suffixOf } from '../../src/protocol/identifier.ts';
import { readTrust } from '../../src/protocol/index.ts';
import { makeBundle as makeGenerated, trustFile } from '../bench/generate.ts';
import {
  bytesOf,
  digest,
  makeBundle,
  makeRecord,
  publicKeyEntry,
  registryKey,
} from '../support/bundles/make-bundle.ts';
import { commandHere, pithMirror, temporaryFolder } from '../support/sites/cli.ts';
import { mirror } from '../support/sites/mirror.ts';
import { assertSameTree, readTree } from '../support/sites/site.ts';

const record = makeRecord();
const suffix = suffixOf(digest(record));

test('a host with rules gets them in place of the second names of bundles, and says at the end whether the site fits', async () => {
  const root = temporaryFolder();
  const input = join(root, 'bundles');
  const out = join(root, 'dist');
  mkdirSync(input);
  writeFileSync(join(input, 'a.json'), bytesOf(makeBundle(record)));
  const { public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(registryKey);
  const key = { key_id: registryKey.keyId, public_key_hex, role: registryKey.role, fingerprint_sha256_hex };
  writeFileSync(join(root, 'trust.json'), JSON.stringify({ keys: [key] }));
  const build = (...args: readonly string[]) =>
    pithMirror(['build', input, '--out', out, '--trust', join(root, 'trust.json'), ...args]);
  const wellKnown = join(out, `.well-known/pith/${suffix}/bundle.json`);

  const plain = await build();
  assert.equal(plain.code, 0, plain.stderr);
  assert.ok(existsSync(wellKnown));
  assert.ok(!existsSync(join(out, '_redirects')));

  const cloudflare = await build('--host', 'cloudflare-pages');
  assert.equal(cloudflare.code, 0, cloudflare.stderr);
  assert.ok(!existsSync(wellKnown));
  assert.match(
    readFileSync(join(out, '_redirects'), 'utf8'),
    /^\/\.well-known\/pith\/:suffix\/bundle\.json \/pith\/:suffix\/bundle\.json 200\n$/,
  );
  assert.match(readFileSync(join(out, '_headers'), 'utf8'), /^\/records\/\*\n {2}Cache-Control: no-cache$/m);
  assert.match(cloudflare.stdout, /^Cloudflare Pages, free plan: 1 record, \d+ files, /m);
  assert.match(cloudflare.stdout, /^fits {2}files: \d+ of 20,000; about [\d,]+ more records fit$/m);
  // The digests of all files are those of this site.
  assert.match(readFileSync(join(out, 'sums/site.sha256'), 'utf8'), / {2}_redirects\n/);

  const back = await build('--host', 'github-pages');
  assert.equal(back.code, 0, back.stderr);
  assert.ok(existsSync(wellKnown) && !existsSync(join(out, '_redirects')));

  const unknown = await commandHere(['build', input, '--out', out, '--host', 'geocities']);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /--host: expected one of static, github-pages, cloudflare-pages, netlify \(found geocities\)/,
  );
});

test('join gives the site that one build for the same host gives, and refuses shards that were built for another', async () => {
  const root = temporaryFolder();
  const at = (name: string): string => join(root, name);
  mkdirSync(at('bundles'));
  for (let i = 0; i < 6; i++) {
    const { suffix: own, text } = makeGenerated(i);
    writeFileSync(at(`bundles/${own}.json`), text);
  }
  writeFileSync(at('trust.json'), trustFile());
  const run = (...args: readonly string[]) => commandHere([...args, '--trust', at('trust.json')]);
  const trust = readTrust(trustFile());
  const host = 'cloudflare-pages';
  for (const [out, shard] of [
    ['whole', null],
    ['one', parseShard('1/2')],
    ['two', parseShard('2/2')],
  ] as const)
    await mirror(at('bundles'), at(out), { trust, host, shard });
  const joined = await run('join', at('one'), at('two'), '--out', at('joined'), '--host', host);
  assert.equal(joined.code, 0, joined.stderr);
  assert.match(joined.stdout, /^Cloudflare Pages, free plan: 6 records, \d+ files, /m);
  assertSameTree(readTree(at('joined')), readTree(at('whole')));
  assert.ok(existsSync(at('joined/_redirects')) && !existsSync(at('joined/.well-known')));

  for (const other of [[], ['--host', 'netlify']]) {
    const refused = await run('join', at('one'), at('two'), '--out', at('other'), ...other);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /one was built by another pith-mirror, .* or for another --site or --host$/m);
    assert.ok(!existsSync(at('other')));
  }
});
