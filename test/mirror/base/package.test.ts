/** Places where the program cannot work are refused before any work; all others are left to work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseUnusablePlaces } from '../../../src/mirror/base/package.ts';

for (const char of ['#', '?', '%', '*', '"', '\\']) {
  test(`refuses a program folder with ${char} in its name, and names the character`, () => {
    assert.throws(
      () => refuseUnusablePlaces('/tmp/dist', `/opt/a${char}b/`),
      ({ name, message }: Error) => name === 'UsageError' && message.includes(`a folder with ${char} in its name`),
    );
  });
}

test('accepts a program folder with blanks, quotes, brackets and letters of any script', () => {
  refuseUnusablePlaces('/tmp/dist', "/opt/a b'c[d](e){f}$g&h!i:j;k@l+m,n~o^p|q=r<s>é日本/");
});

test('accepts an output folder with # ? % * " in its name, and refuses one with a backslash', () => {
  refuseUnusablePlaces('/tmp/a#b?c%d*e"f/dist', '/opt/program/');
  assert.throws(() => refuseUnusablePlaces('/tmp/a\\b/dist', '/opt/program/'), /--out .* cannot load the cached pages/);
});
