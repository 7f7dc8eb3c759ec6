/** What every page of a site must be, read from the files: valid, light, linked to what is there. The rest needs a browser. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { htmlFiles, samplePages } from '../support/browser/page-kinds.ts';
import { buildVariety } from '../support/bundles/variety.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { elements, type HtmlElement, isInPage } from '../support/sites/html.ts';

// One page of a list has at most 100 rows: this many records make a second one.
const variety = await buildVariety(temporaryFolder(), { plain: 130 });
const { site } = variety;
const pages = htmlFiles(site);
const read = (path: string): string => readFileSync(join(site, path), 'utf8');
const parsed = new Map(pages.map((path) => [path, elements(read(path))]));
const at = (path: string): readonly HtmlElement[] => parsed.get(path) ?? elements(read(path));
const named = (path: string, ...names: readonly string[]): readonly HtmlElement[] =>
  at(path).filter(({ name }) => names.includes(name));

/** Asserts of every page, and says which fail: one complaint a page is enough. */
function everyPage(check: (path: string) => string | undefined): void {
  const complaints = pages.flatMap((path) => {
    const complaint = check(path);
    return complaint === undefined ? [] : [`${path}: ${complaint}`];
  });
  assert.deepEqual(complaints.slice(0, 20), [], `${complaints.length} of ${pages.length} pages`);
}

const MAX_GZIPPED = 40_000;

test('the test site has pages of several kinds, so that the tests below are meaningful', () => {
  for (const path of ['index.html', '404.html', `pith/${variety.suffixes.get('events-41')}/index.html`]) {
    assert.ok(pages.includes(path), path);
  }
});

test('html-validate finds nothing on a page of any kind', () => {
  const validator = new HtmlValidate(
    new StaticConfigLoader({
      root: true,
      extends: ['html-validate:recommended'],
      rules: {
        // Two that are about taste: blanks where the generator left some, and titles longer than a search engine shows. A
        // paper's title is as long as it is.
        'no-trailing-whitespace': 'off',
        'long-title': 'off',
      },
    }),
  );
  for (const { path } of samplePages(variety, 1)) {
    const { results } = validator.validateStringSync(read(path), path);
    const found = results.flatMap(({ messages }) => messages);
    assert.deepEqual(
      found.map(({ line, column, ruleId, message }) => `${path}:${line}:${column} ${ruleId}: ${message}`),
      [],
    );
  }
});

test('every page says its language and direction, has a title, and fits the width of its reader', () => {
  everyPage((path) => {
    const [html] = named(path, 'html');
    if (html?.attributes.get('lang') !== 'en' || html.attributes.get('dir') !== 'ltr') return 'no lang or dir';
    if (!named(path, 'title')[0]?.text.trim()) return 'no title';
    const viewport = named(path, 'meta').find(({ attributes }) => attributes.get('name') === 'viewport');
    const content = viewport?.attributes.get('content') ?? '';
    return /width=device-width/.test(content) && !/maximum-scale|user-scalable/.test(content)
      ? undefined
      : `viewport "${content}"`;
  });
});

test('every page has one first heading, and no level is left out', () => {
  everyPage((path) => {
    const levels = named(path, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6').map(({ name }) => Number(name.slice(1)));
    const skips = levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1);
    return levels[0] === 1 && levels.filter((level) => level === 1).length === 1 && !skips
      ? undefined
      : levels.join(' ');
  });
});

test('no script blocks a page, and none is a module, since modules do not run from a disk', () => {
  everyPage((path) => {
    for (const { attributes, text } of named(path, 'script')) {
      const type = attributes.get('type') ?? '';
      if (type === 'module') return 'a module';
      const isData = type !== '' && !/javascript/.test(type);
      if (isData) continue;
      if (!attributes.has('src')) return `an inline script: ${text.slice(0, 40)}`;
      if (!attributes.has('defer') && !attributes.has('async')) return `blocking: ${attributes.get('src')}`;
    }
    return undefined;
  });
});

