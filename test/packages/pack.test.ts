/**
 * Packages as other people's programs see them, and the site that is made from them again.
 *
 * Slow: it builds a site of every kind of record, packs it in several ways, and runs five archivers on the result.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { loadTrust } from '../../src/mirror/read/trust-file.ts';
import { CHECK_BUNDLE } from '../../src/packages/formats/readme.ts';
import { packSite } from '../../src/packages/pack.ts';
import { packagedBundles } from '../../src/packages/unpack-input.ts';
import { buildVariety, type Variety } from '../support/bundles/variety.ts';
import { LAUNCHER, PROJECT, pithMirror, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { assertSameTree, build, readTree } from '../support/sites/site.ts';
import { needTool, type ToolName } from '../support/tools/tools.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const ADDRESS = 'https://example.org/mirror';
const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };

let variety: Variety;
let site: ReadonlyMap<string, Buffer>;

async function pack(args: readonly string[], out: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const run = await pithMirror(
    ['pack', at('site'), '--format', 'zip', '--out', at(out), '--trust', variety.trust, ...args],
    { env },
  );
  assert.equal(run.code, 0, run.stderr);
  const [name = ''] = readdirSync(at(out));
  return at(out, name);
}

async function tool(name: ToolName, ...args: readonly string[]): Promise<Run> {
  const run = await runProgram(needTool(name), args, { cwd: folder });
  assert.equal(run.code, 0, `${name} ${args.join(' ')}\n${run.stdout}${run.stderr}`);
  return run;
}

before(async () => {
  variety = await buildVariety(folder, { plain: 12, site: `${ADDRESS}/` });
  site = readTree(at('site'));
});

/** The published files that a package holds: all but the copies of the bundles. */
const payloadOf = (files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> =>
  new Map([...files].filter(([path]) => !path.startsWith('.well-known/')));

describe('a package of a mirror that withholds a record', () => {
  it('has no file of that record but its page, though the input has its bundle', async () => {
    const excluded = variety.suffixes.get('excluded') ?? '';
    const zip = await pack(['--input', variety.input, '--name', 'withholding'], 'withholding');
    await tool('unzip', '-q', zip, '-d', at('withholding-unpacked'));
    const files = [...readTree(at('withholding-unpacked'))];
    const own = files.filter(([path]) => path.includes(`/pith/${excluded}/`)).map(([path]) => path);
    assert.deepEqual(own, [`withholding/data/pith/${excluded}/index.html`]);
    const bundle = readFileSync(join(variety.input, 'excluded/0.json'));
    assert.ok(!files.some(([, bytes]) => bytes.equals(bundle)));
    const run = await pithMirror(['verify', zip, '--trust', variety.trust, '--json']);
    assert.equal(JSON.parse(run.stdout).totals.withheld, 1);
  });
});

describe('a package of a site', () => {
  let zip = '';
  let bag = '';
  before(async () => {
    zip = await pack(['--input', variety.input, '--name', 'mirror'], 'whole');
    await tool('unzip', '-q', zip, '-d', at('unpacked'));
    bag = at('unpacked', 'mirror');
  });

  it('is accepted by unzip, zip, 7-Zip, Python and bsdtar', async () => {
    await tool('unzip', '-tq', zip);
    await tool('zip', '-T', zip);
    assert.match((await tool('7z', 't', zip)).stdout, /Everything is Ok/);
    const python = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))';
    const { stdout } = await tool('python3', '-c', python, zip);
    const listed = (await tool('bsdtar', '-tf', zip)).stdout.trimEnd().split('\n');
    assert.equal(stdout, `None ${listed.length}\n`);
    assert.deepEqual(listed, listed.toSorted(), 'names are in the order of their bytes');
    assert.ok(listed.every((name) => name.startsWith('mirror/') && !name.endsWith('/')));
  });

  it('can be read from a pipe, with no look at the list at its end', async () => {
    const run = await runProgram(needTool('bsdtar'), ['-tf', '-'], { input: readFileSync(zip) });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(run.stdout.includes('mirror/data/index.html'));
  });

  it('holds the bytes of the site, and one file more', () => {
    const payload = new Map(readTree(join(bag, 'data')));
    assert.ok(payload.delete('ro-crate-metadata.json'));
    assertSameTree(payload, payloadOf(site));
  });

  it('is checked by sha256sum with both manifests, which list every file', async () => {
    for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const run = await runProgram('sha256sum', ['--check', '--strict', manifest], { cwd: bag });
      assert.equal(run.code, 0, run.stderr);
    }
    const listed = ['manifest-sha256.txt', 'tagmanifest-sha256.txt'].flatMap((name) =>
      readFileSync(join(bag, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(66)),
    );
    assert.deepEqual([...listed, 'tagmanifest-sha256.txt'].sort(), [...readTree(bag).keys()].sort());
  });

  it('says how many bytes and files its payload has, of which day it is, and where it was published', () => {
    const payload = [...readTree(join(bag, 'data')).values()];
    const bytes = payload.reduce((total, { length }) => total + length, 0);
    const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8');
    assert.ok(info.includes(`Payload-Oxum: ${bytes}.${payload.length}\n`), info);
    assert.ok(info.includes(`Source-Organization: Operator of the mirror at ${ADDRESS}\n`), info);
    assert.match(info, /^Bagging-Date: 2026-07-02$/m);
  });

  it('has an RO-Crate 1.2 that names only what is there', () => {
    const crate = JSON.parse(readFileSync(join(bag, 'data/ro-crate-metadata.json'), 'utf8'));
    assert.equal(crate['@context'], 'https://w3id.org/ro/crate/1.2/context');
    const graph: ReadonlyMap<string, Record<string, unknown>> = new Map(
      crate['@graph'].map((entity: Record<string, unknown>) => [entity['@id'], entity]),
    );
    assert.equal(graph.size, crate['@graph'].length, 'an @id is there twice');
    assert.deepEqual(graph.get('ro-crate-metadata.json')?.conformsTo, { '@id': 'https://w3id.org/ro/crate/1.2' });
    const root = graph.get('./') ?? {};
    for (const name of ['name', 'description', 'datePublished', 'license']) assert.ok(root[name] !== undefined, name);
    const parts = root.hasPart as readonly { readonly '@id': string }[];
    assert.ok(parts.length >= 3);
    for (const { '@id': id } of parts) {
      assert.ok(graph.has(id), `${id} is not described`);
      assert.ok(existsSync(join(bag, 'data', id)), `${id} is not there`);
    }
  });

  it('shows how to verify a bundle with Python and OpenSSL alone, in lines that work as they are printed', async () => {
    const readme = readFileSync(join(bag, 'README.txt'), 'utf8');
    const script = CHECK_BUNDLE.join('\n');
    assert.ok(readme.includes(CHECK_BUNDLE.map((line) => `    ${line}`).join('\n')));
    needTool('openssl');
    needTool('python3');
    const check = (text: string): Promise<Run> => runProgram('bash', ['-c', text], { cwd: bag });
    for (const name of ['seed', 'full']) {
      const run = await check(script.replace('SUFFIX', variety.suffixes.get(name) ?? name));
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /^record: True\nbundle: True signed by \S+\nSignature Verified Successfully\n$/);
    }
    const forged = script
      .replace('SUFFIX', variety.suffixes.get('seed') ?? '')
      .replace('bundle =', 'bundle = {"x": 1} |');
    const run = await check(forged);
    assert.ok(run.code !== 0 && /bundle: False/.test(run.stdout), 'a changed bundle passes');
    // Nothing is left of the checks before that it could take for its own.
    const none = await check(script);
    assert.ok(none.code !== 0 && !/Verified/.test(none.stdout), 'a bundle passes that was not read');
  });

  it('verifies: every file, every bundle and every state, as a ZIP and as a folder', async () => {
    for (const path of [zip, bag]) {
      const run = await pithMirror(['verify', path, '--trust', variety.trust, '--json']);
      assert.equal(run.code, 3, run.stderr);
      const { packages, totals } = JSON.parse(run.stdout);
      assert.deepEqual([packages.length, packages[0].problems, totals.rejected], [1, [], 0]);
      assert.equal(packages[0].records, readdirSync(at('site', 'pith')).length);
      assert.ok(totals.record_only >= 2 && totals.findings > 0);
    }
  });

  it('can be built into the same site again, byte for byte: notes, rejected files and odd names included', async () => {
    await build([zip, '--out', at('again'), '--trust', variety.trust, '--site', `${ADDRESS}/`], 3);
    assertSameTree(readTree(at('again')), site);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.again.pith-mirror-unpack')),
      [],
    );
  });

  it('verifies and can be built into the same site again in its unpacked folder, by the lines of README.txt', async () => {
    const lines = [...readFileSync(join(bag, 'README.txt'), 'utf8').matchAll(/^ {4}pith-mirror (.*)$/gm)];
    const [verify = '', rebuild = '', ...others] = lines.map(([, line = '']) => line);
    assert.deepEqual(others, []);
    for (const line of [verify, rebuild]) {
      const run = await pithMirror(line.split(' '), { cwd: bag });
      assert.equal(run.code, 3, run.stderr);
    }
    assertSameTree(readTree(at('unpacked', 'site')), site);
    rmSync(at('unpacked', 'site'), { recursive: true });
  });

  it('says in README.txt what its check prints if nothing has changed', async () => {
    const words = readFileSync(join(bag, 'README.txt'), 'utf8').replaceAll(/\s+/g, ' ');
    assert.ok(words.includes('nothing if no file has changed since it was packed: sha256sum --check --quiet manifest'));
    const run = await runProgram('sha256sum', ['--check', '--quiet', 'manifest-sha256.txt'], { cwd: bag });
    assert.deepEqual([run.code, run.stdout], [0, '']);
  });
});

