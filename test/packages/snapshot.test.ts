/**
 * An item for the Internet Archive, uploaded by the Archive's own `ia` to a stand-in on loopback.
 *
 * Slow: it packs a site several times and runs `ia`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { trustDocument } from '../../src/mirror/read/trust-file.ts';
import { formatIaCsv, ITEM_LIMITS, identifierProblem, lintItem } from '../../src/packages/formats/ia-csv.ts';
import { proofFilesOf } from '../../src/packages/item-proof.ts';
import { formatTimestampProof } from '../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../support/bundles/make-bundle.ts';
import { PROJECT, pithMirror, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { mirror } from '../support/sites/mirror.ts';
import { writeFiles } from '../support/sites/site.ts';
import { needTool } from '../support/tools/tools.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const trust = at('trust.json');
const ID = 'pith-mirror-test-2026-07-01';

const ZIM = 'pith-mirror_en_all_2026-07.zim';

/** Changes a file of a site, and its lists of digests as if a build had written it. */
function forge(site: string, path: string, change: (content: string) => string): void {
  const digest = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(site, name)))
      .digest('hex');
  const replace = (name: string, to: string): void => {
    const before = digest(name);
    const content = readFileSync(join(site, name), 'utf8');
    const changed = name === path ? change(content) : to;
    assert.notEqual(changed, content, name);
    writeFileSync(join(site, name), changed);
    const after = digest(name);
    const list = readdirSync(join(site, 'sums'), { recursive: true, encoding: 'utf8' })
      .map((one) => `sums/${one}`)
      .find((one) => one.endsWith('.sha256') && readFileSync(join(site, one), 'utf8').includes(`  ${name}\n`));
    if (list !== undefined)
      replace(list, readFileSync(join(site, list), 'utf8').replace(`${before}  ${name}`, `${after}  ${name}`));
  };
  replace(path, '');
}

/** What the stand-in was sent, by the name of the file, and the headers of the item's first file. */
const stored = new Map<string, Buffer>();
let headers: NodeJS.Dict<string | string[]> = {};
let puts = 0;
let server: Server;
let port = 0;

/** Plays archive.org and its S3, as a proxy: `ia` asks it for `http://s3.us.archive.org/…`. */
function standIn(): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://archive.org');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (request.method === 'PUT') {
        const name = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
        const bytes = Buffer.concat(chunks);
        const md5 = createHash('md5').update(bytes).digest();
        const sent = request.headers['content-md5'];
        if (sent !== undefined && sent !== md5.toString('hex') && sent !== md5.toString('base64'))
          return answer(400, {});
        if (stored.size === 0) headers = request.headers;
        stored.set(name, bytes);
        puts++;
        return answer(200, {});
      }
      if (url.searchParams.has('check_limit')) return answer(200, { over_limit: 0 });
      if (!url.pathname.startsWith('/metadata/')) return answer(404, {});
      const files = [...stored].map(([name, bytes]) => ({
        name,
        source: 'original',
        size: String(bytes.length),
        md5: createHash('md5').update(bytes).digest('hex'),
      }));
      return answer(200, stored.size === 0 ? {} : { metadata: { identifier: ID }, files });
    });
  });
}

const snapshot = (out: string, ...args: readonly string[]): Promise<Run> =>
  pithMirror(['snapshot', at('site'), '--out', at(out), '--trust', trust, ...args]);

before(async () => {
  writeFileSync(trust, JSON.stringify(trustDocument(testTrust)));
  for (let i = 0; i < 3; i++)
    writeFiles(at('input'), { [`${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.1000${i}` }))) });
  await mirror(at('input'), at('site'), { site: 'https://example.org/mirror/' });
  server = standIn();
  // A connection that rests while ia takes a digest is not closed just when it sends the next file.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

