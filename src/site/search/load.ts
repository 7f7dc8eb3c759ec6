/** Loads the search data: classic scripts that call `pithSearch`, the only way that also works from a disk. */
import { SearchPart } from './part.ts';
import type { PartSource } from './scan.ts';

export interface Loader extends PartSource {
  /** All records. 0 before it has started. */
  readonly total: number;
  /** Loads the list of parts, once. Resolves to whether it is there. */
  start(): Promise<boolean>;
}

/** What the data's scripts call. */
interface Receiver {
  parts(list: readonly (readonly [name: string, records: number])[]): void;
  part(name: string, lines: readonly string[]): void;
}

/** Parts that are loaded ahead of the one in use. */
const AHEAD = 3;

/** Milliseconds after which loading a script fails. */
const PATIENCE = 60_000;

/** Resolves to whether the script is there. */
function loadScript(src: string): Promise<boolean> {
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = src;
    const end = (isThere: boolean) => () => {
      clearTimeout(timer);
      script.remove();
      resolve(isThere);
    };
    const timer = setTimeout(end(false), PATIENCE);
    script.onload = end(true);
    script.onerror = end(false);
    document.head.append(script);
  });
}

/**
 * @param list address of the list of parts.
 * @param pattern address of a part, with `*` for its name.
 */
export function loaderOf(list: string, pattern: string): Loader {
  let names: readonly string[] = [];
  let sizes: readonly number[] = [];
  let total = 0;
  let started: Promise<boolean> | null = null;
  const given = new Map<string, readonly string[]>();
  const parts = new Map<string, SearchPart>();
  const loading = new Map<string, Promise<SearchPart | null>>();

  const receiver: Receiver = {
    parts(given) {
      names = given.map(([name]) => name);
      sizes = given.map(([, records]) => records);
      total = sizes.reduce((sum, size) => sum + size, 0);
    },
    part(name, lines) {
      given.set(name, lines);
    },
  };
  Object.assign(globalThis, { pithSearch: receiver });

  async function load(name: string): Promise<SearchPart | null> {
    await loadScript(pattern.replace('*', name));
    // If it failed, the next search tries again.
    loading.delete(name);
    const lines = given.get(name);
    if (lines === undefined) return null;
    // Here and not where the data arrives, so that an error reaches the search.
    const made = new SearchPart(lines);
    given.delete(name);
    parts.set(name, made);
    return made;
  }

  function get(index: number): SearchPart | Promise<SearchPart | null> {
    const name = names[index] ?? '';
    const there = parts.get(name);
    if (there !== undefined) return there;
    const begun = loading.get(name) ?? load(name);
    loading.set(name, begun);
    return begun;
  }

  return {
    get sizes() {
      return sizes;
    },
    get total() {
      return total;
    },
    async start() {
      started ??= loadScript(list);
      const isThere = await started;
      if (!isThere) started = null;
      // Every search begins with the newest part.
      else if (names.length > 0) void get(0);
      return isThere;
    },
    get(index) {
      const wanted = get(index);
      if (wanted instanceof Promise) for (let i = 1; i <= AHEAD && index + i < names.length; i++) void get(index + i);
      return wanted;
    },
  };
}