describe('the bytes of a package', () => {
  it('do not depend on time zone, umask, order or times of the files, or number of workers', async () => {
    const first = readFileSync(await pack(['--name', 'm'], 'first'));
    cpSync(at('site'), at('copy'), { recursive: true });
    const args = [
      'pack',
      at('copy'),
      '--format',
      'zip',
      '--out',
      at('second'),
      '--trust',
      variety.trust,
      '--name',
      'm',
    ];
    const shell = 'umask 077; exec "$@"';
    const command = ['-c', shell, 'sh', process.execPath, LAUNCHER, ...args];
    const run = await runProgram('sh', command, { env: { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' } });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(first.equals(readFileSync(at('second', 'm.zip'))));
    const options = {
      site: at('site'),
      out: at('third'),
      name: 'm',
      contents: 'site',
      compression: 'deflated',
    } as const;
    const trust = await loadTrust(variety.trust);
    await packSite({ ...options, input: null, trust, engine: 'noble', isJudged: false, force: false, jobs: 1 }, quiet);
    assert.ok(first.equals(readFileSync(at('third', 'm.zip'))));
    for (const name of ['first', 'second', 'third', 'copy']) rmSync(at(name), { recursive: true });
  });

  it('are stored as they are with --store', async () => {
    const zip = await pack(['--store', '--name', 's'], 'stored');
    await tool('unzip', '-tq', zip);
    const { stdout } = await tool('unzip', '-v', zip);
    assert.match(stdout, /\n *(\d+) +\1 +0% +\d+ files\n$/);
    assert.doesNotMatch(stdout, /Defl:/);
  });
});

describe('a package of bundles alone', () => {
  it('is small, and build makes the same site from it', async () => {
    const zip = await pack(['--only', 'bundles', '--input', variety.input, '--name', 'b'], 'bundles');
    const names = (await tool('bsdtar', '-tf', zip)).stdout;
    assert.doesNotMatch(names, /\.html|state\.json|style\.css/);
    const verified = await pithMirror(['verify', zip, '--trust', variety.trust]);
    assert.equal(verified.code, 3, verified.stderr);
    await build([zip, '--out', at('from-bundles'), '--trust', variety.trust, '--site', `${ADDRESS}/`], 3);
    assertSameTree(readTree(at('from-bundles')), site);
  });

  it('has no bundle that the mirror assembled: it has those that were received', async () => {
    const name = at('bundles', 'b.zip');
    const split = variety.suffixes.get('split-view') ?? [...variety.suffixes.values()][0];
    const received = [...packagedBundles([{ path: name, name }])];
    const folders = readdirSync(at('site', 'pith')).filter((suffix) =>
      existsSync(at('site', 'pith', suffix, 'bundle.json')),
    );
    const expected = folders.map((suffix) => {
      const several = at('site', 'pith', suffix, 'bundles');
      return existsSync(several) ? readdirSync(several).length : 1;
    });
    assert.equal(
      received.length,
      expected.reduce((total, count) => total + count, 0),
    );
    assert.ok(expected.some((count) => count > 1) && split !== undefined);
    for (const bundle of received) {
      const bytes = bundle.read();
      assert.ok(!Buffer.from(bytes).includes('assembled_by_mirror'));
      assert.ok(Buffer.from(bytes).includes(bundle.suffix));
    }
  });
});

describe('a package of a site with timestamp proofs', () => {
  const input = at('stamped-input');
  before(async () => {
    cpSync(join(PROJECT, 'bundles'), input, { recursive: true });
    cpSync(join(PROJECT, 'test/vectors/ots'), join(input, 'timestamps'), { recursive: true });
    // The vectors have a proof of another root and a forged header, which are rejected, and a file without a proof.
    await build([input, '--out', at('stamped-site')], 3);
  });

  for (const contents of ['site', 'bundles'] as const)
    it(`can be built into the same site again from --only ${contents}, with the proofs that were rejected`, async () => {
      const made = await pithMirror(
        [
          'pack',
          at('stamped-site'),
          '--format',
          'zip',
          '--out',
          at(`stamped-packed-${contents}`),
          '--input',
          input,
        ].concat(contents === 'site' ? [] : ['--only', contents]),
      );
      assert.equal(made.code, 0, made.stderr);
      const [zip = ''] = readdirSync(at(`stamped-packed-${contents}`));
      await build([at(`stamped-packed-${contents}`, zip), '--out', at(`stamped-again-${contents}`)], 3);
      const again = readTree(at(`stamped-again-${contents}`));
      assert.ok(again.has('timestamps/hello-world.txt.ots') && !again.has('timestamps/bad-stamp.txt.ots'));
      assertSameTree(again, readTree(at('stamped-site')));
    });
});

describe('a set of packages', () => {
  const parts = (): readonly string[] => readdirSync(at('set')).sort();
  before(async () => {
    const trust = await loadTrust(variety.trust);
    const options = {
      site: at('site'),
      out: at('set'),
      name: 'set',
      contents: 'site',
      compression: 'deflated',
    } as const;
    const limits = { files: 160, bytes: 2 ** 31 };
    await packSite(
      { ...options, input: variety.input, trust, engine: 'openssl', isJudged: false, force: false, jobs: 2, limits },
      quiet,
    );
  });

  it('is cut by records; each part is accepted by unzip and verifies alone', async () => {
    assert.ok(parts().length >= 3, parts().join());
    assert.match(parts()[0] ?? '', /^set-001-of-00\d\.zip$/);
    for (const name of parts()) {
      await tool('unzip', '-tq', at('set', name));
      const { stdout } = await tool('bsdtar', '-tf', at('set', name));
      assert.ok(stdout.trimEnd().split('\n').length <= 160, name);
      const run = await pithMirror(['verify', at('set', name), '--trust', variety.trust]);
      assert.ok(run.code === 0 || run.code === 3, run.stdout);
      assert.match(run.stderr, /parts that were not given/);
    }
  });

  it('verifies as a whole without reporting missing parts', async () => {
    const run = await pithMirror(['verify', ...parts().map((name) => at('set', name)), '--trust', variety.trust]);
    assert.equal(run.code, 3, run.stdout);
    assert.doesNotMatch(run.stderr, /not given/);
  });

  it('gives the whole site when its parts are copied together as README.txt says', async () => {
    for (const name of parts()) await tool('unzip', '-q', at('set', name), '-d', at('apart'));
    const readme = readFileSync(at('apart', parts()[1]?.replace('.zip', '') ?? '', 'README.txt'), 'utf8');
    const [, commands = ''] = /\n\n((?: {4}(?:mkdir|cp) [^\n]*\n)+)/.exec(readme) ?? [];
    assert.match(commands, /mkdir site\n {4}cp -R set-\*\/data\/\. site\//);
    mkdirSync(at('together'));
    const run = await runProgram('sh', ['-ec', commands.replaceAll('set-*', `${at('apart')}/set-*`)], {
      cwd: at('together'),
    });
    assert.equal(run.code, 0, run.stderr);
    const copied = new Map(readTree(at('together', 'site')));
    copied.delete('ro-crate-metadata.json');
    assertSameTree(copied, payloadOf(site));
  });

  it('lists the records of each part in a page of its own', () => {
    const listed = parts().flatMap((name) => {
      const page = readFileSync(at('apart', name.replace('.zip', ''), 'records.html'), 'utf8');
      return [...page.matchAll(/href="(data\/pith\/[A-Z2-7]{26}\/index\.html)"/g)].map(([, link = '']) => {
        assert.ok(existsSync(at('apart', name.replace('.zip', ''), link)), link);
        return link;
      });
    });
    assert.equal(listed.length, readdirSync(at('site', 'pith')).length);
  });

  it('can be built into the same site again, if all parts are named', async () => {
    const all = parts().map((name) => at('set', name));
    await build([...all, '--out', at('from-set'), '--trust', variety.trust, '--site', `${ADDRESS}/`], 3);
    assertSameTree(readTree(at('from-set')), site);
  });

  it('is a source of sync, whichever part is named, and what it gives builds the same index', async () => {
    const sync = (from: string, to: string) =>
      pithMirror(['sync', '--all', '--from', from, '--to', at(to), '--trust', variety.trust, '--json'], {
        env: { PITH_MIRROR_CACHE: at('sync-cache') },
      });
    const run = await sync(at('set', parts()[1] ?? ''), 'synced');
    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.ok(JSON.parse(run.stdout).totals.kept > 30);
    const excluded = `${variety.suffixes.get('excluded')}.md`;
    cpSync(join(variety.input, excluded), at('synced', excluded));
    await build([at('synced'), '--out', at('from-synced'), '--trust', variety.trust], 3);
    assert.deepEqual(readFileSync(at('from-synced/records/snapshot.txt')), site.get('records/snapshot.txt'));
    // A part that somebody unpacked there is no part.
    mkdirSync(at('lonely/set-unpacked'), { recursive: true });
    cpSync(at('set', parts()[0] ?? ''), at('lonely', parts()[0] ?? ''));
    const lonely = await sync(at('lonely', parts()[0] ?? ''), 'unsynced');
    assert.equal(lonely.code, 1);
    assert.match(lonely.stdout, /part 2 of \d of set is not beside it; put all parts in one folder/);
  });

  it('is refused by build if a part is missing, and the message says which', async () => {
    const [first, , ...rest] = parts().map((name) => at('set', name));
    const run = await pithMirror(['build', first ?? '', ...rest, '--out', at('partial'), '--trust', variety.trust]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /part 2 of \d of set is missing; name all parts/);
    assert.ok(!existsSync(at('partial')));
  });
});

describe('pack --help', () => {
  it('explains the command, and the README of src/packages describes every option', async () => {
    const run = await pithMirror(['pack', '--help']);
    assert.equal(run.code, 0);
    assert.match(run.stdout, /^pith-mirror pack SITE --format zip/);
    const readme = readFileSync(join(PROJECT, 'src/packages/README.md'), 'utf8');
    for (const [option] of run.stdout.matchAll(/--[a-z]+/g)) assert.ok(readme.includes(option), option);
  });
});
