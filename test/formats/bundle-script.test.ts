import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { bundleScriptText, bundlesInPage, MAX_IN_PAGE } from '../../src/formats/bundle-script.ts';
import { safeJson } from '../../src/formats/json-text.ts';
import type { RecordEntry } from '../../src/mirror/plan/plan.ts';
import { encodeUtf8 } from '../../src/protocol/index.ts';
import { TEXTS } from '../support/bundles/hostile-input.ts';
import { elements } from '../support/sites/html.ts';

/** A record with only the bytes of its bundles. */
const entryOf = (...texts: readonly string[]): RecordEntry =>
  ({ received: texts.map((text) => ({ bundle: { bytes: encodeUtf8(text) } })) }) as unknown as RecordEntry;

const ODD = [
  ...TEXTS.map((text) => JSON.stringify({ text })),
  '{"\u2028\u2029":"\\u0000\\r\\n\\t"}\r\n\t \n',
  '{"x":"</script><!-- &amp; \u{1f600} \ufffe \u0085 \u00a0"}',
];

describe('bundles in a page', () => {
  it('are exact to the byte, through an HTML parser', () => {
    const texts = bundlesInPage(entryOf(...ODD));
    const json = safeJson(JSON.stringify(texts));
    const [block] = elements(`<script type="application/json">${json}</script><p>after</p>`).filter(
      ({ name }) => name === 'script',
    );
    const read: readonly string[] = JSON.parse(block?.text ?? '');
    assert.deepEqual(
      read.map((text) => encodeUtf8(text)),
      ODD.map((text) => encodeUtf8(text)),
    );
    assert.doesNotMatch(json, /[<>&\u2028\u2029\r\n\0]/);
  });

  it('are there up to their limit, and one byte more makes them a script of its own', () => {
    const filled = (bytes: number): RecordEntry => entryOf('é'.repeat(1000), 'x'.repeat(bytes - 2000));
    assert.equal(bundlesInPage(filled(MAX_IN_PAGE))?.length, 2);
    assert.equal(bundleScriptText(filled(MAX_IN_PAGE)), null);
    assert.equal(bundlesInPage(filled(MAX_IN_PAGE + 1)), null);
    assert.match(bundleScriptText(filled(MAX_IN_PAGE + 1)) ?? '', /^pithBundles=\["éé.*"\];\n$/);
  });
});

describe('bundles in a script', () => {
  it('are exact to the byte, as a browser runs it', () => {
    const long = [...ODD, JSON.stringify('x'.repeat(MAX_IN_PAGE))];
    const context: { pithBundles?: readonly string[] } = {};
    runInNewContext(bundleScriptText(entryOf(...long)) ?? '', context);
    assert.deepEqual([...(context.pithBundles ?? [])], long);
  });
});