test('a page with its style sheet and scripts stays below 40 kB gzipped, the bundle not counted', (t) => {
  const sizes = new Map<string, number>();
  const gzipped = (path: string): number => {
    const known = sizes.get(path);
    if (known !== undefined) return known;
    // An embedded bundle is the one kind of data with this type; JSON-LD counts.
    const text = read(path).replace(/(<script\b[^>]*type="application\/json"[^>]*>).*?(<\/script>)/gs, '$1$2');
    const size = gzipSync(text, { level: 9 }).length;
    sizes.set(path, size);
    return size;
  };
  const weights = pages.map((path) => {
    const parts = at(path).flatMap(({ name, attributes }) => {
      if (name === 'link' && attributes.get('rel') === 'stylesheet') return attributes.get('href') ?? [];
      const src = name === 'script' ? attributes.get('src') : undefined;
      return src === undefined || /bundle/.test(posix.basename(src)) ? [] : src;
    });
    const files = [path, ...parts.map((part) => posix.join(posix.dirname(path), part))];
    return { path, weight: files.reduce((sum, file) => sum + gzipped(file), 0) };
  });
  const heaviest = weights.toSorted((a, b) => b.weight - a.weight).slice(0, 3);
  t.diagnostic(`heaviest: ${heaviest.map(({ path, weight }) => `${path} ${weight} B`).join(', ')}`);
  assert.deepEqual(
    weights.filter(({ weight }) => weight >= MAX_GZIPPED).map(({ path, weight }) => `${path}: ${weight} B`),
    [],
  );
});

/** Each address on a page, with the element that has it. */
function addresses(path: string): readonly { readonly url: string; readonly element: HtmlElement }[] {
  return at(path).flatMap((element) => {
    const { attributes } = element;
    const single = ['href', 'src', 'action', 'formaction', 'poster', 'data', 'cite', 'xlink:href'].flatMap(
      (name) => attributes.get(name) ?? [],
    );
    const several = (attributes.get('srcset') ?? '').split(',').flatMap((part) => part.trim().split(/\s+/)[0] || []);
    return [...single, ...several].map((url) => ({ url, element }));
  });
}

const isOutside = (url: string): boolean => /^[a-z][a-z0-9+.-]*:|^\/\//i.test(url);

test('every link inside the site leads to a file, and to an existing anchor if it names one', () => {
  const ids = new Map<string, ReadonlySet<string>>();
  const idsOf = (path: string): ReadonlySet<string> => {
    const known = ids.get(path) ?? new Set(at(path).flatMap(({ attributes }) => attributes.get('id') ?? []));
    ids.set(path, known);
    return known;
  };
  everyPage((path) => {
    for (const { url } of addresses(path)) {
      if (isOutside(url)) continue;
      const [address = '', fragment] = url.split('#', 2);
      const [file = ''] = address.split('?', 1);
      // "/" would tie the site to one place, and a folder is listed, not opened, from a disk.
      if (file.startsWith('/') || file.endsWith('/')) return `${url} is no relative file`;
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file));
      if (target.startsWith('../') || !existsSync(join(site, target))) return `${url} leads to nothing`;
      // What the search is to look for is no place on its page.
      const isSearch = target === 'search/index.html' && /^(q|go)=/.test(fragment ?? '');
      if (
        !isSearch &&
        fragment !== undefined &&
        fragment !== '' &&
        target.endsWith('.html') &&
        !idsOf(target).has(fragment)
      ) {
        return `${url}: no such place`;
      }
    }
    return undefined;
  });
});

test('a page loads only files of the site', () => {
  everyPage((path) => {
    const loads = at(path).filter(
      ({ name, attributes }) =>
        ['script', 'img', 'iframe', 'source', 'embed', 'object', 'video', 'audio', 'use', 'image'].includes(name) ||
        (name === 'link' && /\b(stylesheet|icon|preload|prefetch|modulepreload)\b/.test(attributes.get('rel') ?? '')),
    );
    const outside = loads.flatMap(({ attributes }) =>
      ['href', 'src', 'data', 'poster', 'srcset'].flatMap((name) => attributes.get(name) ?? []),
    );
    return outside.find((url) => isOutside(url) && url !== 'data:,');
  });
});

test('an external link is http or https, sends no referrer, and is marked nofollow', () => {
  everyPage((path) => {
    for (const { url, element } of addresses(path)) {
      if (!isOutside(url) || url === 'data:,') continue;
      // Saved, and never shown.
      if (element.name === 'a' && isInPage(url) && element.attributes.get('download')) continue;
      if (!/^https?:\/\/[^@]+$/.test(url.split(/[?#]/, 1)[0] ?? '')) return url;
      const rel = (element.attributes.get('rel') ?? '').split(/\s+/);
      if (element.name === 'a' && !['nofollow', 'noopener', 'noreferrer'].every((word) => rel.includes(word))) {
        return `${url} rel="${rel.join(' ')}"`;
      }
    }
    return undefined;
  });
});
