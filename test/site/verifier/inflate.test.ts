import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { DamagedText, embeddedBytes, inflated } from '../../../src/site/verifier/inflate.ts';

const TEXT = deflateRawSync('{"a":1}').toString('base64');

test('gives back the bytes that were compressed', () => {
  assert.equal(new TextDecoder().decode(inflated(TEXT)), '{"a":1}');
});

test('calls a text damaged only if the text is at fault', (t) => {
  for (const text of ['not base64!', `${TEXT.slice(0, 4)}`, btoa('\x07 no deflate')])
    assert.throws(() => inflated(text), DamagedText, text);
  // A browser that lacks something must not blame the page.
  t.mock.method(globalThis, 'atob', () => {
    throw new TypeError('atob is not a function');
  });
  assert.throws(
    () => inflated(TEXT),
    (error) => error instanceof TypeError && !(error instanceof DamagedText),
  );
});

test('takes a bundle from the text of the element that the data name, as in a page of a ZIM', () => {
  const texts: Readonly<Record<string, string>> = { 'verify-bundle-0': '{"a":"ä"}\n' };
  const element = (id: string): unknown => (id in texts ? { textContent: texts[id] } : null);
  Object.assign(globalThis, { document: { getElementById: element } });
  try {
    assert.equal(new TextDecoder().decode(embeddedBytes('#verify-bundle-0')), '{"a":"ä"}\n');
    assert.equal(new TextDecoder().decode(embeddedBytes(TEXT)), '{"a":1}');
    assert.throws(() => embeddedBytes('#verify-bundle-1'), DamagedText);
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
});
