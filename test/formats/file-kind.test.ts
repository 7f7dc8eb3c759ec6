/** What people really have under the name of a bundle: the message names it, the code stays one of the closed list. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { fileKind as kindOf } from '../../src/formats/file-kind.ts';
import { judgeBundle } from '../../src/mirror/judge/judge.ts';
import {
  encodeUtf8,
  mergeBundles,
  ParseError,
  parseJson,
  REASON_CODES,
  verifyBundle,
} from '../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../support/bundles/make-bundle.ts';
import { seedBytes } from '../support/bundles/vectors.ts';

const fileKind = (file: Uint8Array): string | null => kindOf(file, { parseJson, ParseError });
const GOOD = bytesOf(makeBundle(makeRecord()));
const text = (value: string): Uint8Array => encodeUtf8(value);
const bytes = (value: Uint8Array): Uint8Array => new Uint8Array(value);
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 14187\n`;

/** Each with what its message has to name and to advise. */
const KINDS: readonly (readonly [name: string, content: Uint8Array, message: RegExp])[] = [
  ['gzip data', bytes(gzipSync(GOOD)), /gzip data, compressed: decompress it, or download it with `curl --compressed`/],
  ['Zstandard data', bytes(zstdCompressSync(GOOD)), /Zstandard data, compressed: decompress it with `zstd -d`/],
  ['a ZIP archive', new Uint8Array([0x50, 0x4b, 3, 4, 20, 0]), /ZIP data, compressed: unpack it/],
  ['text in UTF-16', bytes(Buffer.from('\ufeff{"a":1}', 'utf16le')), /UTF-16/],
  ['an empty file', new Uint8Array(0), /this file is empty: download or copy it again/],
  ['a file of white space', text(' \n\n'), /only white space/],
  ['a file of zero bytes', new Uint8Array(512), /512 zero bytes/],
  ['a Git LFS pointer', text(LFS), /Git LFS pointer.*`git lfs pull`/],
  ['a git-annex pointer', text('/annex/objects/SHA256E-s14187--00.json\n'), /git-annex pointer.*`git annex get`/],
  [
    'a page with a title',
    text('<!DOCTYPE html><title>502 Bad\n Gateway</title>'),
    /HTML page with the title "502 Bad Gateway"/,
  ],
  ['a page without a title', text('\n<html><body>no</body></html>'), /an HTML page, as a server sends/],
  ['a page after a comment', text('<!-- x --><HTML><TITLE>a</TITLE>'), /HTML page with the title "a"/],
  ['an XML error', text('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'), /this is XML/],
  ['merge conflict markers', text('<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n'), /markers of a merge conflict/],
  ['an API error object', text('{"detail":"Not found."}'), /answer of an API .*\("Not found\."\)/],
  ['a nested API error', text('{"error":{"code":404,"message":"no such record"}}'), /\("no such record"\)/],
  ['a list of API errors', text('{"errors":[{"detail":"gone","status":"410"}]}'), /\("gone"\)/],
  ['a list of bundles', text('[{},{}]'), /JSON list of 2 items/],
  ['a number', text('7'), /a single JSON value/],
  ['a canonical record', text(JSON.stringify(makeRecord())), /canonical record without its bundle/],
  ['a truncated download', GOOD.subarray(0, 1000), /ends after 1000 bytes, in the middle of its JSON/],
  ['a download cut inside of a character', text('{"a":"é').subarray(0, 7), /ends after 7 bytes/],
];

describe('a file that is not a bundle', () => {
  for (const [name, content, message] of KINDS) {
    test(`is rejected with one message that names ${name}, under a code of the closed list`, () => {
      const { report, bundle } = judgeBundle('x.json', content, testTrust);
      assert.equal(bundle, null);
      assert.equal(report.outcome, 'rejected');
      assert.equal(report.findings.length, 1);
      const [finding] = report.findings;
      assert.ok(finding !== undefined && REASON_CODES.includes(finding.code));
      assert.match(finding.message, message);
      assert.equal(finding.message.includes('\n'), false);
    });
  }

  test('is named for the state that a mirror publishes next to the bundle', () => {
    const { bundle } = verifyBundle(GOOD, testTrust);
    assert.ok(bundle !== null);
    assert.match(
      fileKind(mergeBundles([bundle]).state.bytes) ?? '',
      /a state, not a bundle: the bundle is the file bundle\.json/,
    );
  });

  test('is named by a short quotation of a long title', () => {
    const kind = fileKind(text(`<html><title>${'long '.repeat(1000)}</title>`)) ?? '';
    assert.ok(kind.length < 300, kind);
  });
});

describe('a bundle with another fault', () => {
  test('keeps the message of the check that it fails', () => {
    for (const content of [GOOD, seedBytes(), text('{"bundle_type":"x","detail":"Not found."}')]) {
      assert.equal(fileKind(content), null);
    }
  });

  test('that has a wrong character in the middle is not called cut short', () => {
    const damaged = bytes(GOOD);
    damaged[GOOD.indexOf(0x3a)] = 0x7d;
    assert.equal(fileKind(damaged), null);
    assert.equal(judgeBundle('x.json', damaged, testTrust).report.findings[0]?.code, 'not_json');
  });

  test('that quotes a page or a marker in its text is judged as JSON', () => {
    assert.equal(fileKind(text('{"bundle_type":"<html>\\n=======\\n"}')), null);
  });
});
