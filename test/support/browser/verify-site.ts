/** A site for the tests of the verification in the browser: records of each way to hold a bundle, and pages that lie. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib';
import { MAX_BUNDLE_BYTES } from '../../../src/protocol/index.ts';
import {
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  testTrust,
  withState,
} from '../bundles/make-bundle.ts';
import { SEED_SUFFIX, seedBytes, seedText } from '../bundles/vectors.ts';
import { PROJECT } from '../sites/cli.ts';
import { build, writeFiles } from '../sites/site.ts';

const record = (id: string): Data => makeRecord({ id });
const suffixOf = (of: Data): string => numberOf(of).slice(-26);

const LARGE = record('2606.00010');
const SEVERAL = record('2606.00011');
const TROUBLED = record('2606.00012');

/** Events of the large record: enough to take a while. */
export const MANY = 300;
const largeEvents = Array.from({ length: MANY }, (_, i) =>
  makeCorrection(LARGE, `${i} ${[1, 2, 3].map((n) => digest({ i, n })).join('')}`),
);

export const SUFFIXES = {
  seed: SEED_SUFFIX,
  large: suffixOf(LARGE),
  several: suffixOf(SEVERAL),
  troubled: suffixOf(TROUBLED),
} as const;

const BUNDLES: Readonly<Record<string, Uint8Array>> = {
  'seed.json': seedBytes(),
  'large.json': bytesOf(withState(makeBundle(LARGE, [makeRecordCreated(LARGE), ...largeEvents]))),
  'one.json': bytesOf(makeBundle(SEVERAL, [makeRecordCreated(SEVERAL), makeCorrection(SEVERAL, 'one')])),
  'two.json': bytesOf(makeBundle(SEVERAL, [makeRecordCreated(SEVERAL), makeCorrection(SEVERAL, 'two')])),
  'troubled.json': bytesOf(
    makeBundle(
      TROUBLED,
      [
        makeRecordCreated(TROUBLED),
        makeSnapshot(TROUBLED, { title: '</script><img src=x onerror=alert(1)>\u202e' }),
        { ...makeCorrection(TROUBLED, 'x'), target: '<b>other</b>' },
      ],
      { state: { '<script>': 1 } },
    ),
  ),
};

/** The keys of the site as a trust file: the real one, and those of the tests. */
export const TRUST_FILE = JSON.stringify({
  keys: [
    ...JSON.parse(readFileSync(join(PROJECT, 'src/mirror/trust.json'), 'utf8')).keys,
    ...testTrust.keys.map(({ keyId, role, publicKeyHex, fingerprint }) => ({
      key_id: keyId,
      public_key_hex: publicKeyHex,
      role,
      fingerprint_sha256_hex: fingerprint,
    })),
  ],
});

const EMBEDDED = /("bundles":\[")([\w+/]+=*)/;

/** Changes the bundle that a page carries. */
const inBundle =
  (from: string | RegExp, to: string) =>
  (html: string): string =>
    html.replace(EMBEDDED, (_, before: string, text: string) => {
      const bundle = inflateRawSync(Buffer.from(text, 'base64')).toString();
      const changed = bundle.replace(from, to);
      if (changed === bundle) throw new RangeError(`nothing to change: ${from}`);
      return `${before}${deflateRawSync(changed).toString('base64')}`;
    });

/** Pages of the seed's record that were changed after they were built, by their names. */
const LIES: readonly (readonly [name: string, change: (html: string) => string])[] = [
  ['title.html', inBundle('Concordia', 'Concordja')],
  ['signature.html', inBundle(/^(.*"signature_b64":")\w/s, '$1_')],
  ['json.html', inBundle('{', '{,')],
  ['state.html', (html) => html.replace(/("stateSha256":")\w{8}/, '$100000000')],
  ['missing.html', (html) => html.replace(/(data-verifier="[^"]*)verify\.js/, '$1gone.js')],
  ['damaged.html', (html) => html.replace(EMBEDDED, (_, before: string, text: string) => before + text.slice(0, -60))],
];

/** Builds the site into `out`; the files to give to verify.html go into `files`. */
export async function buildVerifySite(folder: string, out: string, files: string): Promise<void> {
  writeFiles(folder, { ...BUNDLES, '../trust.json': TRUST_FILE });
  await build([folder, '--out', out, '--trust', join(folder, '../trust.json')], 3);
  const page = join(out, 'pith', SEED_SUFFIX);
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  for (const [name, change] of LIES) {
    const changed = change(html);
    if (changed === html) throw new RangeError(`${name}: nothing to change`);
    writeFileSync(join(page, name), changed);
  }
  writeFiles(files, {
    ...BUNDLES,
    'tampered.json': seedText().replace('Concordia', 'Concordja'),
    'hostile.json': '{"<img src=x onerror=alert(1)>\u202e":tru}',
    '<img src=x onerror=alert(1)>\u202e.json': '<script>alert(1)</script>',
    'empty.json': '',
    'page.json': '<!doctype html><title>502 &lt;b&gt;Bad&lt;/b&gt; Gateway</title>',
    'packed.json': gzipSync(seedBytes()),
    'lfs.json': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 14187\n`,
    'api.json': '{"detail":"Not found."}',
    'conflict.json': '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n',
    'cut.json': seedBytes().subarray(0, 5000),
    'huge.json': '',
  });
  truncateSync(join(files, 'huge.json'), MAX_BUNDLE_BYTES + 1);
}
