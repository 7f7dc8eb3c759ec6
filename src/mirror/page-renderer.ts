/**
 * Renders pages out of Astro's own bundle of them, in this thread.
 *
 * `renderToString` of Astro's runtime is called with what a page of this site needs of a request: its params. That is a
 * lower door than the documented one (`astro build` renders too), and three times as fast; hence the exact version of
 * astro in package.json, a test that compares the bytes of both ways, and `--renderer astro`.
 */
import { pathToFileURL } from 'node:url';

export type Params = Readonly<Record<string, string | undefined>>;

interface PageModule {
  readonly default: unknown;
  readonly getStaticPaths?: () => readonly { readonly params: Params }[];
}

interface Bundled {
  readonly manifest: {
    readonly pageMap: ReadonlyMap<string, () => Promise<{ page(): Promise<PageModule> }>>;
    readonly compressHTML: unknown;
    readonly componentMetadata: unknown;
  };
  renderToString(result: object, page: unknown, props: object, slots: object, isPage: boolean): Promise<unknown>;
}

/** Of Astro's `SSRResult`, what rendering a page without islands, styles or scripts of Astro's reads. */
function requestOf({ manifest }: Bundled, params: Params): object {
  return {
    params,
    partial: false,
    compressHTML: manifest.compressHTML,
    componentMetadata: manifest.componentMetadata,
    createAstro: (props: object) => ({ props, params }),
    clientDirectives: new Map(),
    renderers: [],
    links: new Set(),
    scripts: new Set(),
    styles: new Set(),
    response: { status: 200, statusText: 'OK', headers: new Headers() },
    shouldInjectCspMetaTags: false,
    _metadata: {
      extraHead: [],
      extraScriptHashes: [],
      extraStyleHashes: [],
      hasDirectives: new Set(),
      hasHydrationScript: false,
      hasRenderedHead: false,
      hasRenderedServerIslandRuntime: false,
      headInTree: true,
      pendingSlotEvaluations: [],
      propagators: new Set(),
      renderedScripts: new Set(),
      rendererSpecificHydrationScripts: new Set(),
      routeHasPropagation: false,
      templateDepth: 0,
    },
  };
}

/** A page's source, relative to `src/site/pages/`. */
export type PageSource = string;

export class PageRenderer {
  readonly #bundled: Bundled;
  readonly #modules = new Map<PageSource, PageModule>();

  private constructor(bundled: Bundled) {
    this.#bundled = bundled;
  }

  /** @param entry path of the bundle's entry, as `bundlePages` gives it. */
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

  /** The params of each page that a source makes; one without any for a source without params. */
  paramsOf(source: PageSource): readonly Params[] {
    const { getStaticPaths } = this.#module(source);
    return getStaticPaths === undefined ? [{}] : getStaticPaths().map(({ params }) => params);
  }

  /** One page's HTML. What it shows is handed over before, see handoff.ts. */
  async render(source: PageSource, params: Params): Promise<string> {
    const page = this.#module(source).default;
    const html = await this.#bundled.renderToString(requestOf(this.#bundled, params), page, {}, {}, true);
    if (typeof html !== 'string') throw new TypeError(`expected ${source} to give a page, got a response`);
    return html;
  }
}
