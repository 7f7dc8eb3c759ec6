/** A folder of untrusted input: good files, with one of each bad kind among them. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundles, events, mergedOf, noticesOf, reading } from './broken.ts';
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
} from './make-bundle.ts';
import { CREATED, RECORD } from './verdicts.ts';

export interface GoodFile {
  readonly name: string;
  readonly suffix: string;
}

export interface HostileInput {
  /** Files of records without a finding, each of a number of its own. */
  readonly good: readonly GoodFile[];
  /** One file with every kind of invalid event, next to a good `record_created`. */
  readonly invalidEvents: GoodFile;
  /** Codes of the invalid events, in the order of the file. */
  readonly eventCodes: readonly string[];
  /** Records of which something is wrong that does not reject their bundles: the files of each, and the code. */
  readonly findings: readonly { readonly names: readonly string[]; readonly suffix: string; readonly code: string }[];
  /** Files with {@link TEXTS}, one each, in every place that a bundle has for text. */
  readonly texts: readonly GoodFile[];
  /** The same bundle with a harmless text. */
  readonly harmless: GoodFile;
  /** The codes of each file that must be rejected, by name. */
  readonly bad: ReadonlyMap<string, readonly string[]>;
  /** Names that are no input at all. */
  readonly ignored: readonly string[];
}

/** Text that would be markup, an address, an escape sequence or a disguise, if any layer took it for one. */
export const TEXTS: readonly string[] = [
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "'><a href='javascript:alert(1)'>x</a>",
  '<!--><img src=x onerror=alert(1)>-->',
  '</style></textarea></noscript></template><base href="//evil.example/">',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '\u202e\u2066gnp.lived\u2069\u202c\u200f\ufeff\u00ad',
  '__proto__',
  '{{constructor.constructor("alert(1)")()}} #{1+1} <%= 1 %>',
  '../../../../etc/passwd\0.json',
  `${'x'.repeat(5000)}\u0301`,
  '&lt;script&gt; &#60;b&#62; &amp;amp; ]]>',
];

/** Names that mean something to a shell, a terminal, a page or another file system. */
const NAMES: readonly string[] = [
  'a\nb.json',
  'red\u001b[31m\u009b31m.json',
  'lived\u202enosj.json',
  '<img src=x onerror=alert(1)>.json',
  '-rf; $(touch x) `x` \'".json',
  '\\..\\..\\x.json',
  'CON.json',
  'e\u0301.json',
  '\u00e9.json',
  'E\u0301.json',
  'bundle.json',
  '%2e%2e%2fx.json',
];

const suffixOf = (record: Data): string => numberOf(record).slice(-26);

/** One record with a text in every place that a bundle can put some on a page, in a log line or in a report. */
function bundleWith(text: string, id: string): Data {
  const record = makeRecord({
    id,
    title: text,
    metadata: { license: text, primary_cat: text, cross_cats_sorted: [text, text] },
  });
  const event = makeEvent(record, text, { target: text, payload: { [text]: { [text]: [text] } } });
  return makeBundle(
    record,
    [
      makeRecordCreated(record),
      makeSnapshot(record, {
        title: text,
        authors_text: text,
        abstract_excerpt: text,
        primary_cat: text,
        arxiv_id: text,
      }),
      event,
      makeEvent(record, 'mirror_hint', { target: text, payload: { url: text, name: text } }),
      { ...event, event_id: text, content_sha256: text, created_at: text, [text]: text },
      text,
    ],
    {
      links: { [text]: text },
      mirror_hints: [{ url: text }],
      timestamp_proofs: [text],
      [`x ${text}`]: text,
      state: { [text]: text },
      public_keys: [
        publicKeyEntry(registryKey),
        { ...publicKeyEntry(registryKey), key_id: text, rotates_at: text, notes: text },
      ],
    },
  );
}