describe('snapshot', () => {
  let run: Run;
  before(async () => {
    run = await snapshot('item', '--identifier', ID, '--collection', 'test_collection');
    assert.equal(run.code, 0, run.stderr);
  });

  it('makes a folder whose files are all in its manifest and are what the manifest says', async () => {
    const names = readdirSync(at('item')).sort();
    const zip = `${ID}.zip`;
    const lists = ['ia-files.txt', 'ia.csv', 'manifest-sha256.txt'];
    const own = ['README.txt', ...lists, zip, ZIM, 'snapshot.json', 'snapshot.txt'];
    assert.deepEqual(names, own.sort());
    const check = await runProgram('sha256sum', ['--check', '--strict', 'manifest-sha256.txt'], { cwd: at('item') });
    assert.equal(check.code, 0, check.stderr);
    assert.equal(check.stdout.trimEnd().split('\n').length, 5);
    const md5 = await runProgram('md5sum', ['--check', '--strict', 'ia-files.txt'], { cwd: at('item') });
    assert.equal(md5.code, 0, md5.stderr);
  });

  it('holds a package and a ZIM that verify', async () => {
    const packages = [at('item', `${ID}.zip`), at('item', ZIM)];
    assert.equal((await pithMirror(['verify', ...packages, '--trust', trust])).code, 0);
    assert.ok(readFileSync(at('item', 'README.txt'), 'utf8').includes(`${ZIM} has the same pages for Kiwix`));
    assert.deepEqual(JSON.parse(readFileSync(at('item', 'snapshot.json'), 'utf8')).packages, [`${ID}.zip`, ZIM]);
  });

  it('is not made of a site whose state is not the merge of its bundle, though its lists were made to match', async () => {
    const [suffix = ''] = readdirSync(at('site', 'pith')).sort();
    cpSync(at('site'), at('forged'), { recursive: true, preserveTimestamps: true });
    forge(at('forged'), `pith/${suffix}/state.json`, (state) =>
      state.replace('"equivocation_count":0', '"equivocation_count":1'),
    );
    const forged = (command: string, ...args: readonly string[]): Promise<Run> =>
      pithMirror([command, at('forged'), ...args, '--trust', trust]);
    const refused = await forged('snapshot', '--out', at('refused'));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /state\.json: is not the merge of the bundles of \w+; .*nothing is packed/);
    assert.ok(!existsSync(at('refused')));
    // pack compares digests and says so; --verify, and verify of what was packed, find it.
    const packed = await forged('pack', '--format', 'zip', '--out', at('packed'), '--name', 'forged');
    assert.equal(packed.code, 0, packed.stderr);
    assert.match(
      packed.stdout,
      /^checked: the SHA-256 of every file; not checked again: signatures and states \(--verify/m,
    );
    const again = await forged('pack', '--format', 'zip', '--out', at('packed'), '--name', 'verified', '--verify');
    assert.equal(again.code, 1, again.stderr);
    assert.deepEqual(readdirSync(at('packed')), ['forged.zip']);
    const verified = await pithMirror(['verify', at('packed', 'forged.zip'), '--trust', trust]);
    assert.equal(verified.code, 1);
    assert.match(verified.stdout, /wrong-state +data\/pith\/\w+\/state\.json/);
  });

  it('has the roots of the record index, for people and for programs', () => {
    const text = readFileSync(at('item', 'snapshot.txt'), 'utf8');
    assert.equal(text, readFileSync(at('site', 'records/snapshot.txt'), 'utf8'));
    const about = JSON.parse(readFileSync(at('item', 'snapshot.json'), 'utf8'));
    assert.ok(text.includes(`states ${about.states}\n`) && text.includes(`bundles ${about.bundles}\n`));
    assert.deepEqual([about.records, about.previous_states, about.site], [3, null, 'https://example.org/mirror']);
  });

  it('names the root of the previous snapshot', async () => {
    assert.equal((await snapshot('next', '--previous', at('item', 'snapshot.json'))).code, 0);
    const [before, next] = ['item', 'next'].map((name) => JSON.parse(readFileSync(at(name, 'snapshot.json'), 'utf8')));
    assert.equal(next.previous_states, before.states);
  });

  it('has the same bytes when it is made again', async () => {
    assert.equal((await snapshot('again', '--identifier', ID, '--collection', 'test_collection')).code, 0);
    for (const name of readdirSync(at('item')))
      assert.ok(readFileSync(at('item', name)).equals(readFileSync(at('again', name))), name);
  });

  it('is uploaded by the real ia with the line that it prints, and a second run sends nothing', async () => {
    const line = /^ia (upload --spreadsheet=.*)$/m.exec(run.stdout)?.[1];
    assert.ok(line !== undefined, run.stdout);
    // Without TLS, so that the requests can be led to the stand-in; the keys are made up.
    const config = '[s3]\naccess = a\nsecret = b\n[cookies]\nlogged-in-user = t\nlogged-in-sig = t\n';
    writeFileSync(at('ia.ini'), `${config}[general]\nscreenname = t\nsecure = False\n`);
    const proxy = `http://127.0.0.1:${port}`;
    const env = { http_proxy: proxy, https_proxy: proxy, no_proxy: '', HOME: folder };
    const ia = (): Promise<Run> => {
      const args = ['--config-file', at('ia.ini'), '--insecure', ...line.split(' '), '--no-collection-check'];
      return runProgram(needTool('ia'), args, { cwd: at('item'), env });
    };
    const first = await ia();
    assert.equal(first.code, 0, first.stderr);
    const files = readFileSync(at('item', 'ia-files.txt'), 'utf8').trimEnd().split('\n');
    assert.equal(puts, files.length, first.stdout + first.stderr);
    for (const name of files.map((text) => text.slice(34)))
      assert.ok(stored.get(name)?.equals(readFileSync(at('item', name))), name);

    const said = (name: string): string => {
      const value = String(headers[`x-archive-meta00-${name}`] ?? headers[`x-archive-meta-${name}`] ?? '');
      return decodeURIComponent(value.replace(/^uri\((.*)\)$/, '$1'));
    };
    assert.match(said('title'), /^Mirror of Pith Open Graph records, 2026-\d\d-\d\d \(3 records\)$/);
    assert.equal(said('mediatype'), 'data');
    assert.equal(said('collection'), 'test_collection');
    assert.equal(said('pith--states--root').length, 64);
    assert.equal(said('subject'), 'Pith');

    const second = await ia();
    // Some versions of ia exit with 1 if there was nothing to send.
    assert.equal(`${second.stdout}${second.stderr}`.match(/already exists, skipping/g)?.length, files.length);
    assert.equal(puts, files.length, 'the second run sent something');
  });

  const wrong: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['an identifier that the Archive refuses', ['--identifier', 'a b'], /--identifier "a b": expected 3 to 100 of/],
    ['a license that is no address', ['--license', 'CC0'], /--license: expected an http or https URL \(found CC0\)/],
    [
      'a previous snapshot that is none',
      ['--previous', trust],
      /--previous .*: expected a snapshot\.txt or a snapshot\.json/,
    ],
    ['a previous snapshot that is not there', ['--previous', at('nowhere')], /--previous .*ENOENT/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what} with exit code 2, and makes nothing`, async () => {
      const refused = await snapshot('refused', ...args);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, message);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes('refused')),
        [],
      );
    });
  }

  describe('of a site whose snapshot was stamped', () => {
    const proofAt = (): string => at('site', 'records/snapshot.txt.ots');
    const vector = (name: string): string => join(PROJECT, 'test/vectors/ots', name);
    const headerOf = (name: string): Uint8Array =>
      Uint8Array.from(Buffer.from(readFileSync(vector(name), 'latin1').trim(), 'hex'));

    /** Puts a proof beside the snapshot that is pending. */
    function stamp(): void {
      const message = createHash('sha256')
        .update(readFileSync(at('site', 'records/snapshot.txt')))
        .digest();
      const attestations = [{ kind: 'pending', uri: 'https://a.example' } as const];
      const timestamp = { message: new Uint8Array(message), attestations, branches: [] };
      writeFileSync(proofAt(), formatTimestampProof({ hash: 'sha256', timestamp }));
    }
    after(() => rmSync(proofAt(), { force: true }));

    it('has the proof, says in README.txt how to check it, and lists it for ia', async () => {
      stamp();
      const made = await snapshot('stamped');
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stderr, /pending at https:\/\/a\.example; complete it: pith-mirror stamp --upgrade/);
      assert.ok(readFileSync(at('stamped', 'snapshot.txt.ots')).equals(readFileSync(proofAt())));
      assert.match(readFileSync(at('stamped', 'README.txt'), 'utf8'), /pith-mirror stamp --check snapshot\.txt\n/);
      for (const list of ['ia.csv', 'ia-files.txt', 'manifest-sha256.txt'])
        assert.match(readFileSync(at('stamped', list), 'utf8'), /snapshot\.txt\.ots/, list);
      const check = await pithMirror(['stamp', '--check', at('stamped', 'snapshot.txt')]);
      assert.equal(check.code, 3, check.stderr);
    });

    it('is not made with a damaged proof, or the proof of another snapshot', async () => {
      writeFileSync(proofAt(), readFileSync(vector('hello-world.txt.ots')));
      const other = await snapshot('wrong');
      assert.equal(other.code, 1);
      assert.match(other.stderr, /snapshot\.txt\.ots: is the proof of a different snapshot; remove it/);
      writeFileSync(proofAt(), 'x');
      const damaged = await snapshot('wrong');
      assert.equal(damaged.code, 1);
      assert.match(damaged.stderr, /expected an OpenTimestamps proof, got other bytes, at byte 0; remove it/);
      assert.ok(!existsSync(at('wrong')));
    });

    it('has the header of the block if that proves the snapshot, and is refused if it does not', async () => {
      const site = at('proved');
      mkdirSync(join(site, 'records'), { recursive: true });
      writeFileSync(join(site, 'records/snapshot.txt.ots'), readFileSync(vector('hello-world.txt.ots')));
      const notes: string[] = [];
      const progress = { stage: () => undefined, step: () => undefined, note: (text: string) => void notes.push(text) };
      const text = readFileSync(vector('hello-world.txt'), 'utf8');
      const files = await proofFilesOf(site, text, () => headerOf('358391.hex'), progress);
      assert.deepEqual(
        files.map(({ name }) => name),
        ['snapshot.txt.ots', 'headers/358391.hex'],
      );
      assert.equal(files[1]?.content, `${Buffer.from(headerOf('358391.hex')).toString('hex')}\n`);
      assert.deepEqual(notes, []);
      assert.equal((await proofFilesOf(site, text, null, progress)).length, 1);
      assert.match(notes.join(), /leads to Bitcoin block 358391; with its header \(--headers\)/);
      const forged = headerOf('358391-one-bit-off.hex');
      await assert.rejects(
        proofFilesOf(site, text, () => forged, progress),
        /lacks the proof of work that it claims/,
      );
    });

    it('has the proof and the header that the site publishes, if there is none next to the snapshot', async () => {
      const site = at('published');
      cpSync(join(PROJECT, 'test/vectors/ots'), join(site, 'timestamps'), { recursive: true });
      const text = readFileSync(vector('hello-world.txt'), 'utf8');
      const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };
      const files = await proofFilesOf(site, text, null, quiet);
      assert.deepEqual(
        files.map(({ name }) => name),
        ['snapshot.txt.ots', 'headers/358391.hex'],
      );
      assert.deepEqual(files[0]?.content, new Uint8Array(readFileSync(vector('hello-world.txt.ots'))));
      assert.deepEqual(await proofFilesOf(site, 'another snapshot', null, quiet), []);
    });
  });

  it('refuses a folder that exists, and leaves it as it is', async () => {
    const refused = await snapshot('item');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /item: already exists; name a folder that does not/);
    assert.ok(existsSync(at('item', 'ia.csv')));
  });
});

describe('the limits of the Internet Archive', () => {
  it('are those of its rule for identifiers', () => {
    for (const good of ['abc', 'Pith-mirror_2026.07', '0'.repeat(100)]) assert.equal(identifierProblem(good), null);
    for (const bad of ['', 'ab', '_abc', '-abc', '.abc', 'a b', 'Über', '0'.repeat(101), 'abc\n']) {
      assert.ok(identifierProblem(bad) !== null, bad);
    }
  });

  it('are counted in files, in bytes of one file and in bytes of the item', () => {
    const file = (bytes: number): { name: string; bytes: number } => ({ name: 'x.zip', bytes });
    assert.deepEqual(lintItem([file(ITEM_LIMITS.fileBytes)]), []);
    assert.match(
      lintItem([file(ITEM_LIMITS.fileBytes + 1)]).join(),
      /x\.zip has 10000000001 bytes; at most 10000000000/,
    );
    assert.match(lintItem(Array.from({ length: 501 }, () => file(1))).join(), /501 files; at most 500/);
    assert.match(lintItem(Array.from({ length: 11 }, () => file(9.5e9))).join(), /104500000000 bytes; at most/);
  });
});

describe('the spreadsheet', () => {
  it('quotes what RFC 4180 says, and has the metadata in the first line alone', () => {
    const item = { identifier: 'abc', collection: null, title: 'A "b", c', description: 'd\ne', date: '2026-07-01' };
    const csv = formatIaCsv({ ...item, subjects: ['x', 'y'], licenseUrl: null, own: { n: '1' } }, ['f', 'g']);
    assert.equal(
      csv,
      'identifier,file,REMOTE_NAME,mediatype,title,description,date,language,subject[0],subject[1],n\n' +
        'abc,f,f,data,"A ""b"", c","d\ne",2026-07-01,eng,x,y,1\n' +
        ',g,g,,,,,,,,\n',
    );
  });
});
