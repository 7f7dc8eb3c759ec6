/** Before anything is published it is written to the disk: tested with a `sync` that says what a test wants it to say. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import { flushFolder } from '../../../src/mirror/publish/flush.ts';
import { bytesOf, makeBundle, makeRecord } from '../../support/bundles/make-bundle.ts';
import { writeTestTrust } from '../../support/faults/crash.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { assertSameTree, build, readTree, writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const out = join(folder, 'dist');
const trust = join(folder, 'trust.json');
writeTestTrust(trust);
writeFiles(join(folder, 'before'), { 'a.json': bytesOf(makeBundle(makeRecord())) });
writeFiles(join(folder, 'bundles'), { 'b.json': bytesOf(makeBundle(makeRecord({ id: '2606.00002' }))) });
// Each input takes the record of the other one away.
const args = (input: string): string[] => [join(folder, input), '--out', out, '--trust', trust, '--allow-loss'];
const isLinux = process.platform === 'linux';

/** The environment in which `sync` is this shell script. */
function withSync(script: string): { readonly PATH: string } {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'sync'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
}

describe('the flush before publishing', { skip: isLinux ? false : 'there is no sync of a folder' }, () => {
  it('covers the staged site when it is complete and the old site is still in place', async () => {
    await build(args('before'), 0);
    const old = readTree(out);
    const seen = join(folder, 'seen');
    // Of the two sites' suffixes each has its own, so a listing tells them apart.
    const env = withSync(`{ echo "$@"; ls "${out}/pith"; ls "$2/pith"; } > "${seen}"`);
    await build(args('bundles'), 0, { env });
    const suffix = (tree: ReadonlyMap<string, Buffer>): string =>
      [...tree.keys()].join().match(/[A-Z2-7]{26}/)?.[0] ?? '';
    assert.equal(
      readFileSync(seen, 'utf8'),
      `-f ${join(folder, '.dist.pith-mirror-update')}\n${suffix(old)}\n${suffix(readTree(out))}\n`,
    );
  });

  it('that meets an error of the disk ends the build: one line, exit code 1, the old site as it was', async () => {
    await build(args('before'), 0);
    const old = readTree(out);
    for (const words of ['Input/output error', 'I/O error', 'No space left on device', 'Disk quota exceeded']) {
      const env = withSync(`echo "sync: error syncing '$2': ${words}" >&2; exit 1`);
      const { stderr } = await build(args('bundles'), 1, { env });
      assert.match(stderr, /^pith-mirror: the disk could not store what was written: sync: .*$/m);
      assert.equal(stderr.match(/^pith-mirror: /gm)?.length, 1);
      assertSameTree(readTree(out), old);
    }
  });

  it('that takes long says what it waits for and how to go on without it', async () => {
    // It ends when the note was said, however late that is.
    const said = join(folder, 'said');
    const { PATH } = withSync(`until [ -e "${said}" ]; do sleep 0.05; done`);
    const before = process.env.PATH;
    const notes: string[] = [];
    process.env.PATH = PATH;
    try {
      const progress = {
        stage: (name: string) => notes.push(name),
        step: () => undefined,
        note: (text: string) => {
          notes.push(text);
          writeFileSync(said, '');
        },
      };
      await flushFolder(folder, progress, 100);
    } finally {
      process.env.PATH = before;
    }
    assert.equal(notes[0], 'waiting for the disk (sync)');
    assert.match(notes[1] ?? '', /^still waiting for the disk: "sync -f" \(process \d+\) has not ended .* --no-sync$/);
  });

  it('is skipped with --no-sync', async () => {
    const seen = join(folder, 'was-called');
    await build([...args('before'), '--no-sync'], 0, { env: withSync(`touch "${seen}"`) });
    await build([...args('bundles'), '--no-sync'], 0, { env: withSync(`touch "${seen}"`) });
    assert.equal(existsSync(seen), false);
  });

  it('that the system cannot do is skipped', async () => {
    const scripts = [
      'echo "sync: invalid option -- \'f\'" >&2; exit 1',
      'echo "sync: Function not implemented" >&2; exit 1',
      'kill -9 $$',
    ];
    for (const [i, script] of scripts.entries())
      await build(args(i % 2 === 0 ? 'bundles' : 'before'), 0, { env: withSync(script) });
    await build(args('before'), 0, { env: { PATH: join(folder, 'nothing') } });
  });
});