/** Writes the folder. @param count of plain good files. */
export function writeHostileInput(folder: string, count: number): HostileInput {
  const bad = new Map<string, readonly string[]>();
  const good: GoodFile[] = [];
  const at = (name: string): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    return join(folder, name);
  };
  const putBad = (name: string, bytes: Uint8Array | string, codes: readonly string[]): void => {
    writeFileSync(at(name), bytes);
    bad.set(name, codes);
  };
  const put = (name: string, bundle: Data): GoodFile => {
    writeFileSync(at(name), bytesOf(bundle));
    return { name, suffix: suffixOf(bundle.canonical_record) };
  };
  const putGood = (name: string, id: string): void => {
    good.push(put(name, makeBundle(makeRecord({ id }))));
  };

  for (let i = 0; i < count; i++) putGood(`good/${i}.json`, `2607.${String(i).padStart(5, '0')}`);
  reading.forEach(([code, , bytes], i) => {
    putBad(`reading/${i}.json`, bytes, [code]);
  });
  bundles.forEach(([code, , bundle], i) => {
    putBad(`bundle/${i}.json`, bytesOf(bundle), [code]);
  });
  putBad('reading/empty.json', '', ['not_json']);
  putBad('reading/other.json', '{"not":"a bundle"}', []);
  putBad('reading/markup.json', '<script>alert(1)</script>\u202e\u009b31m', ['not_json']);
  putBad('reading/name.json', '{"\u202e\u009b31m\\u001b[2J":{"<img src=x>":tru}}', ['not_json']);
  const invalidEvents = put('event/all.json', makeBundle(RECORD, [CREATED, ...events.map(([, , event]) => event)]));
  // A record of its own for each, else they would be bundles of one.
  const findingRecord = (i: number): Data => makeRecord({ id: `2611.${10000 + i}` });
  const findingCases = [noticesOf, mergedOf].flatMap((casesOf, table) =>
    casesOf(findingRecord(0)).map((_, i) => {
      const record = findingRecord(100 * table + i);
      const [code = '', , documents] = casesOf(record)[i] ?? [];
      return { code, record, documents: [documents].flat(), folder: `finding/${table}-${i}` };
    }),
  );
  const findings = findingCases.map(({ code, record, documents, folder: at }) => ({
    names: documents.map((document, i) => put(`${at}/${i}.json`, document).name),
    suffix: suffixOf(record),
    code,
  }));
  const texts = TEXTS.map((text, i) => put(`text/${i}.json`, bundleWith(text, `2608.${10000 + i}`)));
  const harmless = put('text/harmless.json', bundleWith('harmless', '2608.20000'));

  NAMES.forEach((name, i) => {
    putGood(`names/${name}`, `2609.${String(i).padStart(5, '0')}`);
    putBad(`bad names/${name}`, `{"${name.replaceAll(/["\\\n]/g, '')}":`, ['not_json']);
  });
  putGood('folder.json/inside.json', '2610.00001');
  putGood(`${'deep/'.repeat(30)}x.json`, '2610.00002');
  linkSync(at('folder.json/inside.json'), at('kinds/hard-link.json'));
  for (const [name, target] of [
    ['link', '../good/0.json'],
    ['dangling', 'nowhere'],
    ['folder', '../good'],
    ['loop', 'loop.json'],
    ['outside', '/etc/passwd'],
    ['device', '/dev/zero'],
  ] as const) {
    symlinkSync(target, at(`kinds/${name}.json`));
    bad.set(`kinds/${name}.json`, ['unreadable']);
  }
  execFileSync('mkfifo', [at('kinds/fifo.json')]);
  bad.set('kinds/fifo.json', ['unreadable']);
  putBad('kinds/sparse.json', '', ['too_large']);
  truncateSync(at('kinds/sparse.json'), 3 * 1024 ** 3);
  // A name that is no UTF-8 is shown as another, under which there is nothing.
  writeFileSync(
    Buffer.concat([Buffer.from(`${folder}/kinds/`), Buffer.from([0xff, 0x2e, 0x6a, 0x73, 0x6f, 0x6e])]),
    '{}',
  );
  bad.set('kinds/\ufffd.json', ['unreadable']);
  const ignored = ['ignored/\u001b[2J\u202e.txt', 'ignored/x.JSON', 'ignored/.x.json'];
  for (const name of ignored) writeFileSync(at(name), readFileSync(at('good/0.json')));

  const eventCodes = events.map(([code]) => code);
  return { good, invalidEvents, eventCodes, findings, texts, harmless, bad, ignored };
}
