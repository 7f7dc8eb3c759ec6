/** Reads from a site's report which files it was built from: names and digests, one file at a time. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BuildError, codeOf } from '../mirror/base/failure.ts';
import { REPORT } from '../mirror/base/paths.ts';

export interface ReportedFile {
  readonly file: string;
  /** Null for a file that could not be read. */
  readonly sha256: string | null;
  readonly outcome: 'verified' | 'findings' | 'rejected';
}

const isReported = (value: unknown): value is ReportedFile =>
  typeof value === 'object' && value !== null && 'file' in value && 'sha256' in value && 'outcome' in value;

/**
 * The entries of `files` in one report. The report of a large mirror is larger than a string can be, so its lines are read
 * one by one: the program writes each entry between a line `    {` and a line `    }`.
 */
async function* entriesOf(path: string): AsyncGenerator<ReportedFile> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let entry: string[] | null = null;
  for await (const line of lines) {
    if (line === '    {') entry = [];
    entry?.push(line.replace(/^ {4}\},$/, '    }'));
    if (entry === null || !/^ {4}\},?$/.test(line)) continue;
    const value: unknown = JSON.parse(entry.join('\n'));
    entry = null;
    if (isReported(value)) yield value;
  }
}

/** Every file that the reports of a site tell of. @throws BuildError if a report is not as the program writes it. */
export async function* reportedFiles(site: string): AsyncGenerator<ReportedFile> {
  const folder = join(site, 'mirror-report');
  const names = await readdir(folder).catch((error) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const paths = [REPORT, ...names.filter((name) => name.endsWith('.json')).map((name) => `mirror-report/${name}`)];
  for (const path of paths) {
    try {
      yield* entriesOf(join(site, path));
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new BuildError(`${path}: was changed after it was written; build the site again`);
      throw error;
    }
  }
}
