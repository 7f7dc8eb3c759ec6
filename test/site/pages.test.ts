import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, it } from 'node:test';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  publicKeyEntry,
  registryKey,
} from '../support/bundles/make-bundle.ts';
import { SEED_SUFFIX, seedText } from '../support/bundles/vectors.ts';
import { PROJECT, temporaryFolder } from '../support/sites/cli.ts';
import { elements, isInPage, pageText, references } from '../support/sites/html.ts';
import { buildHere, readTree, writeFiles } from '../support/sites/site.ts';

const folder = temporaryFolder();
const real = join(folder, 'real');
const realBuilt = buildHere([join(PROJECT, 'bundles'), '--out', real], 0);

async function realPage(path: string): Promise<string> {
  await realBuilt;
  return readFileSync(join(real, path), 'utf8');
}

describe('the record page shows everything that upstream’s page shows', () => {
  const parts: readonly (readonly [string, string])[] = [
    ['the short number', 'pith:4MJCW2CW'],
    ['the full number', `pith:2026:${SEED_SUFFIX}`],
    ['four badges', 'not attested not anchored not stored refs pending'],
    ['the title', 'Concordia: JIT-Compiled Persistent-Kernel Checkpointing for Fault-Tolerant LLM Inference'],
    ['authors as upstream gives them', 'Andi Quinn, Chen Qian, Rain Jiang, Xiangyu Gao, Xiaoning Ding'],
    ['arXiv id and version', '2606.23521 v1'],
    ['the date', '2026-06-22'],
    ['categories in words', 'Distributed, Parallel, and Cluster Computing (cs.DC) Machine Learning (cs.LG)'],
    ['the license by name', 'CC BY 4.0 (Creative Commons Attribution)'],
    ['the links to the paper', 'Abstract at arXiv PDF DOI'],
    ['the order of the authors', 'The authors are in the registry’s order, not the paper’s.'],
    ['a link to the rest of the abstract', '[…] Read the whole abstract at arXiv'],
    ['the source of pith.sty', 'The package pith.sty comes from the record’s page at pith.science.'],
    ['BibTeX', 'archiveprefix = {arXiv}'],
    ['RIS', 'TY - MANSCPT TI - Concordia'],
    ['CSL-JSON', '"title": "Concordia'],
    ['LaTeX lines', `\\usepackage{pith} \\pithnumber{${SEED_SUFFIX}}`],
    [
      'completeness',
      'The bundle has no Bitcoin timestamp, Internet Archive copy, author claim, citations or replications yet.',
    ],
    ['the portable bundle', 'bundle.json the signed bundle, as received'],
    ['first computed', '2026-06-23T03:14:22.156953Z'],
    ['the builder', 'pith-number-builder-2026-05-17-v1'],
    ['the signature with its key', 'Pith Ed25519 (pith-v1-2026-05)'],
    ['the schema', 'pith-number/v1.0'],
    ['the canonical hash', 'e3122b6856d2128e28a3d37aefaaf3c64a64391adaa6e2328e2fb5b0f2bf1db0'],
    ['aliases', '10.48550/arxiv.2606.23521'],
    [
      'the shell lines',
      "python3 -c \"import sys,json,hashlib; b=json.dumps(json.loads(sys.stdin.read()), sort_keys=True, separators=(',',':'), ensure_ascii=False).encode(); print(hashlib.sha256(b).hexdigest())\"",
    ],
    ['the record, indented', '{ "metadata": { "abstract_canon_sha256": "1179ebf8'],
    ['that it was verified', 'Verified when this page was built'],
    ['what cannot be checked', 'cannot be checked here'],
    ['what a mirror cannot prove', 'It cannot show that the mirror itself is honest'],
    ['the fingerprint of the pinned key', '8d4b5ee74e4693bcd1df2446408b0d54'],
  ];
  for (const [what, expected] of parts) {
    it(what, async () => {
      const text = pageText(await realPage(`pith/${SEED_SUFFIX}/index.html`));
      assert.ok(text.includes(expected), `${expected}\nnot in\n${text}`);
    });
  }

  it('every alias of the bundle', async () => {
    const text = pageText(await realPage(`pith/${SEED_SUFFIX}/index.html`));
    for (const { alias_kind, alias_value } of JSON.parse(seedText()).source_aliases) {
      assert.ok(text.includes(alias_kind) && text.includes(alias_value), alias_kind);
    }
  });
});

