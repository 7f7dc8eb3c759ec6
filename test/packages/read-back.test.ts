/** A package that did not reach the disk as it was written. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { trustDocument } from '../../src/mirror/read/trust-file.ts';
import { compress } from '../../src/packages/compress.ts';
import { manifestLine } from '../../src/packages/formats/bagit.ts';
import { formatZip } from '../../src/packages/formats/zip.ts';
import { readBack } from '../../src/packages/read-back.ts';
import { Team } from '../../src/packages/team.ts';
import { testTrust } from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { notRun } from '../support/tools/not-run.ts';

const folder = temporaryFolder();
let count = 0;
const team = new Team(1, { trust: trustDocument(testTrust), engine: 'openssl' });
after(() => team.dismiss());

const sum = (path: string, content: string): string => manifestLine({ path, sha256: hash('sha256', content) });
const PAYLOAD = ['data/a.html', 'data/b.html'] as const;
const MANIFEST = PAYLOAD.map((path) => sum(path, `<p>${path}`)).join('');

/** Files of a bag by their paths in it; the names of the package and the folder are `p`. */
function bag(changes: Readonly<Record<string, string | null>> = {}): Map<string, string> {
  const files = new Map<string, string>([
    ...PAYLOAD.map((path) => [path, `<p>${path}`] as const),
    ['manifest-sha256.txt', MANIFEST] as const,
    ['tagmanifest-sha256.txt', sum('manifest-sha256.txt', MANIFEST)] as const,
  ]);
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) files.delete(path);
    else files.set(path, content);
  }
  return files;
}

async function read(
  files: ReadonlyMap<string, string>,
  damage: (bytes: Buffer) => Buffer = (bytes) => bytes,
  readers = team,
): Promise<number> {
  const packed = [...files].map(([path, content]) => ({
    path: `p/${path}`,
    seconds: 0,
    ...compress(new TextEncoder().encode(content), 'stored'),
  }));
  // A worker keeps the package open that it read last.
  const zip = join(folder, `${count++}.zip`);
  writeFileSync(zip, damage(Buffer.concat([...formatZip(packed)])));
  let steps = 0;
  const progress = { stage: () => undefined, note: () => undefined, step: () => void steps++ };
  await readBack(zip, 'p', readers, progress);
  return steps;
}

const OPEN_FILES = '/proc/self/fd';

/** What this process holds open. */
const openFiles = (): readonly string[] =>
  readdirSync(OPEN_FILES).flatMap((name) => {
    try {
      return [readlinkSync(join(OPEN_FILES, name))];
    } catch {
      // The list itself was open, and is not any more.
      return [];
    }
  });

describe('reading a package back', () => {
  it('lets go of the package when the workers are dismissed, so that it can be renamed on every system', async (t) => {
    if (!existsSync(OPEN_FILES)) return notRun(t, `needs ${OPEN_FILES}`);
    const others = new Team(1, { trust: trustDocument(testTrust), engine: 'openssl' });
    await read(bag(), (bytes) => bytes, others);
    const zip = join(folder, `${count - 1}.zip`);
    assert.ok(openFiles().includes(zip));
    await others.dismiss();
    assert.ok(!openFiles().includes(zip));
  });

  it('reads every file that is as it was written', async () => {
    assert.equal(await read(bag()), 4);
  });

  const wrong: readonly (readonly [what: string, files: ReadonlyMap<string, string>, message: RegExp])[] = [
    [
      'a file has other bytes than its digest',
      bag({ 'data/a.html': 'x' }),
      /data\/a\.html: has SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}/,
    ],
    ['a file is missing', bag({ 'data/b.html': null }), /data\/b\.html: is missing; manifest-sha256\.txt lists it/],
    [
      'a file is missing before another',
      bag({ 'data/a.html': null }),
      /data\/b\.html: manifest-sha256\.txt does not list it/,
    ],
    ['a file is in no manifest', new Map([['data/0', ''], ...bag()]), /data\/0: manifest-sha256\.txt does not list it/],
    [
      'the manifest is not the one that was written',
      bag({ 'manifest-sha256.txt': `${MANIFEST}${sum('data/c', '')}` }),
      /is missing|has SHA-256/,
    ],
    ['there is no manifest', bag({ 'manifest-sha256.txt': null }), /manifest-sha256\.txt is missing/],
    ['the files are not in order', new Map([...bag()].reverse()), /is not in order/],
  ];
  for (const [what, files, message] of wrong) {
    it(`fails by name if ${what}`, async () => {
      await assert.rejects(read(files), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /^p\.zip was not written correctly: .*; check the disk$/);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('fails if a bit of a file flipped, or the end is missing', async () => {
    const flip = (bytes: Buffer): Buffer => {
      const at = bytes.indexOf('<p>data/b');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    await assert.rejects(read(bag(), flip), /data\/b\.html: is damaged: its CRC-32 is not the one in the ZIP/);
    await assert.rejects(
      read(bag(), (bytes) => bytes.subarray(0, -30)),
      /was cut short|end record/,
    );
  });
});
