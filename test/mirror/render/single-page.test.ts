import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { SINGLE_MARK, singlePage } from '../../../src/mirror/render/single-page.ts';
import { encodeUtf8 } from '../../../src/protocol/index.ts';
import { elements, references } from '../../support/sites/html.ts';

const FILES: Readonly<Record<string, string>> = {
  'style.css': 'a{color:red}',
  'icon.svg': '<svg/>',
  'page.js': 'one()',
  'verify.js': 'two()',
  'pith/S/index.html': '',
  'pith/S/bundle.js': 'three()',
  'pith/S/cite.bib': '@misc{x}',
  'pith/S/badge.svg': '<svg>é</svg>',
  'pith/T/cite.bib': 'of another record',
  'bad.js': 'x("</script>")',
};
const HEAD = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;

function fold(body: string, head = '', site: string | null = null): string {
  const read = (path: string): Uint8Array | null => (FILES[path] === undefined ? null : encodeUtf8(FILES[path]));
  const html = `<!doctype html><html><head>${HEAD}${head}</head><body>${body}</body></html>`;
  return singlePage(html, { page: 'pith/S/index.html', read, site, name: 'S' });
}

const policyOf = (html: string): string =>
  elements(html)
    .find(({ attributes }) => attributes.has('http-equiv'))
    ?.attributes.get('content') ?? '';
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const scripts = (html: string): readonly string[] =>
  elements(html).flatMap(({ name, text, attributes }) =>
    name === 'script' && !attributes.has('type') ? [text.trim()] : [],
  );

describe('folding a page into one file', () => {
  it('puts styles and scripts inside, under a policy that names them', () => {
    const html = fold(
      '<p>x</p>',
      '<link rel="stylesheet" href="../../style.css"><script defer src="../../page.js"></script>',
    );
    assert.ok(html.includes('<style>a{color:red}</style>'));
    assert.deepEqual(scripts(html), ['one()']);
    assert.ok(html.indexOf('one()') > html.indexOf('<p>x</p>'), 'deferred scripts run after the page');
    assert.equal(
      policyOf(html),
      `default-src 'none'; script-src ${hash('one()')}; style-src ${hash('a{color:red}')}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    assert.ok(html.includes(SINGLE_MARK));
  });

  it('has no navigation to pages that it cannot link to, and keeps the rest of it', () => {
    const body =
      '<nav><a href="../../browse/index.html">Browse</a> <a href="../../verify.html">Verify</a></nav>' +
      '<nav><ol><li><a href="#cite">Cite</a></li></ol></nav>' +
      '<footer><p><a href="../../index.html">All</a> · <a href="https://origin.example/">Origin</a></p></footer>';
    assert.match(
      fold(body),
      /<body><nav><ol><li><a href="#cite">Cite<\/a><\/li><\/ol><\/nav><footer><p><a href="https:\/\/origin.example\/">Origin<\/a><\/p><\/footer>/,
    );
    const site = 'https://mirror.example/';
    assert.match(
      fold(body, '', site),
      /Browse<\/a> <a href="https:\/\/mirror.example\/verify.html">Verify<\/a><\/nav>/,
    );
  });

  it('puts what is loaded on demand before what loads it', () => {
    const html = fold(
      '<section data-verifier="../../verify.js" data-bundles="bundle.js"></section>',
      '<script defer src="../../page.js"></script>',
    );
    assert.deepEqual(scripts(html), ['two()', 'three()', 'one()']);
  });

  it('leaves data blocks, fragments, and links to elsewhere as they are', () => {
    const body =
      '<a href="#x">x</a><a href="https://arxiv.org/abs/1">y</a><script type="application/json">{"a":"\\u003c"}</script>';
    const html = fold(body);
    assert.ok(html.includes(body));
    assert.match(policyOf(html), /script-src 'none'; style-src 'none'/);
  });

  it('makes files of the record data, and other pages text or their address', () => {
    const body =
      '<a href="cite.bib" type="text/plain">bib</a><a href="../T/cite.bib">other</a><a href="../../index.html" rel="up">home</a><img src="badge.svg">';
    const [alone, sited] = [fold(body), fold(body, '', 'https://mirror.example/')];
    const bib = `data:application/x-bibtex;base64,${btoa('@misc{x}')}`;
    const badge = `data:image/svg+xml;base64,${Buffer.from('<svg>é</svg>').toString('base64')}`;
    assert.deepEqual(references(alone), [bib, badge]);
    assert.ok(alone.includes('<span>other</span><span>home</span>'));
    assert.ok(alone.includes('download="S.cite.bib"'));
    assert.deepEqual(references(sited), [
      bib,
      'https://mirror.example/pith/T/cite.bib',
      'https://mirror.example/index.html',
      badge,
    ]);
  });

  it('leaves out forms, and links of the head that lead nowhere', () => {
    const html = fold('<form action="../../search.html"><input></form>', '<link rel="item" href="bundle.json">');
    assert.ok(!elements(html).some(({ name }) => name === 'form' || name === 'link' || name === 'input'));
  });

  it('refuses a script that would end its element, and one that is not there', () => {
    assert.throws(() => fold('', '<script src="../../bad.js"></script>'), TypeError);
    assert.throws(() => fold('', '<script src="../../gone.js"></script>'), TypeError);
    assert.throws(() => fold('', '<link rel="stylesheet" href="../../gone.css">'), TypeError);
  });
});
