import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { contentText } from '../../../src/mirror/base/disk.ts';
import { scriptFiles } from '../../../src/mirror/render/scripts.ts';

/** Bytes of each script, gzipped, at most. */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['verify.js', 28_000],
  // With the inflate for the bundle that the page carries.
  ['verify-button.js', 3_000],
  ['search.js', 6_500],
  ['verify-page.js', 3_300],
  // Loaded only if a file needs them.
  ['verify-advice.js', 2_000],
  ['verify-timestamps.js', 13_000],
]);

describe('the scripts for the browser', () => {
  let files: ReadonlyMap<string, string>;
  before(async () => {
    files = new Map((await scriptFiles()).map(({ path, content }) => [path, contentText(content)]));
  });

  it('keep to their budgets', () => {
    for (const [path, budget] of BUDGETS) {
      const size = gzipSync(files.get(path) ?? '', { level: 9 }).length;
      assert.ok(size > 200 && size <= budget, `${path} has ${size} bytes gzipped, of ${budget}`);
    }
  });

  it('are classic, ask no network, and can stand in a page', () => {
    for (const [path, code] of files) {
      assert.doesNotMatch(code, /\b(import|export)\b[\s{*(]|\bimport\.meta\b/, path);
      assert.doesNotMatch(code, /\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|EventSource|eval|Function)\s*\(/, path);
      assert.doesNotMatch(code, /<\/script|<!--/i, path);
    }
  });

  it('take from fflate only what inflates', () => {
    const code = files.get('verify-button.js') ?? '';
    assert.match(code, /invalid distance/);
    assert.doesNotMatch(code, /Worker|createObjectURL/);
  });

  it('are the same each time', async () => {
    for (const { path, content } of await scriptFiles()) assert.equal(contentText(content), files.get(path));
  });
});
