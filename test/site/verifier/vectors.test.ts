/** The protocol's vectors in Chromium and Firefox: each answer is the one that Node gives. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { bundleBrowserScript } from '../../../src/mirror/render/scripts.ts';
import { BROWSERS, launchBrowser } from '../../support/browser/browser.ts';
import { answer, type Questions } from '../../support/browser/browser-protocol.ts';
import { TRUST_FILE } from '../../support/browser/verify-site.ts';
import { bundles, events, reading } from '../../support/bundles/broken.ts';
import { bytesOf, type Data, makeBundle } from '../../support/bundles/make-bundle.ts';
import { seedBytes, vectorLines } from '../../support/bundles/vectors.ts';
import { CREATED, RECORD } from '../../support/bundles/verdicts.ts';
import { PROJECT } from '../../support/sites/cli.ts';

/** One byte of the seed in this many is changed, each in its own copy. */
const FLIPPED = 149;

function tamperedSeeds(): readonly Uint8Array[] {
  const seed = seedBytes();
  return Array.from({ length: Math.floor(seed.length / FLIPPED) }, (_, i) => {
    const copy = new Uint8Array(seed);
    copy[i * FLIPPED] = (copy[i * FLIPPED] ?? 0) ^ 1;
    return copy;
  });
}

function questions(): Questions {
  const records = vectorLines<Data>('records.jsonl');
  const receipts = vectorLines<Data>('receipts.jsonl');
  const key = JSON.parse(TRUST_FILE).keys[0].public_key_hex;
  const documents = [
    seedBytes(),
    ...tamperedSeeds(),
    // The one that is too large is refused for its length alone, in every engine.
    ...reading.map(([, , bytes]) => bytes).filter(({ length }) => length < 100_000),
    ...bundles.map(([, , bundle]) => bytesOf(bundle)),
    ...events.map(([, , event]) => bytesOf(makeBundle(RECORD, [CREATED, event]))),
  ];
  return {
    canonical: [
      ...vectorLines<Data>('canonical-json.jsonl').map(({ text }) => text),
      ...vectorLines<Data>('integrity.jsonl').map((line) => JSON.stringify(line)),
    ],
    records: records.map(({ canonical_record }) => JSON.stringify(canonical_record)),
    titles: records.flatMap(({ title }) => (typeof title === 'string' ? [title] : [])),
    signatures: [
      ...vectorLines<Data>('ed25519.jsonl').map((line) => [line.public_key, line.message, line.signature] as const),
      ...receipts.map(
        ({ canonical_sha256, signature_b64 }) =>
          [key, canonical_sha256, Buffer.from(signature_b64, 'base64').toString('hex')] as const,
      ),
    ],
    bundles: documents.map((bytes) => [Buffer.from(bytes).toString('base64'), TRUST_FILE]),
  };
}

describe('the vectors, the seed and tampered copies', () => {
  const asked = questions();
  const expected = answer(asked);
  let code: string;
  before(async () => {
    code = await bundleBrowserScript(join(PROJECT, 'test/support/browser/browser-protocol.ts'));
  });

  it('are what Node says they are', () => {
    const vectors = vectorLines<Data>('ed25519.jsonl');
    const first = asked.canonical.length + asked.records.length + asked.titles.length;
    assert.deepEqual(
      expected.slice(first, first + vectors.length).map((text) => JSON.parse(text)),
      vectors.map(({ valid }) => valid),
    );
    const verdicts = expected.slice(first + asked.signatures.length).map((text) => JSON.parse(text));
    assert.equal(verdicts[0].outcome, 'verified');
    assert.ok(verdicts.slice(1, 1 + tamperedSeeds().length).every(({ outcome }) => outcome === 'rejected'));
    assert.equal(asked.canonical.length, 1504);
    assert.ok(asked.bundles.length > 150);
  });

  for (const name of BROWSERS) {
    it(`are the same in ${name}`, async () => {
      const browser = await launchBrowser(name);
      try {
        const page = await (await browser.newContext()).newPage();
        await page.evaluate(code);
        const answers = await page.evaluate(
          (given) => (globalThis as unknown as { answer: typeof answer }).answer(given),
          asked,
        );
        assert.equal(answers.length, expected.length);
        for (const [i, text] of expected.entries()) assert.equal(answers[i], text);
      } finally {
        await browser.close();
      }
    });
  }
});
