/** An audit of a built site: each kind of damage is named, with its file and its record, and nothing else is. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { listSite } from '../../src/mirror/base/tree.ts';
import { type Audit, auditSite } from '../../src/network/audit.ts';
import { auditUntil } from '../../src/network/audit-until.ts';
import type { HostName } from '../../src/network/hosts.ts';
import { Changing } from '../../src/network/listing.ts';
import { choose, detection, draw } from '../../src/network/sample.ts';
import { openSource, type Source, sourceUrl } from '../../src/network/source.ts';
import { Web } from '../../src/network/web.ts';
import { sha256 } from '../../src/records/lists.ts';
import { formatSums, parseSums } from '../../src/records/sums.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  testTrust,
} from '../support/bundles/make-bundle.ts';
import {
  answer,
  type Behaviour,
  cloudflarePages,
  githubPages,
  htmlPage,
  netlify,
  plainHost,
  stale,
  startStandIn,
} from '../support/network/stand-in.ts';
import { JumpingClock } from '../support/network/syncing.ts';
import { commandHere, temporaryFolder } from '../support/sites/cli.ts';
import { mirror } from '../support/sites/mirror.ts';
import { writeFiles } from '../support/sites/site.ts';

const folder = temporaryFolder();
const built = join(folder, 'built');
const record = (i: number): Data =>
  makeRecord({ id: `2606.0000${i}`, metadata: { submitted_at: `2026-0${1 + (i % 3)}-10T12:00:00Z` } });
const SUFFIX = numberOf(record(1)).slice(-26);
const SPLIT = numberOf(record(2)).slice(-26);
const BUNDLE = `pith/${SUFFIX}/bundle.json`;
const base = (i: number): Data[] => [makeRecordCreated(record(i)), makeSnapshot(record(i))];

before(async () => {
  const input = join(folder, 'bundles');
  writeFiles(input, {
    'plain.json': bytesOf(makeBundle(record(1))),
    'a.json': bytesOf(makeBundle(record(2), [...base(2), makeCorrection(record(2), 'a')])),
    'b.json': bytesOf(makeBundle(record(2), [...base(2), makeCorrection(record(2), 'b')])),
  });
  await mirror(input, built);
});

const web = new Web({ rate: 0, userAgent: 'test', say: () => undefined });
async function open(name: string): Promise<Source> {
  const source = await openSource(name, name, web);
  assert.ok(!('problem' in source));
  return source;
}
async function audit(name: string, host: HostName = 'static', isAll = false): Promise<Audit> {
  return auditSite(await open(name), {
    trust: testTrust,
    host,
    isAll,
    found: () => (sourceUrl(name) === null ? listSite(name) : null),
    begin: () => undefined,
    step: () => undefined,
  });
}
/** Serves a folder, or plays a host, for one audit. */
async function served(behaviour: Behaviour, host: HostName = 'static'): Promise<Audit> {
  const far = await startStandIn(behaviour);
  try {
    return await audit(far.url, host);
  } finally {
    await far.close();
  }
}
function copy(): string {
  const site = mkdtempSync(join(folder, 'copy-'));
  cpSync(built, site, { recursive: true, preserveTimestamps: true });
  return site;
}
/** Changes one letter; the size and the times stay. */
function tamper(site: string, path: string, from: string, to: string): void {
  const file = join(site, path);
  const { atime, mtime, size } = statSync(file);
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${path} has no ${from}`);
  // A bundle and its copy in .well-known are one file under two names.
  rmSync(file);
  writeFileSync(file, text.replace(from, to));
  utimesSync(file, atime, mtime);
  assert.equal(statSync(file).size, size);
}
const said = ({ problems }: Audit): readonly string[] =>
  problems.map(({ code, path, suffix }) => `${code} ${path} ${suffix ?? '-'}`);

describe('an audit', () => {
  it('finds no problem in an unchanged site, in a folder and on hosts', async () => {
    for (const found of [
      await audit(built),
      await served(plainHost(built)),
      await served(githubPages(built), 'github-pages'),
      await served(cloudflarePages(built), 'cloudflare-pages'),
    ]) {
      assert.deepEqual(found.problems, []);
      assert.deepEqual([found.isComplete, found.bundles, found.states, found.snapshot.records], [true, 3, 2, 2]);
      assert.equal(found.site, sha256(readFileSync(join(built, 'sums/site.sha256'))));
    }
  });

  it('names the file and the record of one changed byte, even if size and time are unchanged', async () => {
    const site = copy();
    tamper(site, `pith/${SUFFIX}/index.html`, 'Nothing of It Is Real', 'Nothing of It Is Ideal'.slice(0, 21));
    assert.deepEqual(said(await served(plainHost(site))), [`changed pith/${SUFFIX}/index.html ${SUFFIX}`]);
  });

  it('judges a changed bundle again and says why it is rejected', async () => {
    const site = copy();
    tamper(site, BUNDLE, 'Test Author', 'Best Author');
    const found = await served(plainHost(site));
    assert.deepEqual([...said(found)].sort(), [`bundle ${BUNDLE} ${SUFFIX}`, `changed ${BUNDLE} ${SUFFIX}`]);
    const judged = found.problems.find(({ code }) => code === 'bundle');
    assert.match(judged?.message ?? '', /^bundle_hash_mismatch: /);
  });

  it('is not deceived by digests that were changed with the file', async () => {
    const site = copy();
    tamper(site, BUNDLE, 'Test Author', 'Best Author');
    const list = 'sums/2026/2026-02-10.sha256';
    const rewrite = (path: string, changed: ReadonlyMap<string, string>): void => {
      const sums = parseSums(path, readFileSync(join(site, path), 'utf8'));
      writeFileSync(
        join(site, path),
        formatSums(sums.map((sum) => ({ ...sum, sha256: changed.get(sum.path) ?? sum.sha256 }))),
      );
    };
    const digestOf = (path: string): readonly [string, string] => [path, sha256(readFileSync(join(site, path)))];
    rewrite(list, new Map([digestOf(BUNDLE)]));
    rewrite('sums/site.sha256', new Map([digestOf(list)]));
    const found = await audit(site);
    assert.ok(
      found.problems.some(({ code, suffix }) => code === 'index' && suffix === SUFFIX),
      said(found).join(),
    );
  });

  it('finds a missing file, a missing copy in .well-known, and an extra file', async () => {
    const site = copy();
    rmSync(join(site, `pith/${SPLIT}/cite.bib`));
    rmSync(join(site, '.well-known'), { recursive: true });
    writeFileSync(join(site, 'extra.html'), '');
    const found = await audit(site);
    assert.deepEqual(
      [...said(found)].sort(),
      [
        'extra extra.html -',
        `missing .well-known/pith/${SPLIT}/bundle.json ${SPLIT}`,
        `missing .well-known/pith/${SUFFIX}/bundle.json ${SUFFIX}`,
        `missing pith/${SPLIT}/cite.bib ${SPLIT}`,
      ].sort(),
    );
  });

  it('finds a host that answers every unknown path with a page, and one that calls JSON text', async () => {
    const always: Behaviour = async (request, response, path) => {
      const isThere = statSync(join(built, path), { throwIfNoEntry: false }) !== undefined;
      return (isThere ? plainHost(built) : htmlPage('Home'))(request, response, path);
    };
    assert.deepEqual([...new Set((await served(always)).problems.map(({ code }) => code))], ['not_found']);
    const plainText: Behaviour = (request, response, path) => {
      const write = response.writeHead.bind(response);
      response.writeHead = ((code: number, headers: Record<string, string>) =>
        write(code, path.endsWith('.json') ? { ...headers, 'content-type': 'text/plain' } : headers)) as never;
      return plainHost(built)(request, response, path);
    };
    const found = await served(plainText);
    assert.ok(
      found.problems.length > 0 && found.problems.every(({ code, path }) => code === 'type' && path.endsWith('.json')),
    );
  });

  it('excuses what the named host is known to do, and names each excuse that it used', async () => {
    const strict = await served(netlify(built));
    assert.deepEqual(said(strict), ['missing .nojekyll -', 'missing .pith-mirror.json -']);
    const excused = await served(netlify(built), 'netlify');
    assert.deepEqual(excused.problems, []);
    assert.match(excused.allowances.join(), /^Netlify does not publish files whose name begins with a dot/);
  });

  it('does not report a site as damaged if it is replaced during the audit', async () => {
    const other = copy();
    tamper(other, `pith/${SUFFIX}/index.html`, '</html>', '</HTML>');
    const newer = readFileSync(join(built, 'sums/site.sha256'), 'utf8').replace(/.*\n$/, '');
    let asked = 0;
    const swapped: Behaviour = (request, response, path) => {
      if (path === 'sums/site.sha256' && asked++ > 0)
        return answer(new TextEncoder().encode(newer))(request, response, path);
      return plainHost(other)(request, response, path);
    };
    await assert.rejects(
      served(swapped),
      (error) => error instanceof Changing && /changed during the audit/.test(error.message),
    );
  });
});

describe('an audit that waits', () => {
  const nothing: Audit = {
    snapshot: { records: 0, states: '', bundles: '' },
    site: '',
    files: 0,
    isComplete: true,
    bundles: 0,
    states: 0,
    problems: [],
    allowances: [],
  };
  const root = (): string => /bundles (\w+)/.exec(readFileSync(join(built, 'records/snapshot.txt'), 'utf8'))?.[1] ?? '';

  it('begins when the expected mirror is served, named by a root or by the digest of its list of digests', async () => {
    for (const expected of [root(), sha256(readFileSync(join(built, 'sums/site.sha256')))]) {
      const old = htmlPage('The old site');
      let isDeployed = false;
      const far = await startStandIn(stale(plainHost(built), old, () => !isDeployed));
      const clock = new JumpingClock();
      const waiting = {
        now: () => clock.now(),
        sleep: async (ms: number) => {
          await clock.sleep(ms);
          isDeployed = clock.now() >= 90_000;
        },
      };
      const source = await open(far.url);
      const found = await auditUntil(source, { expected, wait: 900_000, clock: waiting, say: () => undefined }, () =>
        audit(far.url),
      );
      assert.deepEqual([found.isServed, found.result.problems, clock.now()], [true, [], 90_000]);
      await far.close();
    }
  });

  it('says so if the expected mirror is not served in time', async () => {
    const source = await open(built);
    const clock = new JumpingClock();
    const waiting = { expected: 'f'.repeat(64), wait: 100_000, clock, say: () => undefined };
    const { isServed } = await auditUntil(source, waiting, async () => nothing);
    assert.deepEqual([isServed, clock.now()], [false, 100_000]);
  });

  it('repeats the audit while a cache may still have old files', async () => {
    const clock = new JumpingClock();
    const problem = { code: 'changed', path: 'x', suffix: null, message: '' } as const;
    const results = [{ ...nothing, problems: [problem] }, nothing];
    const waiting = { expected: null, wait: 60_000, clock, say: () => undefined };
    const { result } = await auditUntil(await open(built), waiting, async () => results.shift() ?? nothing);
    assert.deepEqual([result.problems, clock.now()], [[], 30_000]);
  });
});

describe('the sample of an audit', () => {
  it('is the same for the same root, and another for another root', () => {
    const of = (root: string): readonly number[] => Array.from({ length: 5 }, (_, i) => draw(root, i));
    assert.deepEqual(of('a'), of('a'));
    assert.notDeepEqual(of('a'), of('b'));
    assert.equal(draw('a', 0), Number.parseInt(sha256('a0').slice(0, 12), 16));
  });

  it('takes each group as often as it has members', () => {
    const sizes = [700, 0, 300];
    const counts = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const [group, member] = choose(draw('root', i), sizes);
      counts[group] = (counts[group] ?? 0) + 1;
      assert.ok(member < (sizes[group] ?? 0));
    }
    assert.equal(counts[1], 0);
    assert.ok(Math.abs((counts[0] ?? 0) - 7000) < 200, String(counts));
  });

  it('of 256 finds damage of 1 % of the files with 92 % probability', () => {
    assert.equal(Math.floor(detection(256, 0.01) * 100), 92);
  });
});

describe('the command audit', () => {
  const trust = join(folder, 'trust.json');
  before(() => {
    const keys = testTrust.keys.map(({ keyId, publicKeyHex, role, fingerprint }) => ({
      key_id: keyId,
      public_key_hex: publicKeyHex,
      role,
      fingerprint_sha256_hex: fingerprint,
    }));
    writeFileSync(trust, JSON.stringify({ keys }));
  });
  const run = (...args: readonly string[]) => commandHere(['audit', ...args, '--trust', trust]);

  it('exits with 0 and says what the audit proves', async () => {
    const { code, stdout } = await run(built);
    assert.equal(code, 0);
    assert.match(stdout, /No problem was found\.\nEvery file that the site lists was checked\.\n$/);
  });

  it('exits with 1 and names the problems, as text and as JSON', async () => {
    const site = copy();
    rmSync(join(site, 'style.css'));
    const text = await run(site, '--all');
    assert.equal(text.code, 1);
    assert.match(text.stdout, /^missing {5}style\.css\n {12}the file is missing\n/);
    const json = await run(site, '--json');
    assert.equal(json.code, 1);
    assert.deepEqual(JSON.parse(json.stdout).problems, [
      { code: 'missing', path: 'style.css', suffix: null, message: 'the file is missing' },
    ]);
  });

  it('exits with 1 for an unexpected mirror, with 2 for wrong usage or no mirror, and with 4 for an inconsistent index', async () => {
    const torn = copy();
    writeFileSync(join(torn, 'records/index.tsv'), '');
    const runs = await Promise.all([
      run(built, '--expect', 'f'.repeat(64), '--wait', '1s'),
      run(built, '--expect', 'abc'),
      run(folder),
      run(join(folder, 'nothing')),
      run(built, '--host', 'geocities'),
      run(torn),
    ]);
    assert.deepEqual(
      runs.map(({ code }) => code),
      [1, 2, 2, 2, 2, 4],
    );
    assert.match(runs[0]?.stderr ?? '', /does not serve the expected root f{64}\n$/);
  });
});