describe('a record-only page', () => {
  const suffix = '37ZQDNJOON6QQXTEBSYMMDCWTX';
  it('says that there is no signed bundle, links no bundle and no state, and shows the recomputed hash', async () => {
    const html = await realPage(`pith/${suffix}/index.html`);
    const text = pageText(html);
    assert.match(text, /Record only: this mirror has no signed bundle/);
    assert.match(text, /dff301b52e737d085e640cb0c60c569dcf43dfdb9288102189d8683b395c881b/);
    assert.match(text, /This mirror has no receipt for this record/);
    assert.ok(!text.includes('Verified when this page was built'));
    assert.ok(references(html).every((reference) => !/(bundle|state)\.json$/.test(reference)));
  });

  it("keeps the operator's words apart from what is signed", async () => {
    const note = elements(await realPage(`pith/${suffix}/index.html`)).find(
      ({ attributes }) => attributes.get('class') === 'note',
    );
    assert.match(note?.text ?? '', /The operator of this mirror wrote this text\. It is not signed\./);
    assert.match(note?.text ?? '', /shows neither the signature nor the bundle/);
  });
});

describe('the home page', () => {
  it('says what this is, how many records there are and what was verified, and lists them', async () => {
    const html = await realPage('index.html');
    const text = pageText(html);
    assert.match(text, /Records 4 With a signed bundle 1 Record only 3 Signatures checked 4/);
    for (const suffix of [
      '37ZQDNJOON6QQXTEBSYMMDCWTX',
      SEED_SUFFIX,
      'IUO2D37CHJK57UHKMP5LSFFOEP',
      'POOAWVP32MAYC7PR4BZCMGULFG',
    ]) {
      assert.ok(references(html).includes(`pith/${suffix}/index.html`));
    }
  });
});

