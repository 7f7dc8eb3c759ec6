/** Notes: nothing in them is ever run, nothing is silently repaired, and what they quote of a record is checked. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import matter from 'gray-matter';
import { MAX_NOTE_BYTES, splitNote } from '../../../src/mirror/read/front-matter.ts';
import { isNoteName, type Note, readNote } from '../../../src/mirror/read/notes.ts';
import { encodeUtf8, ParseError, type Trust } from '../../../src/protocol/index.ts';
import {
  type Data,
  makeReceipt,
  makeRecord,
  numberOf,
  strangerKey,
  TITLE,
  testTrust,
} from '../../support/bundles/make-bundle.ts';
import { defaultTrust, SEED_SUFFIX, seedText, vectorLines } from '../../support/bundles/vectors.ts';

const record = makeRecord();
const number = numberOf(record);
const suffix = number.slice(-26);
const name = `${suffix}.md`;

/** A note: JSON is YAML, so members stand as JSON. */
function noteText(members: Data, text = 'Words.'): string {
  const lines = Object.entries(members).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n${text}`;
}

const read = (text: string, file = name, trust: Trust = testTrust): Note => readNote(file, encodeUtf8(text), trust);

function problemOf(
  text: string,
  file = name,
): { readonly code: string; readonly path: string; readonly message: string } {
  try {
    read(text, file);
  } catch (error) {
    assert.ok(error instanceof ParseError, `expected a ParseError, got ${error}`);
    return error;
  }
  return assert.fail('expected a rejection');
}

const full = { pith_number: number, title: TITLE, authors: 'Test Author', canonical_record: record };

describe('gray-matter runs no code, and answers only for what it was given', () => {
  const global = globalThis as { pithMirrorNoteRan?: unknown };
  const code = '{ pith_number: (globalThis.pithMirrorNoteRan = true, "x") }';

  test('the attack is real: gray-matter itself runs front matter in JavaScript', () => {
    delete global.pithMirrorNoteRan;
    matter(`---js\n${code}\n---\n`);
    assert.equal(global.pithMirrorNoteRan, true);
    delete global.pithMirrorNoteRan;
  });

  const heads = [
    '---js',
    '---javascript',
    '--- js',
    '---\tjs',
    '---JS',
    '---json',
    '---coffee',
    '---cson',
    '---toml',
    '---yaml',
    '---yml',
    '--- yaml',
    '--- ',
    '---\r',
    '---\u2028js',
    '---\u00a0js',
    '---__proto__',
    '---constructor',
    '----',
    ' ---js',
    '\n---js',
    '\t---',
    '# ---',
    '',
  ];
  for (const head of heads) {
    test(`a first line of ${JSON.stringify(head)} is refused, and nothing ran`, () => {
      for (const end of ['\n', '\r\n']) {
        for (const body of [code, `--- js${end}${code}`, JSON.stringify(full)]) {
          const text = `${head}${head === '---\r' ? 'js' : ''}${end}${body}${end}---${end}text`;
          const problem = problemOf(text);
          assert.equal(problem.code, 'unreadable');
          assert.equal(global.pithMirrorNoteRan, undefined);
        }
      }
    });
  }

  const bodies: readonly (readonly [string, string])[] = [
    ['a language on the second line', `---\n---js\n${code}\n---\n`],
    [
      'a function in YAML',
      `---\npith_number: !!js/function 'function () { globalThis.pithMirrorNoteRan = true }'\n---\n`,
    ],
    ['a regular expression in YAML', '---\npith_number: !!js/regexp /a/\n---\n'],
    ['undefined in YAML', '---\npith_number: !!js/undefined ""\n---\n'],
    ['a member named language', `---\nlanguage: js\npith_number: "${number}"\n---\n${code}`],
    ['a member named __proto__', `---\npith_number: "${number}"\n__proto__: { title: x }\n---\n`],
    ['a member named constructor', `---\npith_number: "${number}"\nconstructor: x\n---\n`],
    ['an unknown member', `---\npith_number: "${number}"\nnumber: x\n---\n`],
    ['a text instead of members', '---\nwords\n---\n'],
    ['a list instead of members', '---\n- a\n---\n'],
    ['a number instead of members', '---\n5\n---\n'],
    ['a member twice', `---\npith_number: "${number}"\npith_number: "${number}"\n---\n`],
    ['YAML that is none', '---\na: [\n---\n'],
    ['a second YAML document', `---\npith_number: "${number}"\n...\nb: c\n---\n`],
    ['front matter without an end', `---\npith_number: "${number}"\n`],
    ['an end that is longer than "---"', `---\npith_number: "${number}"\n----\n`],
    ['an end with a word behind it', `---\npith_number: "${number}"\n---js\n`],
    ['an end that is indented', `---\npith_number: "${number}"\n ---\n`],
  ];
  for (const [what, text] of bodies) {
    test(`a note is refused for ${what}`, () => {
      assert.equal(problemOf(text).code, 'unreadable');
      assert.equal(global.pithMirrorNoteRan, undefined);
    });
  }

  for (const close of ['---js', '----', '---x']) {
    test(`a line ${JSON.stringify(close)} in the front matter does not end it, and no text is cut there`, () => {
      // gray-matter takes the first line that begins with "---" for the end.
      const problem = problemOf(`---\npith_number: "${number}"\n${close}\n---\nwords`);
      assert.equal(problem.code, 'unreadable');
    });
  }

  test('a byte-order mark, UTF-16 and invalid UTF-8 are refused', () => {
    const bytes = encodeUtf8(noteText({ pith_number: number }));
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['bom', [0xef, 0xbb, 0xbf, ...bytes]],
      ['bom', [0xff, 0xfe, ...bytes]],
      ['invalid_utf8', [...bytes, 0xff]],
      ['invalid_utf8', [...bytes, 0xed, 0xa0, 0x80]],
    ];
    for (const [code, data] of cases) {
      assert.throws(() => readNote(name, Uint8Array.from(data), testTrust), { name: 'ParseError', code });
    }
  });

  test('its cache is never asked: what a call without options left there does not show', () => {
    const text = noteText({ pith_number: number, collections: ['a'] });
    const poisoned = matter(text);
    poisoned.data.pith_number = 'poisoned';
    poisoned.content = 'poisoned';
    Object.assign(matter(text).data, { title: 'poisoned', collections: ['poisoned'] });
    assert.deepEqual(splitNote(text), { data: { pith_number: number, collections: ['a'] }, content: 'Words.' });
    const note = read(text);
    assert.deepEqual([note.text, note.collections], ['Words.', ['a']]);
  });

  test('one text read twice gives equal notes that share nothing', () => {
    const text = noteText({ pith_number: number });
    const first = splitNote(text);
    Object.assign(first.data as object, { title: 'changed' });
    assert.deepEqual(splitNote(text).data, { pith_number: number });
    const broken = '---\na: [\n---\n';
    for (let i = 0; i < 2; i++) assert.equal(problemOf(broken).code, 'unreadable');
  });

  test('gray-matter leaves its engines as they were', () => {
    read(noteText({ pith_number: number }));
    assert.equal(matter('---json\n{"a":1}\n---\n').data.a, 1);
  });
});

describe('YAML that takes more than its size deserves, or never ends', () => {
  for (const member of ['canonical_record', 'receipt']) {
    test(`${member}: a list of lists by aliases is refused within a second`, () => {
      const levels = Array.from({ length: 7 }, (_, i) => {
        const item = i === 0 ? 'x' : `*l${i - 1}`;
        return `  l${i}: &l${i} [${Array.from({ length: 11 }, () => item).join(', ')}]`;
      });
      const others = member === 'receipt' ? `canonical_record: ${JSON.stringify(record)}\n` : '';
      const before = process.cpuUsage();
      const text = `---\npith_number: "${number}"\n${others}${member}:\n${levels.join('\n')}\n---\n`;
      try {
        assert.notEqual(read(text).findings.length, 0);
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
      }
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 1_000_000, `${(user + system) / 1e6} s for ${text.length} bytes`);
    });

    test(`${member}: an alias to itself is refused`, () => {
      const others = member === 'receipt' ? `canonical_record: ${JSON.stringify(record)}\n` : '';
      const text = `---\npith_number: "${number}"\n${others}${member}: &a\n  b: *a\n---\n`;
      try {
        assert.notEqual(read(text).findings.length, 0);
      } catch (error) {
        assert.ok(error instanceof ParseError, `expected a ParseError, got ${error}`);
      }
    });
  }

  test('ten thousand levels are refused', () => {
    problemOf(`---\npith_number: "${number}"\ncanonical_record: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n---\n`);
  });

  test('more than 64 KiB are refused', () => {
    assert.equal(MAX_NOTE_BYTES, 64 * 1024);
    assert.equal(problemOf(noteText({ pith_number: number }, 'x'.repeat(MAX_NOTE_BYTES))).code, 'too_large');
    const rest = MAX_NOTE_BYTES - noteText({ pith_number: number }, '').length;
    assert.equal(read(noteText({ pith_number: number }, 'x'.repeat(rest))).text.length, rest);
  });
});

describe('what YAML would repair silently is refused, with advice', () => {
  const yaml = (changes: Readonly<Record<string, string>>): string => {
    const value = (key: string, otherwise: unknown): string => changes[key] ?? JSON.stringify(otherwise);
    return `---
pith_number: "${number}"
canonical_record:
  schema_version: ${value('schema_version', '1.0')}
  source: { kind: arxiv, id: ${value('id', record.source.id)}, version: ${value('version', 1)} }
  metadata:
    abstract_canon_sha256: ${record.metadata.abstract_canon_sha256}
    cross_cats_sorted: ${value('cross_cats_sorted', record.metadata.cross_cats_sorted)}
    license: ${value('license', record.metadata.license)}
    primary_cat: ${value('primary_cat', record.metadata.primary_cat)}
    submitted_at: ${value('submitted_at', record.metadata.submitted_at)}
    title_canon_sha256: ${value('title_canon_sha256', record.metadata.title_canon_sha256)}
---
`;
  };

  test('the same in quotes is read', () => {
    assert.equal(read(yaml({})).quoted?.identified.pithNumber, number);
  });

  const cases: readonly (readonly [string, string, string])[] = [
    ['id', '2605.21100', '/canonical_record/source/id'],
    ['id', '2606.00001', '/canonical_record/source/id'],
    ['id', '1e3', '/canonical_record/source/id'],
    ['id', '.inf', '/canonical_record/source/id'],
    ['id', '.nan', '/canonical_record/source/id'],
    ['id', '99999999999999999999', '/canonical_record/source/id'],
    ['id', '2605', '/canonical_record/source/id'],
    ['id', 'null', '/canonical_record/source/id'],
    ['id', '~', '/canonical_record/source/id'],
    ['id', 'true', '/canonical_record/source/id'],
    ['id', '!!binary aGVwLXRo', '/canonical_record/source/id'],
    ['schema_version', '1.0', '/canonical_record/schema_version'],
    ['submitted_at', '2026-06-22T16:06:11Z', '/canonical_record/metadata/submitted_at'],
    ['submitted_at', '2026-06-22', '/canonical_record/metadata/submitted_at'],
    ['submitted_at', '2026-06-22 16:06:11', '/canonical_record/metadata/submitted_at'],
    ['cross_cats_sorted', '[2026-06-22]', '/canonical_record/metadata/cross_cats_sorted/0'],
    ['version', '1.5', '/canonical_record/source/version'],
    ['version', '"1"', '/canonical_record/source/version'],
  ];
  for (const [key, text, path] of cases) {
    test(`${key}: ${text} is refused`, () => {
      const problem = problemOf(yaml({ [key]: text }));
      assert.deepEqual([problem.code, problem.path], ['record_schema', path]);
      if (/date|fraction/.test(problem.message)) assert.ok(problem.message.includes('quotes'));
    });
  }

  for (const [key, text] of [
    ['id', '2605.21100'],
    ['submitted_at', '2026-06-22T16:06:11Z'],
  ] as const) {
    test(`the advice says to put ${key} in quotes`, () => {
      assert.match(problemOf(yaml({ [key]: text })).message, /put it in quotes/);
    });
  }

  for (const member of ['pith_number', 'title', 'authors', 'retrieved_from']) {
    for (const value of ['2605.21100', '2026-07-01', '5', 'true', '[a]', '{a: b}']) {
      test(`${member}: ${value} without quotes is refused`, () => {
        const { pith_number: _, ...others } = full;
        const rest = member === 'pith_number' ? others : { ...others, pith_number: number };
        const { [member as 'title']: __, ...members } = rest;
        const text = noteText(members).replace('---\n', `---\n${member}: ${value}\n`);
        const problem = problemOf(text);
        assert.deepEqual([problem.code, problem.path], ['unreadable', `/${member}`]);
      });
    }
  }

  test('retrieved_at may be a date: it is the mirror\u2019s own word', () => {
    const text = noteText({ pith_number: number }).replace('---\n', '---\nretrieved_at: 2026-07-01T12:00:00Z\n');
    assert.equal(read(text).retrievedAt, '2026-07-01T12:00:00Z');
    assert.equal(read(noteText({ pith_number: number, retrieved_at: 'last week' })).retrievedAt, 'last week');
  });

  for (const [value, path] of [
    [['a', 5], '/collections/1'],
    ['a', '/collections'],
    [{ a: 1 }, '/collections'],
    [[['a']], '/collections/0'],
    [[null], '/collections/0'],
  ] as const) {
    test(`refuses the collections ${JSON.stringify(value)}`, () => {
      const problem = problemOf(noteText({ pith_number: number, collections: value }));
      assert.deepEqual([problem.code, problem.path], ['unreadable', path]);
    });
  }

  for (const member of ['title', 'authors', 'retrieved_from', 'retrieved_at', 'collections']) {
    test(`half of a surrogate pair in ${member} is refused`, () => {
      const text = noteText({ ...full, [member]: 'HERE' }).replace(
        '"HERE"',
        member === 'collections' ? '["\\ud800"]' : '"\\ud800"',
      );
      assert.equal(problemOf(text).code, 'lone_surrogate');
    });
  }
});

test('every problem with the form of a note is reported at once, with its place', () => {
  const text = noteText({ pith_number: [number], retrieved_from: {}, collections: ['a', {}], colour: 'red' });
  assert.throws(
    () => read(text),
    (error) => {
      assert.ok(error instanceof ParseError);
      assert.deepEqual(
        error.problems.map(({ code, path }) => [code, path]),
        ['/colour', '/pith_number', '/retrieved_from', '/collections/1'].map((path) => ['unreadable', path]),
      );
      return true;
    },
  );
});

describe('a note names the record for which its file is named', () => {
  const table: readonly (readonly [string, Data, string, string])[] = [
    ['no number', {}, name, 'number_syntax'],
    ['no Pith Number', { pith_number: suffix }, name, 'number_syntax'],
    ['a short number', { pith_number: `pith:${suffix.slice(0, 8)}` }, name, 'number_syntax'],
    ['a number in small letters', { pith_number: number.toLowerCase() }, name, 'number_syntax'],
    ['a number with a line end', { pith_number: `${number}\n` }, name, 'number_syntax'],
    ['a file named for another', { pith_number: number }, `${SEED_SUFFIX}.md`, 'number_mismatch'],
    ['a file named in small letters', { pith_number: number }, name.toLowerCase(), 'number_mismatch'],
    ['a record of another number', { ...full, canonical_record: makeRecord({ id: 'x' }) }, name, 'number_mismatch'],
    ['a wrong year', { ...full, pith_number: number.replace('2026', '2025') }, name, 'number_mismatch'],
    ['a title without a record', { pith_number: number, title: TITLE }, name, 'record_schema'],
    ['authors without a record', { pith_number: number, authors: 'A' }, name, 'record_schema'],
    ['a receipt without a record', { pith_number: number, receipt: {} }, name, 'record_schema'],
    ['a record with a member more', { ...full, canonical_record: { ...record, x: 1 } }, name, 'record_schema'],
    ['a record that is none', { ...full, canonical_record: 'x' }, name, 'record_schema'],
    [
      'a record of version 2.0',
      { ...full, canonical_record: { ...record, schema_version: '2.0' } },
      name,
      'unsupported_version',
    ],
  ];
  for (const [what, members, file, code] of table) {
    test(`a note is refused with ${code} for ${what}`, () =>
      assert.equal(problemOf(noteText(members), file).code, code));
  }

  test('in a sub-folder it is the base name that counts', () => {
    assert.equal(read(noteText({ pith_number: number }), `a/b/${name}`).suffix, suffix);
  });

  test('a note without a record quotes nothing and checks nothing', () => {
    const note = read(
      noteText({ pith_number: number, retrieved_from: 'https://a.example/' }, '\n# Words\n\n---\n\nmore\n'),
    );
    assert.deepEqual([note.quoted, note.checks, note.findings], [null, [], []]);
    assert.equal(note.text, '# Words\n\n---\n\nmore');
  });

  test('line ends of Windows are line ends', () => {
    const note = read(noteText(full, 'Words.\r\n').replaceAll('\n', '\r\n'));
    assert.deepEqual([note.text, note.quoted?.title], ['Words.', TITLE]);
  });

  for (const [baseName, is] of [
    [name, true],
    ['README.md', false],
    [`${suffix}.MD`, false],
    [`${suffix.toLowerCase()}.md`, false],
    [`${suffix}.md.md`, false],
    [`${suffix}.json`, false],
    [`${suffix}\n.md`, false],
  ] as const) {
    test(`isNoteName(${JSON.stringify(baseName)}) is ${is}`, () => assert.equal(isNoteName(baseName), is));
  }
});

describe('what a note quotes of a record is checked', () => {
  const outcomes = (note: Note): Data =>
    Object.fromEntries(note.checks.map(({ subject, outcome }) => [subject, outcome]));

  test('a record with its title and its receipt is verified', () => {
    const note = read(noteText({ ...full, receipt: makeReceipt(record) }));
    assert.deepEqual(note.findings, []);
    assert.deepEqual(outcomes(note), {
      record_hash: 'verified',
      pith_number: 'verified',
      title: 'verified',
      receipt: 'verified',
    });
  });

  test('a record without title and receipt has them absent, and no finding', () => {
    const note = read(noteText({ pith_number: number, canonical_record: record }));
    assert.deepEqual(note.findings, []);
    assert.deepEqual([outcomes(note).title, outcomes(note).receipt], ['absent', 'absent']);
  });

  test('another title is the finding title_mismatch', () => {
    const note = read(noteText({ ...full, title: `${TITLE}.` }));
    assert.deepEqual(
      note.findings.map(({ code, where }) => [code, where]),
      [['title_mismatch', '/title']],
    );
    assert.deepEqual(read(noteText({ ...full, title: TITLE.toUpperCase() })).findings, []);
  });

  const bad: readonly (readonly [string, Data])[] = [
    ['by a key that is not pinned', makeReceipt(record, strangerKey)],
    ['over another record', makeReceipt(makeRecord({ id: 'x' }))],
    [
      'with another record\u2019s signature',
      { ...makeReceipt(record), signature_b64: makeReceipt(makeRecord({ id: 'x' })).signature_b64 },
    ],
    ['in the role of an event', { ...makeReceipt(record), signed_message: 'open_graph_event_sha256_bytes' }],
    ['of another kind', { ...makeReceipt(record), kind: 'receipt' }],
    ['without signature', { ...makeReceipt(record), signature_b64: undefined }],
    ['that is a text', 'receipt'],
    ['that is a list', []],
    ['that is empty', {}],
  ];
  for (const [what, receipt] of bad) {
    test(`a receipt ${what} is the finding receipt_invalid`, () => {
      const note = read(noteText({ ...full, receipt: JSON.parse(JSON.stringify(receipt)) }));
      assert.ok(note.findings.length > 0);
      for (const { code, where } of note.findings) {
        assert.equal(code, 'receipt_invalid');
        assert.ok(where.startsWith('/receipt'), where);
      }
      assert.equal(outcomes(note).receipt, 'failed');
    });
  }

  describe('a real record with its real receipt', () => {
    const seed: Data = JSON.parse(seedText());
    const { canonical_record, receipt } = seed.events[0].payload;
    const { title } = seed.events[1].payload.graph_snapshot.paper;
    const members = { pith_number: seed.pith_number, title, canonical_record };
    const file = `${SEED_SUFFIX}.md`;

    test('verifies', () => {
      const note = read(noteText({ ...members, receipt }), file, defaultTrust());
      assert.deepEqual([note.findings, outcomes(note).receipt, outcomes(note).title], [[], 'verified', 'verified']);
    });

    const others = vectorLines<Data>('receipts.jsonl').filter(({ pith_number }) => pith_number !== seed.pith_number);
    for (const other of others) {
      test(`does not with the receipt signature of ${other.pith_number}`, () => {
        const reused = { ...receipt, signature_b64: other.signature_b64 };
        const note = read(noteText({ ...members, receipt: reused }), file, defaultTrust());
        assert.deepEqual(
          note.findings.map(({ code }) => code),
          ['receipt_invalid'],
        );
      });
    }
  });

  const bundles = new URL('../../../bundles/', import.meta.url);
  const real = readdirSync(bundles).filter(isNoteName);
  test('there are three real notes', () => assert.equal(real.length, 3));
  for (const file of real) {
    test(`the real note ${file}: its hash, number and title are right, and nothing in it is signed`, () => {
      const note = readNote(file, new Uint8Array(readFileSync(new URL(file, bundles))), defaultTrust());
      assert.deepEqual(note.findings, []);
      assert.deepEqual(outcomes(note), {
        record_hash: 'verified',
        pith_number: 'verified',
        title: 'verified',
        receipt: 'absent',
      });
      assert.ok(note.text.length > 0);
    });
  }
});

describe('the authors in the paper’s order', () => {
  test('are read name by name, with or without a quoted record', () => {
    const order = ['Sample, Bob', 'Ada Testing'];
    assert.deepEqual(read(noteText({ pith_number: number, authors_in_order: order })).authorsInOrder, order);
    assert.deepEqual(read(noteText({ ...full, authors_in_order: order })).authorsInOrder, order);
    assert.equal(read(noteText({ pith_number: number })).authorsInOrder, null);
  });
  for (const [value, path] of [
    [[], '/authors_in_order'],
    [[''], '/authors_in_order'],
    ['Ada Testing', '/authors_in_order'],
    [[1], '/authors_in_order/0'],
  ] as const) {
    test(`are refused as ${JSON.stringify(value)}`, () => {
      assert.throws(() => read(noteText({ pith_number: number, authors_in_order: value })), { path });
    });
  }
});
