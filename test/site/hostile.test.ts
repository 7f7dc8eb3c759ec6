/**
 * One build, through the command line, of a folder in which good files lie among one of each bad kind: exactly the good
 * ones are published, and nothing of the others reaches a page, a log line or a terminal.
 *
 * With many more good files: PITH_MIRROR_GOOD_FILES=10000 node --test test/site/hostile.test.ts
 */
import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { BUNDLE } from '../support/bundles/broken.ts';
import { writeHostileInput } from '../support/bundles/hostile-input.ts';
import {
  authorKey,
  type Data,
  publicKeyEntry,
  registryKey,
  secondKey,
  type TestKey,
} from '../support/bundles/make-bundle.ts';
import { commandHere, temporaryFolder } from '../support/sites/cli.ts';
import { elements, references } from '../support/sites/html.ts';
import { build, buildHere, readTree } from '../support/sites/site.ts';

const GOOD_FILES = Number(process.env.PITH_MIRROR_GOOD_FILES ?? '16');

const folder = temporaryFolder();
const input = join(folder, 'input');
const out = join(folder, 'site');
const trust = join(folder, 'trust.json');
const keys = [registryKey, secondKey, authorKey].map((key: TestKey) => {
  const { key_id, public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(key);
  return { key_id, public_key_hex, fingerprint_sha256_hex, role: key.role };
});
writeFileSync(trust, JSON.stringify({ keys }));
const { good, invalidEvents, eventCodes, findings, texts, harmless, bad, ignored } = writeHostileInput(
  input,
  GOOD_FILES,
);
const built = build([input, '--out', out, '--trust', trust], 3);

/** The same good files without any others. */
const calmInput = join(folder, 'calm-input');
const calmOut = join(folder, 'calm-site');
const calmBuilt = built.then(() => {
  for (const { name } of good) {
    mkdirSync(dirname(join(calmInput, name)), { recursive: true });
    linkSync(join(input, name), join(calmInput, name));
  }
  return buildHere([calmInput, '--out', calmOut, '--trust', trust], 0);
});

/** Files that are published as they came. */
const alone = findings.flatMap(({ names: [name = '', ...more], suffix }) =>
  more.length === 0 ? [{ name, suffix }] : [],
);
const published = [...good, invalidEvents, ...alone, ...texts, harmless];
const suffixes = [...new Set([...published, ...findings].map(({ suffix }) => suffix))].sort();
const page = (suffix: string): string => readFileSync(join(out, 'pith', suffix, 'index.html'), 'utf8');
const reportFiles = (): readonly Data[] => JSON.parse(readFileSync(join(out, 'mirror-report.json'), 'utf8')).files;

/** The elements of a page without what text may change: how many, of which kind, with which attributes. Events of one moment stand in the order of their ids, hence sorted. */
const shape = (html: string): readonly string[] =>
  elements(html)
    .filter(({ attributes }) => !['unseen', 'cut'].includes(attributes.get('class') ?? ''))
    .map(({ name, attributes }) => `${name} ${[...attributes.keys()].join(' ')}`)
    .sort();

/** Where a page may send its reader. */
const HOSTS: readonly string[] = [
  'pith.science',
  'arxiv.org',
  'doi.org',
  'creativecommons.org',
  'github.com',
  'schema.org',
];

/** Asserts that a text has nothing that a terminal, or a reader of lines, would act on. */
function assertPrintable(text: string, what = ''): void {
  const at = text.search(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
  assert.equal(at === -1 ? '' : JSON.stringify(text.slice(Math.max(0, at - 40), at + 1)), '', what);
}

describe('exactly the good files are published', () => {
  test('the folders of records, here and under .well-known, are those of the good files', async () => {
    await built;
    const paths = [...readTree(out).keys()];
    const folders = (pattern: RegExp): readonly string[] =>
      [...new Set(paths.flatMap((path) => pattern.exec(path)?.[1] ?? []))].sort();
    assert.deepEqual(folders(/^pith\/([^/]+)\//), suffixes);
    assert.deepEqual(folders(/^\.well-known\/pith\/([^/]+)\/bundle\.json$/), suffixes);
    assert.ok(paths.every((path) => /^[\w./-]+$/.test(path)));
  });

  test('each bundle.json has the bytes of its file', async () => {
    await built;
    for (const { name, suffix } of published) {
      assert.ok(readFileSync(join(out, 'pith', suffix, 'bundle.json')).equals(readFileSync(join(input, name))), name);
    }
  });

  test('the lists by date have each record once, and no others', async () => {
    await built;
    const lists = [...readTree(out)].filter(([path]) => /^browse\/\d/.test(path));
    const links = lists.flatMap(([path, bytes]) => {
      const html = bytes.toString();
      // An index repeats the newest of its parts.
      const isIndex = elements(html).some(({ attributes }) => attributes.get('id') === 'time');
      return isIndex
        ? []
        : references(html)
            .filter((link) => /(^|\/)pith\//.test(link))
            .map((link) => posix.join(dirname(path), link));
    });
    assert.deepEqual(
      links.toSorted(),
      suffixes.map((suffix) => `pith/${suffix}/index.html`),
    );
  });

  test('every page, bundle and state of a good file is as it is without any bad file', async () => {
    await calmBuilt;
    const calm = readTree(calmOut);
    const all = readTree(out);
    for (const [path, bytes] of calm) {
      // Lists have all records, and the report is of all files.
      if (!/^(pith|\.well-known)\//.test(path)) continue;
      assert.ok(all.get(path)?.equals(bytes), path);
    }
  });
});

describe('the report', () => {
  test('has each bad file with its codes, and each good one without', async () => {
    await built;
    const rejected = new Map(
      reportFiles()
        .filter(({ outcome }) => outcome === 'rejected')
        .map(({ file, findings }) => [file, findings.map(({ code }: Data) => code)]),
    );
    assert.deepEqual([...rejected.keys()].sort(), [...bad.keys()].sort());
    for (const [name, codes] of bad) {
      if (codes.length > 0) assert.deepEqual(rejected.get(name), codes, name);
    }
    const names = new Set(good.map(({ name }) => name));
    for (const { file, outcome, findings } of reportFiles()) {
      if (names.has(file)) assert.deepEqual([outcome, findings], ['verified', []], file);
      assert.ok(!ignored.includes(file), file);
    }
  });

  test('has each invalid event with its code and its place', async () => {
    await built;
    const findings: readonly Data[] = reportFiles().find(({ file }) => file === invalidEvents.name)?.findings ?? [];
    assert.deepEqual(
      findings.map(({ code, where }) => [code, Number(/^\/events\/(\d+)/.exec(where)?.[1])]),
      eventCodes.map((code, i) => [code, i + 1]),
    );
    const state = JSON.parse(readFileSync(join(out, 'pith', invalidEvents.suffix, 'state.json'), 'utf8'));
    assert.deepEqual(state.applied_event_ids, [BUNDLE.events[0].event_id]);
  });

  test('has each finding on the files of its record, and nowhere else', async () => {
    await built;
    for (const { names, code } of findings) {
      for (const name of names) {
        const { outcome, findings: found } = reportFiles().find(({ file }) => file === name) ?? {};
        assert.deepEqual([outcome, found?.map((one: Data) => one.code)], ['findings', [code]], name);
      }
    }
  });
});

const DOWNLOAD =
  /^data:application\/(?:x-research-info-systems|vnd\.citationstyles\.csl\+json|json);base64,[\w+/]+={0,2}$/;

describe('the pages', () => {
  test('have no link to a rejected file or to a missing one', async () => {
    await built;
    const tree = readTree(out);
    const names = [...bad.keys(), ...ignored]
      .map((name) => posix.basename(name))
      .filter((name) => !/^(\d+|bundle)\.json$/.test(name));
    for (const [path, bytes] of tree) {
      if (!path.endsWith('.html')) continue;
      for (const link of references(bytes.toString())) {
        // The empty icon of 404.html, and the files that a record's page has as links.
        if (link.startsWith('#') || link === 'data:,' || DOWNLOAD.test(link)) continue;
        if (/^https?:\/\//.test(link)) {
          assert.ok(HOSTS.includes(new URL(link).host), `${path} links to ${link}`);
          continue;
        }
        // A search of the mirror for a name: its words are escaped.
        assert.match(link, /^[\w./-]+(#\w+|#q=[\w.!~*'()%-]*)?$/, path);
        assert.ok(tree.has(posix.join(dirname(path), link.replace(/#.*$/, ''))), `${path} links to ${link}`);
        assert.ok(!names.includes(posix.basename(link)), `${path} links to ${link}`);
      }
    }
  });

  test('with hostile texts have the same elements as with harmless ones', async () => {
    await built;
    // A text may read as several authors, each with a meta and a link, or as TeX, which is shown as typed as well; nothing
    // else that it has may be another than the harmless one has.
    const OF_TEXTS = /^(?:meta name content|a href|details class|summary|p|p class|code|bdi)\s*$/;
    const rest = (suffix: string): string =>
      shape(page(suffix))
        .filter((line) => !OF_TEXTS.test(line))
        .join('\n');
    for (const [i, { suffix }] of texts.entries()) assert.equal(rest(suffix), rest(harmless.suffix), `text ${i}`);
  });

  test('of records with a finding say so, with no kind of element that other pages do not have', async () => {
    await built;
    const kinds = (suffix: string): readonly string[] => shape(page(suffix));
    const known = new Set([harmless, invalidEvents, ...good.slice(0, 1)].flatMap(({ suffix }) => kinds(suffix)));
    for (const { names, suffix, code } of findings) {
      assert.ok(page(suffix).includes(code), code);
      if (names.length === 1)
        assert.deepEqual(
          kinds(suffix).filter((kind) => !known.has(kind)),
          [],
          code,
        );
    }
  });

  test('of good files all have the same elements', async () => {
    await built;
    const [first] = good;
    assert.ok(first);
    const expected = shape(page(first.suffix)).join('\n');
    for (const { name, suffix } of good) assert.equal(shape(page(suffix)).join('\n'), expected, name);
  });

  test('have on the home page only the elements of a site without problems', async () => {
    await calmBuilt;
    const kinds = (root: string): readonly string[] => {
      const html = readFileSync(join(root, 'index.html'), 'utf8');
      return [...new Set(shape(html))].sort();
    };
    // Its sentence of trouble is the one thing more; it has no other kind of element.
    assert.deepEqual(kinds(out), kinds(calmOut));
  });

  test('have no control, direction or invisible character', async () => {
    await built;
    for (const [path, bytes] of readTree(out)) {
      if (path.endsWith('.html')) assertPrintable(bytes.toString(), path);
    }
  });
});

describe('what is printed', () => {
  test('by build: no character that a terminal acts on, and each file on a line of its own', async () => {
    const { stdout, stderr } = await built;
    assertPrintable(stdout);
    assertPrintable(stderr);
    assert.equal(stdout.match(/^rejected {2}\S/gm)?.length, bad.size);
    assert.equal(stderr.match(/^ignored, /gm)?.length, ignored.length);
  });

  test('in the report: none either, and JSON has the exact names', async () => {
    await built;
    assertPrintable(readFileSync(join(out, 'mirror-report.json'), 'utf8'));
  });

  test('by verify, as text and as JSON', async () => {
    for (const option of [[], ['--json']]) {
      const { code, stdout, stderr } = await commandHere(['verify', input, '--trust', trust, ...option]);
      assert.equal(code, 1);
      assertPrintable(stdout);
      assertPrintable(stderr);
    }
  });
});
