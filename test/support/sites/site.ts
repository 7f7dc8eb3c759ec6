/** Building sites for tests, and comparing them. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { commandHere, pithMirror, type Run, type RunOptions } from './cli.ts';

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Every file below a folder, by its path with `/`. */
export function readTree(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.sort().map((file) => [relative(folder, file), readFileSync(file)]));
}

/** Asserts that two sites have the same files with the same bytes. */
export function assertSameTree(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): void {
  assert.deepEqual([...a.keys()], [...b.keys()]);
  for (const [path, bytes] of a) assert.ok(b.get(path)?.equals(bytes), `${path} differs`);
}

function withCode(run: Run, code: number, args: readonly string[]): Run {
  assert.equal(run.code, code, `exit code of build ${args.join(' ')}\n${run.stdout}\n${run.stderr}`);
  return run;
}

export async function build(args: readonly string[], code: number, options: RunOptions = {}): Promise<Run> {
  return withCode(await pithMirror(['build', ...args], options), code, args);
}

/** In this process: see {@link commandHere}. */
export async function buildHere(args: readonly string[], code: number): Promise<Run> {
  return withCode(await commandHere(['build', ...args]), code, args);
}
