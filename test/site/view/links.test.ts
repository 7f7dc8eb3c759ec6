/** Which addresses from strangers become links. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arxivLink, doiLink, licenseOf, safeHref } from '../../../src/site/view/links.ts';

describe('an address of input', () => {
  for (const [url, href] of [
    ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
    ['http://example.org', 'http://example.org/'],
    ['HTTPS://EXAMPLE.org/%22', 'https://example.org/%22'],
    ['https://example.org/"><script>', 'https://example.org/%22%3E%3Cscript%3E'],
    // What looks like a Latin name shows what it is.
    ['https://\u0430rxiv.org/', 'https://xn--rxiv-43d.org/'],
    ['https://example.org/\u202egnp', 'https://example.org/%E2%80%AEgnp'],
  ] as const) {
    it(`${JSON.stringify(url)} is linked as ${href}`, () => assert.equal(safeHref(url), href));
  }

  for (const url of [
    'https://arxiv.org@evil.example/',
    'https://user:pass@example.org/',
    'https://:pass@example.org/',
    'javascript:alert(1)',
    'java\tscript:alert(1)',
    ' \u0001javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.org/',
    'blob:https://example.org/x',
    'mailto:a@example.org',
    '//example.org/',
    '/etc/passwd',
    'example.org',
    'https://',
    '',
  ]) {
    it(`${JSON.stringify(url)} is not linked`, () => assert.equal(safeHref(url), null));
  }
});

describe('an id of arXiv', () => {
  it('is linked if it is an address, and otherwise only shown', () => {
    for (const id of ['2606.00001', '0704.0001', 'math/0211159', 'math.AG/0211159', 'hep-th/9901001']) {
      assert.equal(arxivLink(id, 2).href, `https://arxiv.org/abs/${id}v2`);
      assert.equal(doiLink(id)?.href ?? null, `https://doi.org/10.48550/arxiv.${id}`);
    }
    for (const id of [
      '',
      '../x',
      '2606.00001/../../x',
      '2606.00001?x',
      '2606.00001\n',
      '//evil.example/0000001',
      'a@b/0000001',
    ]) {
      assert.deepEqual([arxivLink(id, 1).href, doiLink(id)?.href ?? null], [null, null], id);
    }
  });
});

describe('a license', () => {
  it('is shown by name if it is known, and unchanged otherwise', () => {
    const known = 'http://creativecommons.org/licenses/by-nc/4.0/';
    assert.deepEqual(licenseOf(known), {
      text: 'CC BY-NC 4.0 (Creative Commons Attribution-NonCommercial)',
      href: known,
    });
    assert.deepEqual(licenseOf('javascript:alert(1)'), { text: 'javascript:alert(1)', href: null });
    assert.equal(licenseOf('https://creativecommons.org@evil.example/licenses/by/4.0/')?.href, null);
    assert.equal(licenseOf(''), null);
  });
});
