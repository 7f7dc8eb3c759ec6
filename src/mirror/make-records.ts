/** Step 2 of a build: makes the records that have changed, or all of them. */
import type { Progress } from './base/progress.ts';
import type { Produced } from './plan/lines.ts';
import type { Probe } from './probe.ts';
import type { LastSite } from './publish/publish.ts';
import { suffixOfNote } from './read/notes.ts';
import type { InputFile } from './read/read.ts';
import type { Cache, CacheContent } from './resume/cache.ts';
import { Inventory } from './resume/inventory.ts';
import type { Crew } from './workers/crew.ts';

/** The results for all records. */
export interface Made {
  readonly inventory: Inventory;
  /** What the last build published, if only what changed since was rebuilt. */
  readonly last: LastSite | null;
}

/** Makes the records that have changed, or all of them. What differs from the published site lies in the stage. */
export async function makeRecords(crew: Crew, probe: Probe, isUpdate: boolean, progress: Progress): Promise<Made> {
  const { listing, cache, changed, gone } = probe;
  // The workers make what has changed while this thread reads what the last build knew of the rest.
  const early = isUpdate ? changed : [];
  const ready: Produced[] = [];
  const [before] = await Promise.all([
    isUpdate ? readBefore(cache) : null,
    makeAlone(crew, early, progress, (produced) => ready.push(produced)),
  ]);
  const last =
    before === null || probe.last === null
      ? null
      : { ...probe.last, records: before.records, withheld: before.withheld };
  const inventory = new Inventory(
    listing.files,
    last === null || before === null ? null : { ...before, shapes: last.shapes },
  );
  const touched = last === null ? listing.files : changed;
  inventory.touch([...touched.map(({ name }) => name), ...gone]);
  inventory.redo(last?.survey.records ?? []);
  for (const produced of ready) inventory.addAlone(produced);
  const isEarly = new Set(early);
  const rest = last === null ? listing.files.filter((file) => !isEarly.has(file)) : [];
  await makeAlone(crew, rest, progress, (produced) => inventory.addAlone(produced));
  await makeTogether(crew, inventory, progress);
  return { inventory, last };
}

async function readBefore(cache: Cache): Promise<Pick<CacheContent, 'lines' | 'records' | 'withheld'> | null> {
  const [lines, records] = [await cache.part('lines'), await cache.part('records')];
  const withheld = await cache.part('withheld');
  return lines === null || records === null || withheld === null ? null : { lines, records, withheld };
}

/** Makes a record of each bundle file that is new or has changed, as if its number had no other file. */
async function makeAlone(
  crew: Crew,
  files: readonly InputFile[],
  progress: Progress,
  use: (produced: Produced) => void,
): Promise<void> {
  const bundles = files.filter(({ name }) => suffixOfNote(name) === null);
  if (bundles.length === 0) return;
  progress.stage('verifying and rendering', bundles.length);
  await crew.alone(bundles, (produced) => {
    use(produced);
    progress.step();
  });
}

/** Makes the records of several files, and then those that collide with others. */
async function makeTogether(crew: Crew, inventory: Inventory, progress: Progress): Promise<void> {
  for (const tasks of [() => inventory.tasksOfFiles(), () => inventory.tasksOfCollisions()]) {
    const due = tasks();
    if (due.length === 0) continue;
    progress.stage('verifying and rendering records of several files', due.length);
    await crew.together(due, ({ suffix }, produced) => {
      inventory.addTogether(suffix, produced);
      progress.step();
    });
  }
}
