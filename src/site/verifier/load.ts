/** Loads a script when it is needed. */

/** Milliseconds after which loading a script fails. */
const PATIENCE = 60_000;

/** A file is missing, damaged or did not arrive. This says nothing about the browser or the record. */
export class NotLoaded extends Error {}

/** What was asked for before, by address. */
const begun: Record<string, Promise<unknown>> = {};

/** Loads a classic script once, which works from `file:` too. After a failure, the next call tries again. @throws NotLoaded */
export function load(src: string): Promise<unknown> {
  begun[src] ??= fetched(src).catch((error: unknown) => {
    delete begun[src];
    throw error;
  });
  return begun[src];
}

function fetched(src: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = resolve;
    script.onerror = () => reject(new NotLoaded(`${src} is missing next to this page.`));
    setTimeout(() => reject(new NotLoaded(`${src} did not arrive within ${PATIENCE / 1000} seconds.`)), PATIENCE);
    script.src = src;
    document.head.append(script);
  });
}
