/** The mirror's own note: read strictly, shown as the operator's words, and overridden by options. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '../../../src/mirror/base/failure.ts';
import { joinMirror } from '../../../src/mirror/join.ts';
import { parseOperatorNote } from '../../../src/mirror/read/operator-note.ts';
import { encodeUtf8 } from '../../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { differences, mirror, settle, snapshot } from '../../support/sites/mirror.ts';
import { writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const NOTE = `---
name: Mirror of the <Example> Library
site: https://library.example/pith
contact: pith@library.example
sources:
  - https://other.example/
select: papers that our readers cite
---

We keep **what we cite**. <script>alert(1)</script>
`;

describe('the note of a mirror', () => {
  it('is read with its text', () => {
    assert.deepEqual(parseOperatorNote(encodeUtf8(NOTE)), {
      name: 'Mirror of the <Example> Library',
      site: 'https://library.example/pith/',
      contact: 'pith@library.example',
      sources: ['https://other.example/'],
      select: 'papers that our readers cite',
      text: 'We keep **what we cite**. <script>alert(1)</script>',
    });
  });

  it('is refused with the member and what to write instead', () => {
    const refuses = (text: string, message: RegExp): void =>
      assert.throws(
        () => parseOperatorNote(encodeUtf8(text)),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    refuses('We run this.', /^mirror\.md: expected "---" alone on the first line/);
    refuses(
      '---\nnmae: x\n---\n',
      /^mirror\.md: "nmae": expected no members other than name, site, contact, sources, select$/,
    );
    refuses('---\nname: 2026\n---\n', /^mirror\.md: "name": expected text, got 2026: put it in quotes$/);
    refuses('---\nname: 2026-05-21\n---\n', /^mirror\.md: "name": expected text, got a date: put it in quotes$/);
    refuses('---\nname: "two\\nlines"\n---\n', /^mirror\.md: "name": expected one line of text, got "two\\nlines"$/);
    refuses('---\nsite: ftp://x/\n---\n', /^mirror\.md: "site": expected an http or https URL .*, got "ftp:\/\/x\/"$/);
    refuses('---\nsources: x\n---\n', /^mirror\.md: "sources": expected an array, got "x"$/);
    refuses('---\nsources: [x, [y]]\n---\n', /^mirror\.md: "sources\/1": expected a string, got an array$/);
    refuses(`---\nname: x\n---\n${'x'.repeat(70_000)}`, /^mirror\.md: expected at most 65536 bytes, got 70016$/);
  });
});

describe('a build with a note of the mirror', () => {
  const input = join(folder, 'bundles');
  const out = join(folder, 'dist');
  // Text that may run in either direction is isolated by <bdi>, which is not what is tested here.
  const read = (path: string): string => readFileSync(join(out, path), 'utf8').replaceAll(/<\/?bdi>/g, '');
  const records = ['1', '2', '3'].map((i) => makeRecord({ id: `2606.0000${i}` }));

  it('shows it on the home page as the operator’s words, names the mirror by it, and gives the joined site the same bytes', async () => {
    writeFiles(input, Object.fromEntries(records.map((record, i) => [`${i}.json`, bytesOf(makeBundle(record))])));
    writeFileSync(join(input, 'mirror.md'), NOTE);
    await mirror(input, out);
    const home = read('index.html');
    assert.match(
      home,
      /<h2>Mirror of the &lt;Example&gt; Library<\/h2>\s*<p class="quiet">The operator of this mirror wrote this text/,
    );
    assert.match(home, /We keep <strong>what we cite<\/strong>/);
    assert.doesNotMatch(home, /<script>alert/);
    assert.match(home, /Contact: pith@library\.example/);
    const { mirrors } = JSON.parse(read('pith-mirrors.json'));
    assert.equal(mirrors[1].name, 'Mirror of the <Example> Library');
    assert.equal(mirrors[1].base_url, 'https://library.example/pith');
    assert.equal(mirrors[1].contact, 'pith@library.example');
    assert.match(read('records.atom'), /<title>Mirror of the &lt;Example&gt; Library<\/title>/);

    const shards = [1, 2].map((index) => join(folder, `shard-${index}`));
    for (const [i, shard] of shards.entries()) await mirror(input, shard, { shard: { index: i + 1, count: 2 } });
    const joined = join(folder, 'joined');
    const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };
    await joinMirror(
      { shards, out: joined, trust: testTrust, site: null, strict: false, allowLoss: true, clean: false, flush: false },
      quiet,
    );
    assert.deepEqual(differences(snapshot(joined), snapshot(out)), []);
  });

  it('lets --site override its address', async () => {
    await mirror(input, out, { site: 'https://option.example/' });
    const { mirrors } = JSON.parse(read('pith-mirrors.json'));
    assert.equal(mirrors[1].base_url, 'https://option.example');
  });

  it('is built again when the note changes or goes', async () => {
    await mirror(input, out);
    settle(input, out);
    writeFileSync(join(input, 'mirror.md'), NOTE.replace('what we cite', 'everything'));
    const { isUnchanged } = await mirror(input, out);
    assert.equal(isUnchanged, false);
    assert.match(read('index.html'), /We keep <strong>everything<\/strong>/);
    rmSync(join(input, 'mirror.md'));
    await mirror(input, out);
    assert.doesNotMatch(read('index.html'), /words of the operator/);
    assert.equal(JSON.parse(read('pith-mirrors.json')).mirrors.length, 1);
  });
});