describe('every page', () => {
  it('runs no script but its own classic files, and asks no other host for anything', async () => {
    await realBuilt;
    const tree = readTree(real);
    for (const [path, bytes] of tree) {
      if (!path.endsWith('.html')) continue;
      for (const { name, attributes, text } of elements(bytes.toString())) {
        assert.ok(!['iframe', 'object', 'embed', 'base'].includes(name), `${path}: ${name}`);
        // A form that sends nothing anywhere: the page's own script reads it.
        if (name === 'form') assert.ok(path === 'verify.html' && !attributes.has('action'), path);
        assert.ok(!attributes.has('integrity') && !attributes.has('crossorigin'), path);
        for (const attribute of attributes.keys()) assert.doesNotMatch(attribute, /^on/, path);
        if (name === 'script' && !/json$/.test(attributes.get('type') ?? '')) {
          assert.deepEqual([...attributes.keys()], ['defer', 'src'], path);
          assert.equal(text.trim(), '', path);
          assert.ok(tree.has(posix.join(dirname(path), attributes.get('src') ?? '')), path);
        }
        if (name === 'img') assert.doesNotMatch(attributes.get('src') ?? '', /^(https?:)?\/\//, path);
        // Other links in a head are only read by machines.
        if (
          name === 'link' &&
          /\b(?:icon|stylesheet|pre\w+|modulepreload|manifest)\b/.test(attributes.get('rel') ?? '')
        ) {
          assert.doesNotMatch(attributes.get('href') ?? '', /^(https?:)?\/\//, path);
        }
        if (name === 'a' && /^https?:/.test(attributes.get('href') ?? '')) {
          assert.equal(attributes.get('rel'), 'nofollow noopener noreferrer', path);
        }
      }
    }
  });

  it('begins with a policy that allows nothing but its own style, pictures and scripts', async () => {
    await realBuilt;
    for (const [path, bytes] of readTree(real)) {
      if (!path.endsWith('.html')) continue;
      const found = elements(bytes.toString());
      const first = found[found.findIndex(({ name }) => name === 'head') + 1];
      assert.equal(first?.attributes.get('http-equiv'), 'Content-Security-Policy', path);
      const policy = first?.attributes.get('content') ?? '';
      assert.match(policy, /^default-src 'none'; /, path);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
      const runs = found.some(({ name, attributes }) => name === 'script' && attributes.has('src'));
      assert.equal(/script-src ([^;]*)/.exec(policy)?.[1] ?? null, runs ? "'self'" : null, path);
      for (const { text } of found.filter(({ name }) => name === 'style')) {
        const hash = createHash('sha256').update(text.trim()).digest('base64');
        assert.ok(policy.includes(`'sha256-${hash}'`), path);
      }
      assert.ok(
        found.every(({ attributes }) => !attributes.has('style')),
        path,
      );
    }
  });

  it('has a language, one first heading, headings in order, and ids that occur once', async () => {
    await realBuilt;
    for (const [path, bytes] of readTree(real)) {
      if (!path.endsWith('.html')) continue;
      const found = elements(bytes.toString());
      assert.equal(found.find(({ name }) => name === 'html')?.attributes.get('lang'), 'en', path);
      const levels = found.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
      assert.equal(levels.filter((level) => level === 1).length, 1, path);
      levels.forEach((level, i) => {
        assert.ok(level <= (levels[i - 1] ?? 0) + 1, `${path}: h${level} after h${levels[i - 1]}`);
      });
      const ids = found.flatMap(({ attributes }) => attributes.get('id') ?? []);
      assert.equal(new Set(ids).size, ids.length, path);
    }
  });
});

describe('text from bundles is only ever text', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</title></head><body><h1>other</h1>',
    // Balanced braces and dashes are TeX's.
    '<!-- --> ]]> &lt;b&gt; &#x3c;i&#x3e; #{7*7',
    'javascript:alert(1)',
    '\u202Eevil\u202C \u200B\u0007\uFEFF \u2028 \u{e0041}',
    'A'.repeat(3000),
    '\n\n  leading lines',
  ];
  const trust = join(folder, 'trust.json');
  const { key_id, public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(registryKey);
  writeFileSync(
    trust,
    JSON.stringify({ keys: [{ key_id, public_key_hex, fingerprint_sha256_hex, role: 'pith_registry' }] }),
  );

  /** One record with text in every place that a bundle can put some on a page. */
  function bundleWith(text: string, id: string): Data {
    const record = makeRecord({
      id,
      title: text,
      metadata: { license: text, primary_cat: text, cross_cats_sorted: [text] },
    });
    const events = [
      makeRecordCreated(record),
      // A semicolon parts names, and each name is an element of its own.
      makeSnapshot(record, { title: text, authors_text: text.replaceAll(';', ''), abstract_excerpt: text }),
      makeEvent(record, text, { target: text, payload: { note: text } }),
      { event_type: text, event_id: text },
    ];
    return makeBundle(record, events);
  }

  const input = join(folder, 'hostile');
  const out = join(folder, 'hostile-site');
  const records = HOSTILE.map((text, i) => bundleWith(text, `2606.1000${i}`));
  const harmless = bundleWith('harmless', '2606.20000');
  writeFiles(input, Object.fromEntries([...records, harmless].map((bundle, i) => [`${i}.json`, bytesOf(bundle)])));
  const built = buildHere([input, '--out', out, '--trust', trust], 3);

  const pageOf = (bundle: Data): string =>
    readFileSync(join(out, 'pith', numberOf(bundle.canonical_record).slice(-26), 'index.html'), 'utf8');
  /** The elements of a page without what text may change: how many, of which kind, with which attributes. Events of one moment stand in the order of their ids, hence sorted. */
  const shape = (html: string): readonly string[] =>
    elements(html)
      .filter(({ attributes }) => !['unseen', 'cut'].includes(attributes.get('class') ?? ''))
      .map(({ name, attributes }) => `${name} ${[...attributes.keys()].join(' ')}`)
      .sort();

  for (const [i, text] of HOSTILE.entries()) {
    it(JSON.stringify(text).slice(0, 60), async () => {
      await built;
      const html = pageOf(records[i]);
      assert.deepEqual(shape(html), shape(pageOf(harmless)));
      for (const hidden of ['\u202E', '\u200B', '\u0007', '\uFEFF', '\u2028', '\u{e0041}']) {
        assert.ok(!html.includes(hidden), `U+${hidden.codePointAt(0)?.toString(16)} is on the page`);
      }
      for (const reference of references(html))
        if (!isInPage(reference))
          assert.match(reference, /^(https?:\/\/|#|(\.\.\/)*[\w.-]+(\/[\w.-]+)*(#(q=[\w.!~*'()%-]*|[a-z-]+))?$)/);
    });
  }

  it('the home page has the same elements as for harmless records', async () => {
    await built;
    const rows = elements(readFileSync(join(out, 'index.html'), 'utf8')).filter(({ name }) => name === 'li');
    assert.equal(rows.length, HOSTILE.length + 1);
  });
});
