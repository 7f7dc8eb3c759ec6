/**
 * What goes wrong with packages: each case has a message, an exit code, and leaves nothing half-written.
 *
 * Slow: it kills packing at many moments and fills a disk.
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { compress } from '../../src/packages/compress.ts';
import { formatZip, type PackedFile } from '../../src/packages/formats/zip.ts';
import { type PackOptions, packSite } from '../../src/packages/pack.ts';
import { testTrust } from '../support/bundles/make-bundle.ts';
import { pithMirror, type Run, runProgram } from '../support/sites/cli.ts';
import { readTree, writeFiles } from '../support/sites/site.ts';
import { assertRefused, failed, Spoilable } from '../support/sites/spoilable.ts';
import { needTool } from '../support/tools/tools.ts';

const spoilable = new Spoilable();
const { folder, trust, site, out, suffixes } = spoilable;
const at = (...names: readonly string[]): string => spoilable.at(...names);
const record = (name: string, index = 1): string => spoilable.record(name, index);
const left = (): readonly string[] => spoilable.left();

const packArgs = ['pack', site, '--format', 'zip', '--out', out, '--name', 'p', '--trust', trust];
const pack = (...more: readonly string[]): Promise<Run> => pithMirror([...packArgs, ...more]);

describe('a site that cannot be packed', () => {
  it('is refused with exit code 2 if it is not a mirror', async () => {
    rmSync(join(site, '.pith-mirror.json'));
    failed(
      await pack(),
      2,
      /is not a mirror: it has no \.pith-mirror\.json; name a folder that pith-mirror build wrote/,
    );
    assert.deepEqual(left(), []);
  });

  it('is refused if there is no such folder, with exit code 2', async () => {
    rmSync(site, { recursive: true });
    failed(await pack(), 2, /there is no such folder/);
  });

  it('is refused if an update of it was interrupted', async () => {
    writeFileSync(at('.copy.pith-mirror-journal'), '{}');
    failed(await pack(), 1, /an update of this site was interrupted; run pith-mirror build again, then pack it/);
    rmSync(at('.copy.pith-mirror-journal'));
  });

  it('is refused if its key is not pinned, with exit code 2 and the name of the key', async () => {
    const run = await pithMirror(['pack', site, '--format', 'zip', '--out', out]);
    failed(run, 2, /built with the key TEST-second \([0-9a-f]{32}\), which is not pinned here; name .* with --trust/);
  });

  it('is refused if a page is not the one that was built', async () => {
    appendFileSync(join(site, record('index.html')), ' ');
    const run = await pack();
    failed(
      run,
      1,
      /index\.html: has SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}; nothing is packed; pith-mirror verify/,
    );
    assert.deepEqual(left(), []);
  });

  it('is refused if a state is not the merge of its bundle', async () => {
    rmSync(join(site, 'sums'), { recursive: true });
    const path = join(site, record('state.json'));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"equivocation_count":0', '"equivocation_count":1'));
    failed(await pack(), 1, /state\.json: is not the merge of the bundles of [A-Z2-7]{26}; .*nothing is packed/);
    assert.deepEqual(left(), []);
  });

  it('is refused if a bundle was changed, though the file is still a bundle', async () => {
    rmSync(join(site, 'sums'), { recursive: true });
    const path = join(site, record('bundle.json'));
    writeFileSync(path, readFileSync(path, 'utf8').replace(/2606\.1000\d/, '2606.10009'));
    failed(await pack(), 1, /bundle\.json: is rejected; nothing is packed/);
    assert.deepEqual(left(), []);
  });

  it('is refused if a record lies in the folder of another', async () => {
    rmSync(join(site, 'sums'), { recursive: true });
    for (const name of ['bundle.json', 'state.json']) cpSync(join(site, record(name, 0)), join(site, record(name, 1)));
    failed(await pack(), 1, /is a bundle of pith:2026:[A-Z2-7]{26}; expected [A-Z2-7]{26}/);
  });

  it('is packed without links and files with unsuitable names, which are reported', async () => {
    writeFileSync(join(site, 'a:b.txt'), 'not ours');
    writeFileSync(join(site, 'CNAME'), 'example.org');
    symlinkSync('index.html', join(site, 'link.html'));
    const run = await pack();
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /not packed, the name has a character that some file systems forbid: a:b\.txt/);
    assert.match(run.stderr, /not packed, a symbolic link: link\.html/);
    assert.match(run.stderr, /not packed, not part of the mirror: CNAME/);
  });

  const options = (): PackOptions => ({
    site,
    out,
    name: 'p',
    contents: 'site',
    compression: 'deflated',
    input: null,
    trust: testTrust,
    engine: 'openssl',
    isJudged: false,
    force: false,
    jobs: 1,
  });
  const changes: readonly (readonly [what: string, stage: string, change: () => void])[] = [
    ['a file grows', 'packing', () => appendFileSync(join(site, record('index.html', 2)), ' ')],
    ['a file of a record appears', 'packing', () => writeFileSync(join(site, record('new.txt', 2)), '')],
    ['a file goes', 'packing', () => rmSync(join(site, 'style.css'))],
    [
      'a record that was packed already changes',
      'reading back',
      () => appendFileSync(join(site, record('index.html', 0)), ' '),
    ],
    [
      'a record appears',
      'reading back',
      () => cpSync(join(site, 'pith', suffixes[0] ?? ''), join(site, 'pith', 'A'.repeat(26)), { recursive: true }),
    ],
  ];
  for (const [what, stage, change] of changes) {
    it(`is refused if it changes while it is packed: ${what}`, async () => {
      await assertRefused((progress) => packSite(options(), progress), stage, change);
      assert.deepEqual(left(), []);
    });
  }
});

describe('an output that exists', () => {
  it('is refused with exit code 2 and stays as it was; --force replaces it', async () => {
    writeFiles(out, { 'p.zip': 'mine' });
    failed(await pack(), 2, /p\.zip: already exists; choose another with --out or --name, or replace it with --force/);
    assert.equal(readFileSync(join(out, 'p.zip'), 'utf8'), 'mine');
    const run = await pack('--force');
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(left(), ['p.zip']);
    assert.equal(readFileSync(join(out, 'p.zip')).subarray(0, 2).toString(), 'PK');
  });

  it('stays as it was if what would replace it cannot be packed', async () => {
    writeFiles(out, { 'p.zip': 'mine' });
    appendFileSync(join(site, record('state.json')), ' ');
    failed(await pack('--force'), 1, /state\.json: has SHA-256/);
    assert.equal(readFileSync(join(out, 'p.zip'), 'utf8'), 'mine');
    assert.deepEqual(left(), ['p.zip']);
  });

  it('cannot be named like a folder or a hidden file', async () => {
    for (const name of ['../x', 'a/b', '.x', '', 'nul']) failed(await pack('--name', name), 2, /--name: expected/);
    assert.deepEqual(left(), []);
  });
});

describe('an input that is not what the site was built from', () => {
  it('is refused with exit code 2 and the name of the file', async () => {
    cpSync(at('input'), at('other'), { recursive: true });
    writeFileSync(at('other', 'more.json'), '{}');
    failed(await pack('--input', at('other')), 2, /more\.json is not what the site was built from/);
    rmSync(at('other', 'more.json'));
    rmSync(at('other', '1.json'));
    failed(await pack('--input', at('other')), 2, /1\.json is not what the site was built from/);
    failed(await pack('--input', at('nowhere')), 2, /--input .*nowhere/);
    assert.deepEqual(left(), []);
  });
});

describe('a bad moment', () => {
  it('kill -9 at any time leaves no package or a whole one, and the next run gives the same bytes', async () => {
    await spoilable.killAgainAndAgain(packArgs, 12);
  });

  it('a full disk gives one line and exit code 1, and leaves nothing', (t) =>
    spoilable.fillDisk(t, 64, (to) => ['pack', site, '--format', 'zip', '--out', to, '--trust', trust]));
});

describe('a damaged package', () => {
  /** The files of a good package, by their path below its top folder. */
  let good: ReadonlyMap<string, Uint8Array>;
  const zip = at('spoilt.zip');
  const goodZip = at('good.zip');

  before(async () => {
    rmSync(site, { recursive: true, force: true });
    cpSync(at('site'), site, { recursive: true });
    rmSync(out, { recursive: true, force: true });
    assert.equal((await pack()).code, 0);
    const run = await runProgram(needTool('unzip'), ['-q', join(out, 'p.zip'), '-d', at('good')]);
    assert.equal(run.code, 0, run.stderr);
    cpSync(join(out, 'p.zip'), goodZip);
    good = readTree(at('good', 'p'));
  });

  /** Both forms of one package: a ZIP, and its folder. */
  function write(files: ReadonlyMap<string, Uint8Array>): readonly string[] {
    const packed = [...files].map(
      ([path, bytes]): PackedFile => ({ path: `p/${path}`, seconds: 0, ...compress(bytes, 'stored') }),
    );
    writeFileSync(zip, Buffer.concat([...formatZip(packed)]));
    rmSync(at('spoilt'), { recursive: true, force: true });
    writeFiles(at('spoilt'), Object.fromEntries(files));
    return [zip, at('spoilt')];
  }

  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const changed = (path: string, content: (before: string) => string): ReadonlyMap<string, Uint8Array> => {
    assert.ok(good.has(path), path);
    return new Map([...good]).set(path, text(content(Buffer.from(good.get(path) ?? []).toString())));
  };
  const without = (path: string): ReadonlyMap<string, Uint8Array> =>
    new Map([...good].filter(([name]) => name !== path));
  const data = (name: string): string => `data/${record(name)}`;

  const cases: readonly (readonly [what: string, files: () => ReadonlyMap<string, Uint8Array>, message: RegExp])[] = [
    [
      'lacks a file',
      () => without(data('state.json')),
      /missing +data\/pith\/\w+\/state\.json: is missing; manifest-sha256\.txt lists it/,
    ],
    [
      'has a file more',
      () => new Map([...good]).set('data/more.html', text('')),
      /extra +data\/more\.html: is not listed in manifest/,
    ],
    [
      'has a changed page',
      () => changed(data('index.html'), (page) => page.replace('</html>', '</HTML>')),
      /changed +data\/pith\/\w+\/index\.html: has SHA-256 [0-9a-f]{64}; expected/,
    ],
    [
      'has a changed bundle',
      () => changed(data('bundle.json'), (bundle) => bundle.replace(/2606\.1000\d/, '2606.10009')),
      /changed +data\/pith\/\w+\/bundle\.json/,
    ],
    [
      'has a changed keys file',
      () => changed('trust.json', (keys) => keys.replace('TEST-registry', 'TEST-REGISTRY')),
      /changed +trust\.json/,
    ],
    [
      'has a wrong Payload-Oxum',
      () => changed('bag-info.txt', (info) => info.replace(/(Oxum: \d+)\.\d+/, '$1.7')),
      /Payload-Oxum is \d+\.7 \(bytes\.files\); found \d+\.\d+/,
    ],
    [
      'has a manifest that lists a file outside of it',
      () => changed('manifest-sha256.txt', (list) => `${list}${'0'.repeat(64)}  ../../etc/passwd\n`),
      /manifest-sha256\.txt lists it, but the name has the part "\.\."/,
    ],
  ];
  for (const [what, files, message] of cases) {
    it(`${what}: verify names the file and exits with 1, for the ZIP and for the folder`, async () => {
      for (const path of write(files())) {
        const run = await pithMirror(['verify', path, '--trust', trust]);
        assert.equal(run.code, 1, run.stderr);
        assert.match(run.stdout, message);
      }
    });
  }

  const broken: readonly (readonly [what: string, files: () => ReadonlyMap<string, Uint8Array>, message: RegExp])[] = [
    ['has no bagit.txt', () => without('bagit.txt'), /has no bagit\.txt/],
    ['has no manifest', () => without('manifest-sha256.txt'), /has no manifest-sha256\.txt/],
    [
      'is of another BagIt',
      () => changed('bagit.txt', (declared) => declared.replace('1.0', '9.9')),
      /expected "BagIt-Version: 1\.0", found "BagIt-Version: 9\.9"/,
    ],
    [
      'has a damaged manifest',
      () => changed('manifest-sha256.txt', (list) => list.slice(1)),
      /manifest-sha256\.txt, line 1: expected 64 hexadecimal digits/,
    ],
    [
      'has a damaged list of inputs',
      () => changed('input/files.jsonl', (lines) => lines.slice(1)),
      /input\/files\.jsonl, line 1: expected/,
    ],
  ];
  for (const [what, files, message] of broken) {
    it(`${what}: verify and build say so in one line and exit with 1`, async () => {
      const [path = ''] = write(files());
      failed(await pithMirror(['verify', path, '--trust', trust]), 1, message);
      const run = await pithMirror(['build', path, '--out', at('built'), '--trust', trust]);
      failed(run, 1, message);
      assert.ok(!existsSync(at('built')));
    });
  }

  it('build takes nothing from a package that lacks a file', async () => {
    const [path = ''] = write(without(data('bundle.json')));
    const run = await pithMirror(['build', path, '--out', at('built'), '--trust', trust]);
    failed(run, 1, /bundle\.json is missing; .*pith-mirror verify lists every problem/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('pith-mirror-unpack')),
      [],
    );
  });

  it('build takes nothing from a package whose bundle is not that of the manifest', async () => {
    const [path = ''] = write(changed(data('bundle.json'), (bundle) => `${bundle} `));
    const oxum = Buffer.from(good.get('bag-info.txt') ?? []).toString();
    const [, bytes = '0', count = ''] = /Oxum: (\d+)\.(\d+)/.exec(oxum) ?? [];
    write(
      new Map([...changed(data('bundle.json'), (bundle) => `${bundle} `)]).set(
        'bag-info.txt',
        text(oxum.replace(/\d+\.\d+\n/, `${Number(bytes) + 1}.${count}\n`)),
      ),
    );
    const run = await pithMirror(['build', path, '--out', at('built'), '--trust', trust]);
    failed(run, 1, /bundle\.json has SHA-256 [0-9a-f]{64}; the manifest lists [0-9a-f]{64}; the package is damaged/);
    assert.ok(!existsSync(at('built')));
  });

  for (const name of ['../outside.json', '/tmp/outside.json', 'C:\\outside.json', 'a/../../outside.json', '']) {
    it(`build writes nothing outside of its folder for an input named ${JSON.stringify(name)}`, async () => {
      const [path = ''] = write(
        changed('input/files.jsonl', (lines) => lines.replace('"1.json"', JSON.stringify(name))),
      );
      const run = await pithMirror(['build', path, '--out', at('built'), '--trust', trust]);
      failed(run, 1, name === '' ? /line 2: expected/ : /would lie outside of the folder/);
      assert.ok(!existsSync(at('built')) && !existsSync(at('outside.json')));
    });
  }

  it('verify says where a ZIP was cut short', async () => {
    const bytes = readFileSync(goodZip);
    writeFileSync(zip, bytes.subarray(0, bytes.length / 2));
    failed(
      await pithMirror(['verify', zip, '--trust', trust]),
      1,
      /spoilt\.zip: it has no end record; it is not a ZIP archive, or was cut short/,
    );
  });

  it('verify names the file in which a bit of the ZIP flipped', async () => {
    const bytes = new Uint8Array(readFileSync(goodZip));
    const middle = Buffer.from(bytes).indexOf(`p/${data('index.html')}`) + 500;
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    writeFileSync(zip, bytes);
    const run = await pithMirror(['verify', zip, '--trust', trust]);
    assert.equal(run.code, 1);
    assert.match(run.stdout, /unreadable +data\/pith\/\w+\/index\.html: is damaged/);
  });

  it('verify refuses files that are not packages, and says why', async () => {
    writeFileSync(zip, 'hello');
    failed(await pithMirror(['verify', zip, '--trust', trust]), 1, /it is not a ZIP archive, or was cut short/);
    writeFileSync(zip, Buffer.concat([...formatZip([{ path: 'a/b', seconds: 0, ...compress(text('x'), 'stored') }])]));
    failed(await pithMirror(['verify', zip, '--trust', trust]), 1, /spoilt\.zip: has no bagit\.txt/);
    const two = ['a/b', 'c/d'].map((path): PackedFile => ({ path, seconds: 0, ...compress(text('x'), 'stored') }));
    writeFileSync(zip, Buffer.concat([...formatZip(two)]));
    failed(await pithMirror(['verify', zip, '--trust', trust]), 1, /expected one top folder, found a and c\/d/);
  });

  it('verify exits with 2 if packages and bundles are given in one run', async () => {
    const run = await pithMirror(['verify', goodZip, at('input', '0.json'), '--trust', trust]);
    failed(run, 2, /bundles cannot be verified together with packages or sites/);
  });
});

describe('a site that is verified as a folder', () => {
  it('passes as it was built, and fails by name if a state is not the merge', async () => {
    assert.equal((await pithMirror(['verify', site, '--trust', trust])).code, 0);
    appendFileSync(join(site, record('state.json')), ' ');
    const run = await pithMirror(['verify', site, '--trust', trust, '--json']);
    assert.equal(run.code, 1);
    const [{ kind, problems }] = JSON.parse(run.stdout).packages;
    assert.equal(kind, 'site');
    assert.ok(problems.some(({ path }: { path: string }) => path === record('state.json')));
  });
});
