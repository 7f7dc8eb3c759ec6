/**
 * Drives Astro: every page of the site into one folder, and nothing written elsewhere.
 *
 * Astro expects a project that it may write to, that holds its own dependencies, and to be started from there. An
 * installed program may lie in a folder that cannot be written, and its user stands elsewhere. So Astro's root is a
 * temporary folder, sources and output are absolute, and whatever would depend on the working folder is pinned below.
 */
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AstroInlineConfig, AstroIntegration } from 'astro';
import { catalogueOfPlan } from './documents.ts';
import { handOver } from './handoff.ts';
import { PACKAGE_ROOT } from './package.ts';
import type { MirrorPlan } from './plan.ts';

export interface RenderOptions {
  readonly plan: MirrorPlan;
  /** Gets the pages and the files of `public/`. What is there already stays. */
  readonly outDir: string;
  /** A folder of the caller's for what Astro writes on its way; to be removed after. */
  readonly workDir: string;
  readonly onRecord: () => void;
}

/** Pages rendered side by side: the most that measurably helped, since one waits for the disk while another renders. */
const CONCURRENT_PAGES = 16;

type VitePlugin = NonNullable<NonNullable<AstroInlineConfig['vite']>['plugins']>[number];

/**
 * Generated code imports `astro/…` and has no folder of its own, so Vite would look for it from its root and from the
 * working folder. It is found from here, as Node finds it.
 */
const RESOLVE_ASTRO: VitePlugin = {
  name: 'pith-mirror:resolve-astro',
  enforce: 'pre',
  resolveId: { filter: { id: /^astro\// }, handler: (id) => fileURLToPath(import.meta.resolve(id)) },
  // An adapter that sets a prerenderer has to name its entry; ours is Astro's own.
  configEnvironment: (name) =>
    name === 'prerender' ? { build: { rolldownOptions: { input: 'astro/entrypoints/prerender' } } } : undefined,
};

function integration(onRecord: () => void): AstroIntegration {
  return {
    name: 'pith-mirror',
    hooks: {
      // Only an adapter can say that what is made on the way goes to `build.server`. Without it, it goes to `.astro/` of
      // the working folder, where two builds destroy each other's.
      'astro:config:done': ({ setAdapter }) =>
        setAdapter({
          name: 'pith-mirror',
          entrypointResolution: 'auto',
          supportedAstroFeatures: { staticOutput: 'stable' },
          adapterFeatures: { buildOutput: 'static', preserveBuildServerDir: true },
        }),
      'astro:build:start': ({ setPrerenderer }) =>
        setPrerenderer((standard) => ({
          ...standard,
          async render(request, options) {
            const result = await standard.render(request, options);
            if (options.routeData.params.includes('suffix')) onRecord();
            return result;
          },
        })),
    },
  };
}

/**
 * Renders every page of the plan. One site at a time in a process.
 *
 * @throws what a page throws; then `outDir` holds a part of a site.
 */
export async function renderPages({ plan, outDir, workDir, onRecord }: RenderOptions): Promise<void> {
  // The bundler knows files by their real names, and compares.
  const packageRoot = await realpath(PACKAGE_ROOT);
  await mkdir(workDir, { recursive: true });
  // Never used before: Node keeps a module by its path, and with it the list of records that it had then.
  const root = await mkdtemp(join(await realpath(workDir), 'render-'));
  // Else the nearest package.json above is read, which is somebody else's.
  await writeFile(join(root, 'package.json'), '{ "private": true, "type": "module" }\n');
  // Before Astro is loaded, for whoever uses this without the launcher: it would send a report of each build.
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
  const [{ build }, { mergeConfig }] = await Promise.all([import('astro'), import('astro/config')]);
  // By its address, since it lies outside of what is compiled for the package.
  const settings = (await import(pathToFileURL(join(packageRoot, 'astro.config.mjs')).href)) as {
    readonly default: AstroInlineConfig;
  };
  const here: AstroInlineConfig = {
    configFile: false,
    // What goes wrong is thrown.
    logLevel: 'silent',
    mode: 'production',
    root,
    cacheDir: join(root, 'cache'),
    srcDir: join(packageRoot, 'src/site'),
    publicDir: join(packageRoot, 'public'),
    outDir: resolve(outDir),
    build: { server: join(root, 'server'), concurrency: CONCURRENT_PAGES },
    integrations: [integration(onRecord)],
    vite: {
      build: { emptyOutDir: false },
      plugins: [RESOLVE_ASTRO],
      // Else the nearest tsconfig.json above is read, and fails the build where it is broken.
      resolve: { tsconfigPaths: false },
      // What is bundled runs from the temporary folder, where no package could be found.
      environments: { prerender: { resolve: { noExternal: true } } },
    },
  };
  const bySuffix = new Map(plan.records.map((entry) => [entry.identified.suffix, entry]));
  const release = handOver({
    context: plan,
    suffixes: [...bySuffix.keys()],
    record: (suffix) => {
      const entry = bySuffix.get(suffix);
      if (entry === undefined) throw new RangeError(`expected a suffix of the plan, got ${suffix}`);
      return entry;
    },
    catalogue: () => catalogueOfPlan(plan),
  });
  try {
    await build(mergeConfig(settings.default, here));
  } finally {
    release();
  }
}
