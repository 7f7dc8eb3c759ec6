/** Files that are links inside of a page: `data:` with a `download` name. */
import assert from 'node:assert/strict';
import { elements } from './html.ts';

/** The text of a file that a page has as a link. */
export function downloadIn(html: string, file: string): string {
  const found = elements(html).filter(({ name, attributes }) => name === 'a' && attributes.get('download') === file);
  assert.equal(found.length, 1, file);
  const [, base64] = /^data:[\w./+-]+;base64,(.+)$/.exec(found[0]?.attributes.get('href') ?? '') ?? [];
  return Buffer.from(base64 ?? assert.fail(file), 'base64').toString();
}
