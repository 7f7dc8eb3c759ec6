import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as bagit from '../../../src/packages/formats/bagit.ts';
import { formatInputs, parseInputs } from '../../../src/packages/formats/inputs.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

describe('a manifest', () => {
  it('is read back as it was written, with the three characters that RFC 8493 escapes', () => {
    const files = [
      { path: 'data/index.html', sha256: A },
      { path: 'data/100 %\r\n.txt', sha256: B },
    ];
    const text = files.map(bagit.manifestLine).join('');
    assert.equal(text.split('\n')[1], `${B}  data/100 %25%0D%0A.txt`);
    assert.deepEqual(
      [...bagit.parseManifest('manifest', text)],
      [
        ['data/index.html', A],
        ['data/100 %\r\n.txt', B],
      ],
    );
  });

  it('may come from another program: CRLF, upper case, the star of a binary mode, no last line feed', () => {
    const text = `${A.toUpperCase()} *data/a\r\n${B}\t\tdata/b c`;
    assert.deepEqual(
      [...bagit.parseManifest('manifest', text)],
      [
        ['data/a', A],
        ['data/b c', B],
      ],
    );
  });

  it('names the line that is damaged', () => {
    assert.throws(
      () => bagit.parseManifest('m.txt', `${A}  data/a\n${A.slice(1)}  data/b\n`),
      /m\.txt, line 2: expected 64/,
    );
    assert.throws(() => bagit.parseManifest('m.txt', `${A}  data/a\n\n`), /m\.txt, line 2/);
  });

  it('lists no file twice', () => {
    assert.throws(
      () => bagit.parseManifest('m.txt', `${A}  data/a\n${B}  data/a\n`),
      /line 2: data\/a is listed twice/,
    );
  });
});

describe('bag-info.txt', () => {
  it('is read back as it was written; a value never breaks its line', () => {
    const text = bagit.formatBagInfo([
      ['Payload-Oxum', '12.3'],
      ['External-Description', 'two\n  lines'],
    ]);
    assert.equal(text, 'Payload-Oxum: 12.3\nExternal-Description: two lines\n');
    const info = bagit.parseBagInfo(text);
    assert.deepEqual(bagit.oxumOf(info), { bytes: 12, files: 3 });
  });

  it('may go on with a value on the next line', () => {
    assert.deepEqual(bagit.parseBagInfo('A: one\n  two\nB:\n'), [
      ['A', 'one two'],
      ['B', ''],
    ]);
  });

  it('is refused if a line has no label or the Payload-Oxum is not a pair of numbers', () => {
    assert.throws(() => bagit.parseBagInfo('no label\n'), /expected "Label: value", found "no label"/);
    assert.throws(() => bagit.oxumOf([['Payload-Oxum', '12']]), /expected BYTES\.FILES, found "12"/);
  });
});

describe('bagit.txt', () => {
  it('must declare BagIt 1.0 or 0.97 in UTF-8', () => {
    bagit.checkDeclaration(bagit.BAGIT_TEXT);
    bagit.checkDeclaration('BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8\r\n');
    assert.throws(
      () => bagit.checkDeclaration('BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n'),
      /found "BagIt-Version: 2.0"/,
    );
    assert.throws(() => bagit.checkDeclaration('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n'), /UTF-16/);
  });
});

describe('the list of input files', () => {
  it('keeps any name that a file system allows', () => {
    const lines = [
      { name: 'z\n"\u{1f600}.json', sha256: A, path: 'data/x' },
      { name: 'a.json', sha256: B, path: 'input/files/b' },
    ];
    assert.deepEqual(parseInputs(formatInputs(lines)), [lines[1], lines[0]]);
  });

  it('names the line that is damaged', () => {
    assert.throws(
      () => parseInputs(`${formatInputs([{ name: 'a', sha256: A, path: 'b' }])}{"name":\n`),
      /line 2: expected/,
    );
  });
});
