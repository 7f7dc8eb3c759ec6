import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sha256Hex } from '../../src/protocol/index.ts';
import {
  bytesOf,
  makeBundle,
  makeRecord,
  publicKeyEntry,
  registryKey,
  withState,
} from '../support/bundles/make-bundle.ts';
import { SEED_SUFFIX, seedBytes, seedText, vectorLines } from '../support/bundles/vectors.ts';
import { commandHere, LAUNCHER, PROJECT, pithMirror, runProgram, temporaryFolder } from '../support/sites/cli.ts';

const SEED_FILE = join(PROJECT, 'bundles', `${SEED_SUFFIX}.bundle.json`);
const folder = temporaryFolder();

function inFolder(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const testTrustFile = inFolder(
  'trust.json',
  JSON.stringify({
    keys: [
      {
        key_id: registryKey.keyId,
        role: registryKey.role,
        public_key_hex: publicKeyEntry(registryKey).public_key_hex,
        fingerprint_sha256_hex: publicKeyEntry(registryKey).fingerprint_sha256_hex,
      },
    ],
  }),
);

describe('verify', () => {
  it('judges the real bundle: exit code 0, and a report of the documented shape', async () => {
    const run = await pithMirror(['verify', SEED_FILE, '--json']);
    assert.equal(run.code, 0);
    const report = JSON.parse(run.stdout);
    assert.deepEqual(Object.keys(report), ['tool', 'trust', 'totals', 'files']);
    assert.deepEqual(report.trust, [
      { key_id: 'pith-v1-2026-05', fingerprint_sha256_hex: '8d4b5ee74e4693bcd1df2446408b0d54' },
    ]);
    assert.deepEqual(report.files, [
      {
        file: `${SEED_SUFFIX}.bundle.json`,
        sha256: sha256Hex(seedBytes()),
        outcome: 'verified',
        pith_number: `pith:2026:${SEED_SUFFIX}`,
        bundle_sha256: '6ad9ca5e36651c7dc739fd839264370dd4e8ba4cdd22ab2f6bdc581cbc4a35e5',
        state_sha256: '8eb247b17ba57d2871824d2439e164c47158e6bd1a6131682b37034f0259d66e',
        applied_event_ids: [
          'sha256:4b4b00aa17a7d91db52bc6de47767bd4b3741225d9bc7abde5382be0667e72fd',
          'sha256:ade2f78d0af1b9ae83864834af62c0ca3136c83a96c34469b1bac68a9cbdd53c',
        ],
        findings: [],
        checked: { signatures: 4, digests: 12 },
      },
    ]);
  });

  it('rejects a tampered file with exit code 1 and names where, what was expected and what came', async () => {
    const path = inFolder('tampered.json', seedText().replace('Concordia', 'Concordja'));
    const run = await commandHere(['verify', path]);
    assert.equal(run.code, 1);
    assert.match(
      run.stdout,
      /bundle_hash_mismatch at \/bundle_signature\/bundle_sha256: expected [0-9a-f]{64}, got "6ad9/,
    );
  });

  it('reads standard input as -', async () => {
    const run = await pithMirror(['verify', '-', '--json'], { input: seedBytes() });
    assert.equal(run.code, 0);
    assert.equal(JSON.parse(run.stdout).files[0].file, '-');
  });

  it('reads folders with their sub-folders, and judges each file alone', async () => {
    const deep = join(folder, 'many/deep');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'a.json'), seedBytes());
    writeFileSync(join(deep, 'b.json'), '{"not":"a bundle"}');
    const run = await commandHere(['verify', join(folder, 'many'), '--json']);
    assert.equal(run.code, 1);
    const outcomes = JSON.parse(run.stdout).files.map((file: { file: string; outcome: string }) => [
      file.file,
      file.outcome,
    ]);
    assert.deepEqual(
      new Map(outcomes),
      new Map([
        ['deep/a.json', 'verified'],
        ['deep/b.json', 'rejected'],
      ]),
    );
  });

  it('tells files of one name apart as the user did, and says what it leaves alone', async () => {
    for (const [name, end] of [
      ['one', ''],
      ['two', '\n'],
    ] as const) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'x.json'), `${seedText()}${end}`);
      writeFileSync(join(folder, name, 'x.txt'), '');
    }
    const run = await pithMirror(['verify', 'one', 'two/x.json', '--json'], { cwd: folder });
    assert.deepEqual(
      JSON.parse(run.stdout)
        .files.map(({ file }: { file: string }) => file)
        .sort(),
      ['one/x.json', 'two/x.json'],
    );
    assert.match(run.stderr, /ignored, [^\n]*: x\.txt/);
  });

  it('lists files with the same bytes once, and says which they are', async () => {
    writeFileSync(join(folder, 'again.json'), seedBytes());
    const run = await pithMirror(['verify', 'one/x.json', 'again.json', '--json'], { cwd: folder });
    assert.deepEqual(
      JSON.parse(run.stdout).files.map(({ file }: { file: string }) => file),
      ['again.json'],
    );
    assert.match(
      run.stderr,
      /^files with the same bytes as another file, counted once: one\/x\.json \(same as again\.json\)$/m,
    );
  });

  it('counts a note with a quoted record as record only', async () => {
    const run = await commandHere(['verify', join(PROJECT, 'bundles/37ZQDNJOON6QQXTEBSYMMDCWTX.md'), '--json']);
    const { totals } = JSON.parse(run.stdout);
    assert.deepEqual([run.code, totals.records, totals.record_only, totals.signatures], [0, 1, 1, 0]);
  });

  it('has exit code 3 where nothing is rejected but there are findings', async () => {
    const bundle = withState(makeBundle(makeRecord()));
    const wrong = { ...bundle.state, event_count: 7 };
    const path = inFolder('findings.json', bytesOf(makeBundle(makeRecord(), undefined, { state: wrong })));
    const run = await commandHere(['verify', path, '--trust', testTrustFile, '--json']);
    assert.equal(run.code, 3);
    const [file] = JSON.parse(run.stdout).files;
    assert.equal(file.outcome, 'findings');
    assert.deepEqual(
      file.findings.map(({ code }: { code: string }) => code),
      ['state_mismatch'],
    );
  });

  it('does not know a key that the operator did not pin', async () => {
    const path = inFolder('other.json', bytesOf(makeBundle(makeRecord())));
    const run = await commandHere(['verify', path, '--json']);
    assert.equal(run.code, 1);
    assert.equal(JSON.parse(run.stdout).files[0].findings[0].code, 'untrusted_key');
  });

  it('escapes control characters of file names and messages in its lines', async () => {
    const path = inFolder('red\u001b[31m.json', '{"a":"\\u001b[2J"}');
    const run = await commandHere(['verify', path]);
    assert.equal(run.code, 1);
    assert.ok(!run.stdout.includes('\u001b'));
    assert.match(run.stdout, /red\\u\{001b\}\[31m\.json/);
  });
});

