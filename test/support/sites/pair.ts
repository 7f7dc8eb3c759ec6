/** An input whose site is updated, and the site of a clean build of the same input: an update must give the same bytes. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentText } from '../../../src/mirror/base/disk.ts';
import type { BuildOptions } from '../../../src/mirror/build-options.ts';
import { differences, forget, leftBeside, mirror, settle, snapshot, type Told } from './mirror.ts';

/** What changes: content of a file, null if it is removed, or `{ from }` if it is renamed. */
export type Edits = Readonly<Record<string, Uint8Array | string | null | { readonly from: string }>>;

let made = 0;

export class Pair {
  readonly root: string;
  readonly input: string;
  readonly out: string;
  /** One for all pairs of a folder. */
  readonly clean: string;

  /** @param folder of the test file, in which each pair has a folder of its own. */
  constructor(folder: string) {
    this.root = join(folder, `pair-${made++}`);
    this.input = join(this.root, 'bundles');
    this.out = join(this.root, 'dist');
    this.clean = join(folder, 'clean', 'dist');
  }

  static async of(folder: string, files: Edits, options: Partial<BuildOptions> = {}): Promise<Pair> {
    const pair = new Pair(folder);
    await pair.update(files, options);
    return pair;
  }

  edit(edits: Edits): void {
    for (const [name, content] of Object.entries(edits)) {
      const path = join(this.input, name);
      mkdirSync(dirname(path), { recursive: true });
      if (content === null) rmSync(path);
      else if (typeof content === 'object' && 'from' in content) renameSync(join(this.input, content.from), path);
      else writeFileSync(path, content);
    }
  }

  /** Builds; nothing is compared. */
  async build(options: Partial<BuildOptions> = {}): Promise<Told> {
    const told = await mirror(this.input, this.out, options);
    assert.deepEqual(leftBeside(this.out), []);
    return told;
  }

  async assertClean(what: string, options: Partial<BuildOptions> = {}): Promise<Told> {
    if (existsSync(this.clean)) forget(this.clean);
    const clean = await mirror(this.input, this.clean, options);
    if (clean.published) assert.deepEqual(differences(snapshot(this.out), snapshot(this.clean)), [], what);
    return clean;
  }

  /** Edits, builds, compares with a clean build, and lets time pass. */
  async update(
    edits: Edits,
    options: Partial<BuildOptions> = {},
    what = JSON.stringify(Object.keys(edits)),
  ): Promise<Told> {
    this.edit(edits);
    const told = await this.build(options);
    const clean = await this.assertClean(what, options);
    assert.equal(told.refusal, clean.refusal, what);
    assert.deepEqual(
      Array.from(told.report.pieces(), contentText).join(''),
      Array.from(clean.report.pieces(), contentText).join(''),
      what,
    );
    assert.deepEqual(told.report.troubled, clean.report.troubled, what);
    if (told.published) settle(this.input, this.out);
    return told;
  }
}
