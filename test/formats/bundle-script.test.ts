import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { inflateRawSync } from 'node:zlib';
import { bundleScriptText, bundlesInPage, MAX_IN_PAGE } from '../../src/formats/bundle-script.ts';
import { deflatedBase64 } from '../../src/formats/deflate.ts';
import { safeJson } from '../../src/formats/json-text.ts';
import { encodeUtf8, sha256Hex } from '../../src/protocol/index.ts';
import { inflated } from '../../src/site/verifier/inflate.ts';
import { TEXTS } from '../support/bundles/hostile-input.ts';
import { seedBytes } from '../support/bundles/vectors.ts';
import { elements } from '../support/sites/html.ts';

const ODD = [
  ...TEXTS.map((text) => JSON.stringify({ text })),
  '',
  '{"\u2028\u2029":"\\u0000\\r\\n\\t"}\r\n\t \n',
  '{"x":"</script><!-- &amp; \u{1f600} \ufffe \u0085 \u00a0"}',
].map(encodeUtf8);

describe('bundles in a page', () => {
  it('are exact to the byte, through an HTML parser', () => {
    const texts = bundlesInPage({ embedded: ODD.map(deflatedBase64) });
    const json = safeJson(JSON.stringify(texts));
    const [block] = elements(`<script type="application/json">${json}</script><p>after</p>`).filter(
      ({ name }) => name === 'script',
    );
    const read: readonly string[] = JSON.parse(block?.text ?? '');
    assert.deepEqual(
      read.map((text) => Buffer.from(inflated(text))),
      ODD.map((bytes) => Buffer.from(bytes)),
    );
    assert.doesNotMatch(json, /[<>&\u2028\u2029\r\n\0]/);
  });

  it('are the same compressed bytes on every system and in every Node, and zlib reads them', () => {
    const text = deflatedBase64(seedBytes());
    assert.deepEqual(
      [text.length, sha256Hex(encodeUtf8(text))],
      [4416, '0ffcda76c522d99d01df8df71fdaeb4ad8b45594fc94feb0844045f9c5e1c3e8'],
    );
    assert.deepEqual(inflateRawSync(Buffer.from(text, 'base64')), Buffer.from(seedBytes()));
  });

  it('are there up to their limit, and one character more makes them a script of its own', () => {
    const filled = (length: number): { embedded: readonly string[] } => ({
      embedded: ['A'.repeat(1000), 'B'.repeat(length - 1000)],
    });
    assert.equal(bundlesInPage(filled(MAX_IN_PAGE))?.length, 2);
    assert.equal(bundleScriptText(filled(MAX_IN_PAGE)), null);
    assert.equal(bundlesInPage(filled(MAX_IN_PAGE + 1)), null);
    assert.match(bundleScriptText(filled(MAX_IN_PAGE + 1)) ?? '', /^pithBundles=\["AA.*"\];\n$/);
  });
});

describe('bundles in a script', () => {
  it('are exact to the byte, as a browser runs it', () => {
    const embedded = [...ODD.map(deflatedBase64), 'A'.repeat(MAX_IN_PAGE)];
    const context: { pithBundles?: readonly string[] } = {};
    runInNewContext(bundleScriptText({ embedded }) ?? '', context);
    assert.deepEqual([...(context.pithBundles ?? [])], embedded);
  });
});

describe('a damaged copy in a page', () => {
  it('gives an error, and never some of the bytes', () => {
    const text = deflatedBase64(seedBytes());
    assert.throws(() => inflated(text.slice(0, -40)));
    assert.throws(() => inflated(`${text.slice(0, 40)}*${text.slice(41)}`));
  });
});