describe('canon and number', () => {
  const record = vectorLines<{ canonical_sha256: string; canonical_record: object; pith_number: string }>(
    'records.jsonl',
  )[0];
  const input = new TextEncoder().encode(JSON.stringify(record?.canonical_record, null, 3));

  it('canon writes the canonical bytes and nothing else, so that sha256sum gives the canonical hash', async () => {
    const fromInput = await pithMirror(['canon'], { input });
    assert.equal(fromInput.code, 0);
    assert.equal(sha256Hex(fromInput.bytes), record?.canonical_sha256);
    const fromFile = await pithMirror(['canon', inFolder('record.json', input)]);
    assert.deepEqual(fromFile.bytes, fromInput.bytes);
  });

  it('canon refuses what is not JSON by section 1, with a code and exit code 1', async () => {
    const run = await pithMirror(['canon', '-'], { input: new TextEncoder().encode('{"a":1,"a":2}') });
    assert.deepEqual([run.code, run.stdout], [1, '']);
    assert.match(run.stderr, /duplicate_key/);
  });

  it('number prints the Pith Number of a record', async () => {
    const run = await pithMirror(['number', '-'], { input });
    assert.deepEqual([run.code, run.stdout], [0, `${record?.pith_number}\n`]);
  });

  it('number says what to do when it is given a bundle', async () => {
    const run = await pithMirror(['number', SEED_FILE]);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /canonical_record/);
  });
});

describe('usage', () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ['an unknown command', ['sevre']],
    ['an unknown option', ['build', '--fast']],
    ['no path to verify', ['verify']],
    ['a path that is not there', ['verify', '/nowhere/x.json']],
    ['a folder of bundles that is not there', ['build', '/nowhere', '--out', join(folder, 'out')]],
    ['a trust file that is not there', ['verify', SEED_FILE, '--trust', '/nowhere.json']],
    ['a trust file that is none', ['verify', SEED_FILE, '--trust', SEED_FILE]],
    ['a site that is no address', ['build', '--site', 'example', '--out', join(folder, 'out')]],
    ['a site with a password', ['build', '--site', 'https://a:b@example.org/', '--out', join(folder, 'out')]],
    [
      'a site with a password and no name',
      ['build', '--site', 'https://:b@example.org/', '--out', join(folder, 'out')],
    ],
    ['a site that is a page', ['build', '--site', 'https://example.org/index.html', '--out', join(folder, 'out')]],
    ['two folders', ['build', 'a', 'b']],
  ];
  for (const [what, args] of wrong) {
    it(`of ${what} has exit code 2, one line that says so, and nothing on standard output`, async () => {
      const run = await commandHere(args);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assert.match(run.stderr, /^pith-mirror: [^\n]+\n$/);
    });
  }

  for (const command of ['build', 'verify', 'canon', 'number']) {
    it(`${command} --help explains it`, async () => {
      const run = await commandHere([command, '--help']);
      assert.equal(run.code, 0);
      assert.match(run.stdout, new RegExp(`^pith-mirror ${command}`));
    });
  }

  it('--help names every command; --version is that of the package', async () => {
    assert.match((await pithMirror(['--help'])).stdout, /build[\s\S]*verify[\s\S]*canon[\s\S]*number/);
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    assert.equal((await pithMirror(['--version'])).stdout, `${version}\n`);
  });
});

describe('standard output', () => {
  it('that takes no more is told in one line, not with a stack', async () => {
    const run = await runProgram('sh', [
      '-c',
      `"$0" "$1" canon "$2" > /dev/full`,
      process.execPath,
      LAUNCHER,
      SEED_FILE,
    ]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /^pith-mirror: standard output: [^\n]*ENOSPC[^\n]*\n$/);
  });
});

describe('npm run -s mirror', () => {
  it('takes relative paths from where the user stands', async () => {
    writeFileSync(join(folder, 'here.json'), seedBytes());
    const run = await runProgram(
      'npm',
      ['--prefix', PROJECT, 'run', '-s', 'mirror', '--', 'verify', 'here.json', '--json'],
      {
        cwd: folder,
      },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(JSON.parse(run.stdout).files[0].outcome, 'verified');
  });
});
