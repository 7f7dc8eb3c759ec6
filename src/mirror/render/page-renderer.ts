/**
 * Renders pages out of Astro's own bundle of them, in this thread.
 *
 * Astro compiles the components, and they call `site/runtime.ts`, which renders them to text at once. This uses a lower-level
 * interface than the documented `astro build`, and is several times as fast. Hence the exact version of astro in package.json,
 * a test that compares the bytes of both ways, and `--renderer astro`.
 */
import { pathToFileURL } from 'node:url';
import type { PageProps } from './handoff.ts';

interface PageModule {
  readonly default: unknown;
}

interface Bundled {
  readonly manifest: {
    readonly pageMap: ReadonlyMap<string, () => Promise<{ page(): Promise<PageModule> }>>;
  };
  renderPage(page: unknown, props: PageProps): string;
}

/** A page's source, relative to `src/site/pages/`. */
export type PageSource = string;

export class PageRenderer {
  readonly #bundled: Bundled;
  readonly #modules = new Map<PageSource, PageModule>();

  private constructor(bundled: Bundled) {
    this.#bundled = bundled;
  }

  /** @param entry path of the bundle's entry, as `bundlePages` returns it. */
  static async load(entry: string): Promise<PageRenderer> {
    const bundled = (await import(pathToFileURL(entry).href)) as Bundled;
    const renderer = new PageRenderer(bundled);
    for (const [component, load] of bundled.manifest.pageMap) {
      const source = /(?<=(?:^|\/)src\/site\/pages\/).+/.exec(component)?.[0];
      if (source !== undefined) renderer.#modules.set(source, await (await load()).page());
    }
    return renderer;
  }

  get sources(): readonly PageSource[] {
    return [...this.#modules.keys()];
  }

  #module(source: PageSource): PageModule {
    const found = this.#modules.get(source);
    if (found === undefined) throw new RangeError(`expected one of ${this.sources.join(', ')}, got ${source}`);
    return found;
  }

  /** One page's HTML. */
  render(source: PageSource, props: PageProps): string {
    return this.#bundled.renderPage(this.#module(source).default, props);
  }
}

export const RECORD_PAGE: PageSource = 'pith/[suffix]/index.astro';
export const LIST_PAGE: PageSource = 'browse/[...shelf]/index.astro';
export const REPORT_PAGE: PageSource = 'mirror-report/[...part]/index.astro';
