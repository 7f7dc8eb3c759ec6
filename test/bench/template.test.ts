import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderer, toHugo, toNunjucks } from './compile.ts';
import { findTemplate, NotCovered, readPage } from './template.ts';

/** A small page with all that pages differ in. */
function page(title: string, events: readonly string[], note?: string, badge = 'no'): string {
  const items = events.map((event) => `<li class="event">\n<code>${event}</code>\n</li>`).join('');
  const section = note === undefined ? '' : `\n    <section id="note"><h2>Note</h2><p>${note}</p></section>`;
  return `<!DOCTYPE html>
<html><head><meta name="d" content="About ${title}"><title>${title} · pith</title></head>
<body>
    <h1>${title}</h1> <b class="badge badge-${badge}">{{ kept }} {% raw %}</b>
    <hr>${section}
    <ol>${items}</ol>
    <script type="application/json">{"title":{"a":"${title}"}}</script>
</body></html>\n`;
}

const samples = [
  page('A &lt;b&gt;', ['a', 'b'], 'first'),
  page('C &amp; D', ['c', 'd', 'e']),
  page('E', [], 'second &quot;note&quot;', 'yes'),
];

describe('a template that was found', () => {
  const { template, valuesOf } = findTemplate(samples);
  const render = renderer(template);

  test('it reproduces its samples and pages that it has not seen', () => {
    const unseen = page('Q &#39;q&#39;', ['x', 'y', 'z', '&lt;'], 'third');
    for (const html of [...samples, unseen]) assert.equal(render(valuesOf(html)), html);
  });

  test('it does not cover a page of another shape', () => {
    for (const html of [
      page('A', []).replace('<h1>', '<h1 id="x">'),
      page('A', []).replace('</ol>', '</ol><ol></ol>'),
      page('A', []).replace('About ', 'Of '),
      page('A', []).replace('About A', 'About B'),
    ]) {
      assert.throws(() => valuesOf(html), NotCovered);
    }
  });

  test('it has loops and conditions where samples differ, and values where texts differ', () => {
    // One title at four places is one value.
    const text = toNunjucks(template, 'r');
    assert.match(
      text,
      /<ol>\{% for i_l\d+ in r\.l\d+ %\}<li class="event">\n<code>\{\{ i_l\d+\.v\d+ \}\}<\/code>\n<\/li>\{% endfor %\}<\/ol>/,
    );
    assert.match(
      text,
      /\{% if r\.c\d+ %\}\s*<section id="note"><h2>Note<\/h2><p>\{\{ r\.v\d+ \}\}<\/p><\/section>\{% endif %\}/,
    );
    assert.match(
      text,
      /<title>\{\{ r\.(v\d+) \}\} · pith<\/title>[\s\S]*<h1>\{\{ r\.\1 \}\}<\/h1> <b class="badge \{\{ r\.v\d+ \}\}">/,
    );
    assert.match(text, /\{\{ "\{" \}\}\{ kept \}\}/);
    assert.match(toHugo(template, '$r'), /\{\{ range \$i_l\d+ := \$r\.l\d+ \}\}/);
  });
});

test('a page with an unclosed element is refused', () => {
  for (const html of ['<p>', '<p></b>', '</p>']) assert.throws(() => readPage(html), TypeError);
});
