/** Loads a script when it is needed. */

/** Milliseconds after which loading a script fails. */
const PATIENCE = 60_000;

/** A file is missing, damaged or did not arrive. This says nothing about the browser or the record. */
export class NotLoaded extends Error {}

/** Loads a classic script, which works from `file:` too. @throws NotLoaded */
export function load(src: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = resolve;
    script.onerror = () => reject(new NotLoaded(`${src} is missing next to this page.`));
    setTimeout(() => reject(new NotLoaded(`${src} did not arrive within ${PATIENCE / 1000} seconds.`)), PATIENCE);
    script.src = src;
    document.head.append(script);
  });
}
