import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflatedBase64 } from '../../../src/formats/deflate.ts';
import { safeJson } from '../../../src/formats/json-text.ts';
import { CompactPages } from '../../../src/packages/formats/zim-page.ts';
import { sitePage } from '../../support/sites/site-page.ts';

const pages = new CompactPages();
const zimPage = (page: Uint8Array): Uint8Array => pages.pageOf(page);

const pageOf = (bundles: readonly string[] | null): Buffer => {
  const json = safeJson(JSON.stringify({ trust: '{"keys":[]}', claims: { findings: ['<&>'] }, bundles }));
  return Buffer.from(
    `<!doctype html><p>Ä</p><script type="application/json" id="verify-data">${json}</script><p>after</p>`,
  );
};
const pageWith = (...bundles: readonly (string | Uint8Array)[]): Buffer =>
  pageOf(bundles.map((bundle) => deflatedBase64(Buffer.from(bundle))));

describe('the page of a record in a ZIM', () => {
  it('has each bundle as the text of an element, behind the data block that names the element', () => {
    const page = zimPage(pageWith('{"a":"ä"}\n', '{"b":2}'));
    assert.equal(
      Buffer.from(page).toString(),
      '<!doctype html><p>Ä</p><script type="application/json" id="verify-data">' +
        '{"trust":"{\\"keys\\":[]}","claims":{"findings":["\\u003c\\u0026\\u003e"]},"bundles":["#verify-bundle-0","#verify-bundle-1"]}</script>' +
        '<script type="application/json" id="verify-bundle-0">{"a":"ä"}\n</script>' +
        '<script type="application/json" id="verify-bundle-1">{"b":2}</script><p>after</p>',
    );
  });

  it('gives the bytes of the site’s page back', () => {
    for (const page of [pageWith('{}'), pageWith('{"p":"p < 0.05 && q > 1"}', '{"b":"\u2028\u202e\\r"}'), pageOf(null)])
      assert.deepEqual(sitePage(zimPage(page)), page);
  });

  it('keeps a bundle compressed that an element would change, or that is no text', () => {
    for (const bundle of [
      '{\r\n}',
      '{"a":"\0"}',
      '{"a":"</script>"}',
      '{"a":"</SCRIPT "}',
      '{"a":"<script>"}',
      '{"a":"<!--"}',
      '\ufeff{}',
      Buffer.from([0x7b, 0xff, 0x7d]),
      Buffer.from('{}', 'utf16le'),
    ]) {
      const page = pageWith(bundle);
      assert.equal(zimPage(page), page, JSON.stringify(bundle.toString()));
      const both = Buffer.from(zimPage(pageWith(bundle, '{"b":2}'))).toString();
      assert.match(both, /"bundles":\["[^"#]+","#verify-bundle-1"\]/);
    }
  });

  it('keeps bundles compressed that are too many or too large to be made in one piece of memory', () => {
    const large = `{"a":"${'b'.repeat(700_000)}"}`;
    assert.match(Buffer.from(zimPage(pageWith(large, large))).toString(), /"bundles":\["#verify-bundle-0","[^"#]+"\]/);
    const [tooLarge, longer] = [pageWith('b'.repeat(1 << 20)), pageWith(large, '{}')];
    assert.equal(zimPage(tooLarge), tooLarge);
    assert.deepEqual(sitePage(zimPage(longer)), longer);
  });

  it('is the site’s page if that has no data block, none that can be read, or no bundles in it', () => {
    const other = (json: string): Buffer =>
      Buffer.from(`<script type="application/json" id="verify-data">${json}</script>`);
    for (const page of [
      Buffer.from('<!doctype html><p>Ä</p>'),
      Buffer.from('<script type="application/json" id="verify-data">{}'),
      ...['', 'null', '[]', '{"bundles":{}}', '{"bundles":["no base64", "AAAA"]}'].map(other),
      pageOf(null),
      pageOf([]),
    ])
      assert.equal(zimPage(page), page);
  });
});
