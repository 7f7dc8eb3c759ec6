/** Builds in this process, for tests that need many: whole trees with modes and times, and inputs that count as old. */
import './run-cache.ts';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Progress } from '../../../src/mirror/base/progress.ts';
import type { BuildOptions, BuildResult } from '../../../src/mirror/build-options.ts';
import { buildMirror } from '../../../src/mirror/pipeline.ts';
import { stampAt } from '../../../src/mirror/read/read.ts';
import { testTrust } from '../bundles/make-bundle.ts';

/** The folder next to an output. */
export const cacheOf = (out: string): string => join(dirname(out), `.${basename(out)}.pith-mirror-cache`);

/** The output of a build. */
export interface Told extends BuildResult {
  readonly stages: readonly string[];
  readonly notes: readonly string[];
}

/**
 * One build. Few records are made in this thread, unless a number of workers is asked for.
 *
 * @param onStage is called when a stage begins.
 */
export async function mirror(
  input: string,
  out: string,
  options: Partial<BuildOptions> = {},
  onStage: (name: string) => void = () => undefined,
): Promise<Told> {
  const stages: string[] = [];
  const notes: string[] = [];
  const progress: Progress = {
    stage: (name, total) => {
      stages.push(total === null ? name : `${name} (${total})`);
      onStage(name);
    },
    step: () => undefined,
    note: (text) => notes.push(text),
  };
  const usual: Omit<BuildOptions, 'input' | 'out'> = {
    trust: testTrust,
    followLinks: false,
    site: null,
    strict: false,
    recheck: false,
    // Most tests take records away on purpose.
    allowLoss: true,
    clean: false,
    // The disks of tests are thrown away.
    flush: false,
    engine: 'openssl',
    renderer: 'fast',
    shard: null,
    only: null,
    jobs: null,
  };
  const result = await buildMirror({ ...usual, input, out, ...options }, progress);
  return { ...result, stages, notes };
}

/** Makes the next build of this output a full one; only the bundled pages stay cached. */
export function forget(out: string): void {
  rmSync(join(cacheOf(out), 'manifest.json'), { force: true });
}

const linesOf = (values: readonly unknown[]): string => `[]\n${JSON.stringify(values)}\n`;

/**
 * As if the last build had been long after the last change of the input: the stamp of a recently changed file is not
 * trusted, and tests do not wait.
 */
export function settle(input: string, out: string): void {
  const cache = cacheOf(out);
  const [, line = ''] = readFileSync(join(cache, 'inputs.jsonl'), 'utf8').split('\n');
  const inputs = (JSON.parse(line || '[]') as [string, string, string | null][]).map(([name, , sha256]) => [
    name,
    stampAt(join(input, name))?.stamp ?? '',
    sha256,
  ]);
  writeFileSync(join(cache, 'inputs.jsonl'), linesOf(inputs));
  const manifest = JSON.parse(readFileSync(join(cache, 'manifest.json'), 'utf8'));
  manifest.digests.inputs = createHash('sha256').update(linesOf(inputs)).digest('hex');
  writeFileSync(join(cache, 'manifest.json'), JSON.stringify(manifest));
}

/** Every file and folder with its kind and bytes, the root as `.`. Times, modes and owners are not part of a site. */
export function snapshot(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    const full = join(root, path);
    const { mode } = lstatSync(full);
    const head = (mode & 0o170000).toString(8);
    const names =
      (mode & 0o170000) === 0o040000
        ? readdirSync(full)
            .filter((name) => !name.startsWith('.pith-mirror-lock'))
            .sort()
        : null;
    const content = names === null ? createHash('sha256').update(contentOf(full, mode)).digest('hex') : names.join(' ');
    found.set(path, `${head} ${content}`);
    for (const name of names ?? []) visit(join(path, name));
  };
  if (existsSync(root)) visit('.');
  return found;
}

const contentOf = (path: string, mode: number): Buffer | string =>
  (mode & 0o170000) === 0o120000 ? readlinkSync(path) : readFileSync(path);

/** The differences between two snapshots, by path; empty if they are equal. */
export function differences(
  found: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...found.keys(), ...expected.keys()]);
  return [...paths]
    .sort()
    .filter((path) => found.get(path) !== expected.get(path))
    .map((path) => `${path}: got ${found.get(path) ?? 'nothing'}, expected ${expected.get(path) ?? 'nothing'}`);
}

/** Names next to an output, except for the cache. */
export function leftBeside(out: string): readonly string[] {
  const prefix = `.${basename(out)}.pith-mirror-`;
  return readdirSync(dirname(out)).filter(
    (name) => name.startsWith(prefix) && join(dirname(out), name) !== cacheOf(out),
  );
}
