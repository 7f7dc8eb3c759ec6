/**
 * The folders of records in a site, compared with the files that belong in them. Every file is looked at in every build, one
 * call of the system each, so for many records other threads do their share.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ShapeLines, Shapes } from '../resume/shapes.ts';

/** Records and their folders. */
export interface RecordFolders {
  readonly site: string;
  readonly shapes: ShapeLines;
  /** Folders of folders of records, each with the suffixes that it has. */
  readonly present: readonly (readonly [top: string, suffixes: readonly string[]])[];
  /** Paths of files that count as missing. */
  readonly damaged: ReadonlySet<string>;
}

/** What is wrong in the folders of records. */
export interface RecordFaults {
  /** Suffixes of the records that have a file missing or empty in one of their folders. */
  readonly incomplete: readonly string[];
  /** Paths that are no record's file; a folder ends with `/` and includes all that is in it. */
  readonly foreign: readonly string[];
}

/** Records for each thread: looking at 5,000 takes as long as starting one. */
const SHARE = 20_000;
/** More wait for the disk, or for each other. */
const MAX_THREADS = 8;

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './record-folders-thread.ts' : './record-folders-thread.js',
  import.meta.url,
);

/** Whether there is a file that is not empty. */
export function isFilled(file: string): boolean {
  const status = lstatSync(file, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size > 0;
}

/** Looks at every folder in this thread. */
export function inspectShare({ site, shapes, present, damaged }: RecordFolders): RecordFaults {
  const own = new Shapes(shapes);
  const foreign: string[] = [];
  /** @param prefix of the names in the folder, as its shape has them. @returns how many files are whole. */
  const countFiles = (folder: string, names: ReadonlySet<string>, prefix: string): number => {
    let count = 0;
    for (const entry of readdirSync(`${site}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      const name = prefix + entry.name;
      if (!entry.isDirectory()) {
        if (!names.has(name)) foreign.push(path);
        else if (!damaged.has(path) && isFilled(`${site}/${path}`)) count++;
      } else if ([...names].some((other) => other.startsWith(`${name}/`))) {
        count += countFiles(path, names, `${name}/`);
      } else {
        foreign.push(`${path}/`);
      }
    }
    return count;
  };
  const counts = new Map<string, number>();
  for (const [top, suffixes] of present) {
    for (const suffix of suffixes) {
      const count = countFiles(`${top}/${suffix}`, own.namesOf(suffix) ?? new Set(), top.startsWith('.') ? '/' : '');
      counts.set(suffix, (counts.get(suffix) ?? 0) + count);
    }
  }
  const incomplete = [...own.suffixes].filter((suffix) => (counts.get(suffix) ?? 0) !== own.sizeOf(suffix));
  return { incomplete, foreign };
}

function inspectElsewhere(share: RecordFolders): Promise<RecordFaults> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROGRAM, { workerData: share });
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread that looked at the site ended with code ${code}`)));
  });
}

/** The records at every `count`-th place, from the one at `index`. */
function shareOf({ shapes, present, ...rest }: RecordFolders, index: number, count: number): RecordFolders {
  const own = new Set<string>();
  const lines = shapes.map(([shape, suffixes]) => {
    const some = suffixes.filter((_, at) => at % count === index);
    for (const suffix of some) own.add(suffix);
    return [shape, some] as const;
  });
  const folders = present.map(([top, suffixes]) => [top, suffixes.filter((suffix) => own.has(suffix))] as const);
  return { ...rest, shapes: lines, present: folders };
}

/** Looks at every folder. @param share records for each thread, this one included. @throws the system's error. */
export async function inspectRecords(folders: RecordFolders, share = SHARE): Promise<RecordFaults> {
  const records = folders.shapes.reduce((sum, [, suffixes]) => sum + suffixes.length, 0);
  const threads = Math.min(Math.ceil(records / share), availableParallelism(), MAX_THREADS);
  if (threads <= 1) return inspectShare(folders);
  const others = Array.from({ length: threads - 1 }, (_, i) => inspectElsewhere(shareOf(folders, i + 1, threads)));
  // If it throws here, what the others throw is awaited as well, and nobody else would.
  const own = async (): Promise<RecordFaults> => inspectShare(shareOf(folders, 0, threads));
  const found = await Promise.all([...others, own()]);
  return {
    incomplete: found.flatMap(({ incomplete }) => incomplete),
    foreign: found.flatMap(({ foreign }) => foreign),
  };
}
