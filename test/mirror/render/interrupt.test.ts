/**
 * What a signal does while Astro bundles the pages. `interrupt` is for the end of a process, so this file has one test.
 *
 * Slow: Astro bundles the pages.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { interrupt } from '../../../src/mirror/base/interrupt.ts';
import { bundlePages } from '../../../src/mirror/render/render.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';

it('a signal waits until Astro has ended, so that the temporary folder can be removed for good', async () => {
  const work = join(temporaryFolder(), 'work');
  mkdirSync(work);
  const bundling = assert.rejects(bundlePages(join(work, 'pages'), work), /interrupted/);
  // Astro makes this folder while it bundles.
  const hasBegun = (): boolean =>
    readdirSync(work).some((name) => readdirSync(join(work, name)).some((inside) => inside !== 'package.json'));
  while (!hasBegun()) await wait(5);
  await interrupt();
  rmSync(work, { recursive: true });
  await bundling;
  await wait(300);
  assert.equal(existsSync(work), false);
});
