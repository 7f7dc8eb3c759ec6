/** Runs a sync in this process, with a clock that does not wait and a memory of what was said. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSyncText } from '../../../src/cli/sync-text.ts';
import type { Clock } from '../../../src/network/pace.ts';
import type { SyncOptions } from '../../../src/network/sync/options.ts';
import type { SyncReport } from '../../../src/network/sync/report.ts';
import { syncFolder } from '../../../src/network/sync/sync.ts';
import { parseWanted, type Wanted } from '../../../src/network/sync/wanted.ts';
import { testTrust } from '../bundles/make-bundle.ts';

/** A clock that jumps instead of waiting. */
export class JumpingClock implements Clock {
  /** Each wait, in milliseconds. */
  readonly waits: number[] = [];
  #now = 0;

  now(): number {
    return this.#now;
  }

  date(): number {
    return Date.UTC(2026, 5, 1) + this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.#now += milliseconds;
  }
}

export function wanted(...names: readonly string[]): readonly Wanted[] {
  return names.map((name) => {
    const found = parseWanted(name);
    if (found === null) throw new TypeError(`not a name: ${name}`);
    return found;
  });
}

export const ALL = { since: null, categories: [] } as const;

export interface Synced extends SyncReport {
  /** What was said while it ran. */
  readonly said: readonly string[];
  /** What a person reads at the end, without the last line, which has a time in it. */
  readonly text: string;
  readonly waits: readonly number[];
}

/** @param from sources by URL or folder. @param to the folder of bundles. */
export async function syncInto(
  to: string,
  from: readonly string[],
  options: Partial<SyncOptions> = {},
): Promise<Synced> {
  const said: string[] = [];
  const clock = new JumpingClock();
  const report = await syncFolder(
    {
      folder: to,
      sources: from.map((name) => ({ name, folder: name })),
      trust: testTrust,
      wanted: [],
      selection: null,
      keepAll: false,
      allowShrink: false,
      dryRun: false,
      rate: 0,
      userAgent: 'pith-mirror/test',
      cache: null,
      ...options,
      network: { clock, ...options.network },
    },
    {
      stage: () => undefined,
      step: () => undefined,
      received: () => undefined,
      note: (text) => said.push(text),
    },
  );
  const text = formatSyncText(report, 'bundles', 0).replace(/\ndownloaded .*\n$/, '\n');
  return { ...report, said, text, waits: clock.waits };
}

/** Every file below a folder with its text, by path, in order. */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  );
}
