/** When a record's newest bundle says that it was built, which is the time of its files in a package. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { datedRecord } from '../../src/packages/judge-record.ts';
import { PROJECT } from '../support/sites/cli.ts';

const SUFFIX = '4MJCW2CW2IJI4KFD2N5O7KXTYZ';
const secondsOf = (...bundles: readonly string[]): number | null =>
  datedRecord(
    SUFFIX,
    new Map(
      bundles.map((text, i) => [
        bundles.length === 1
          ? `pith/${SUFFIX}/bundle.json`
          : `pith/${SUFFIX}/bundles/${String(i).padStart(64, '0')}.json`,
        new TextEncoder().encode(text),
      ]),
    ),
  ).seconds;
const MAY = Date.UTC(2026, 4, 21) / 1000;

describe('the date of a record', () => {
  it('is what JSON.parse finds in a bundle', () => {
    const text = readFileSync(join(PROJECT, `test/vectors/${SUFFIX}.bundle.json`), 'utf8');
    const { built_at: builtAt } = JSON.parse(text);
    assert.equal(secondsOf(text), Math.floor(Date.parse(builtAt) / 1000));
    assert.equal(secondsOf(JSON.stringify(JSON.parse(text), null, 2)), Math.floor(Date.parse(builtAt) / 1000));
  });

  it('is that of the newest bundle', () => {
    assert.equal(secondsOf('{"built_at":"2026-05-21T00:00:00Z"}', '{"built_at":"2025-05-21T00:00:00Z"}'), MAY);
  });

  it('is that of the bundle itself if something in it has a date too, or its name is escaped', () => {
    const inner = '"x":{"built_at":"2020-01-01T00:00:00Z"}';
    assert.equal(secondsOf(`{${inner},"built_at":"2026-05-21T00:00:00Z"}`), MAY);
    assert.equal(secondsOf(`{${inner},"built\\u005fat":"2026-05-21T00:00:00Z"}`), MAY);
    assert.equal(secondsOf(`{"x":"\\"built_at\\":\\"2020-01-01T00:00:00Z\\"","built_at":"2026-05-21T00:00:00Z"}`), MAY);
    assert.equal(secondsOf('{"built_at" : "2026-05-21T00:00:00\\u005a"}'), MAY);
  });

  it('is unknown if a bundle has none, or is no JSON', () => {
    for (const text of ['{}', '{"built_at":5}', '{"built_at":"soon"}', '["built_at"]', '{', ''])
      assert.equal(secondsOf(text), null, text);
  });
});
