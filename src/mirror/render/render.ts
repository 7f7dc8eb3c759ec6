/**
 * Drives Astro: bundles the pages, and writes only to the folders it is given.
 *
 * Astro expects to be started in a writable project folder that contains its dependencies. An
 * installed program may be in a read-only folder, and its user works elsewhere. So Astro's root is a
 * temporary folder, sources and output are absolute, and everything that would depend on the working folder is pinned below.
 */
import { mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AstroInlineConfig, AstroIntegration, AstroPrerenderer } from 'astro';
import { assertNotInterrupted, onInterrupt } from '../base/interrupt.ts';
import { PACKAGE_ROOT } from '../base/package.ts';
import { copyTree } from '../base/tree.ts';

type VitePlugin = NonNullable<NonNullable<AstroInlineConfig['vite']>['plugins']>[number];
type Prerenderer = (standard: AstroPrerenderer) => AstroPrerenderer;

/** What compiled components import. */
const COMPILER_RUNTIME = 'astro/compiler-runtime';

/**
 * Generated code imports `astro/…` and has no folder of its own, so Vite would look for it from its root and from the
 * working folder. It is resolved from here, as Node would.
 */
function resolveAstro(entry: string, runtime: string | null): VitePlugin {
  return {
    name: 'pith-mirror:resolve-astro',
    enforce: 'pre',
    resolveId: {
      filter: { id: /^astro\// },
      handler: (id) => (id === COMPILER_RUNTIME && runtime !== null ? runtime : fileURLToPath(import.meta.resolve(id))),
    },
    // An adapter that sets a prerenderer has to name its entry.
    configEnvironment: (name) => (name === 'prerender' ? { build: { rolldownOptions: { input: entry } } } : undefined),
  };
}

/**
 * A component's source without the indentation of its markup, which would be a sixth of every page. Line breaks stay, so that
 * page sources are readable and white space between two elements is preserved.
 */
export function withoutIndentation(source: string): string {
  const end = source.startsWith('---') ? source.indexOf('\n---', 3) + '\n---'.length : 0;
  return source.slice(0, end) + source.slice(end).replaceAll(/\n\s+/g, '\n');
}

/** Used by both renderers, before Astro compiles the components. */
const WITHOUT_INDENTATION: VitePlugin = {
  name: 'pith-mirror:without-indentation',
  enforce: 'pre',
  load: {
    filter: { id: /\.astro$/ },
    handler: async (id) => withoutIndentation(await readFile(id, 'utf8')),
  },
};

function integration(prerenderer: Prerenderer): AstroIntegration {
  return {
    name: 'pith-mirror',
    hooks: {
      // Only an adapter can send intermediate files to `build.server`. Without one, they go to `.astro/` in
      // the working folder, where two builds destroy each other's.
      'astro:config:done': ({ setAdapter }) =>
        setAdapter({
          name: 'pith-mirror',
          entrypointResolution: 'auto',
          supportedAstroFeatures: { staticOutput: 'stable' },
          adapterFeatures: { buildOutput: 'static', preserveBuildServerDir: true },
        }),
      'astro:build:start': ({ setPrerenderer }) => setPrerenderer(prerenderer),
    },
  };
}

/** Libraries ask for the user's home folder while they load. A user of a container may have none, and then the question throws. */
function nameHome(instead: string): void {
  try {
    homedir();
  } catch {
    process.env.HOME = instead;
  }
}

interface AstroRun {
  /** The caller's folder for Astro's intermediate files; the caller removes it afterwards. */
  readonly workDir: string;
  /** Receives the pages and the files of `public/`. Existing files stay. */
  readonly outDir: (root: string) => string;
  readonly prerenderer: (root: string) => Prerenderer;
  /** Whether components are compiled for `site/runtime.ts` instead of Astro's own runtime. */
  readonly isOfText: boolean;
}

async function runAstro({ workDir, outDir, prerenderer, isOfText }: AstroRun): Promise<void> {
  // The bundler compares files by their real paths.
  const packageRoot = await realpath(PACKAGE_ROOT);
  await mkdir(workDir, { recursive: true });
  // A new path each time: Node caches modules by path, and with them an earlier list of records.
  const root = await mkdtemp(join(await realpath(workDir), 'render-'));
  // Otherwise Astro reads the nearest package.json above, which belongs to another project.
  await writeFile(join(root, 'package.json'), '{ "private": true, "type": "module" }\n');
  // Set before Astro is loaded, for callers without the launcher: Astro would send telemetry for each build.
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
  // Vite writes it into the bundle, and a shell sets it to the command that it runs.
  delete process.env._;
  nameHome(root);
  const [{ build }, { mergeConfig }] = await Promise.all([import('astro'), import('astro/config')]);
  // Imported by URL, because it is outside of the files compiled for the package.
  const settings = (await import(pathToFileURL(join(packageRoot, 'astro.config.mjs')).href)) as {
    readonly default: AstroInlineConfig;
  };
  const here: AstroInlineConfig = {
    configFile: false,
    // Errors are thrown, not logged.
    logLevel: 'silent',
    mode: 'production',
    root,
    cacheDir: join(root, 'cache'),
    srcDir: join(packageRoot, 'src/site'),
    // There is none: the build writes the hand-made files itself, and where another user owns all files, Vite cannot copy any.
    publicDir: join(root, 'public'),
    outDir: resolve(outDir(root)),
    build: { server: join(root, 'server') },
    integrations: [integration(prerenderer(root))],
    vite: {
      build: { emptyOutDir: false },
      plugins: [
        WITHOUT_INDENTATION,
        resolveAstro(
          join(packageRoot, 'src/site/entry.ts'),
          isOfText ? join(packageRoot, 'src/site/runtime.ts') : null,
        ),
      ],
      // Otherwise Astro reads the nearest tsconfig.json above, and a broken one fails the build.
      resolve: { tsconfigPaths: false },
      // The bundle runs from the temporary folder, from which packages cannot be resolved.
      environments: { prerender: { resolve: { noExternal: true } } },
    },
  };
  assertNotInterrupted();
  const running = build(mergeConfig(settings.default, here));
  // Astro cannot be stopped, and makes folders again that were removed: a signal must wait before it removes the temporary ones.
  const settled = onInterrupt(() => Promise.allSettled([running]));
  try {
    await running;
  } finally {
    await settled();
  }
  assertNotInterrupted();
}

/**
 * Bundles the pages, for `PageRenderer`.
 *
 * @param target a folder that does not exist yet.
 * @returns the name of the entry in it.
 */
export async function bundlePages(target: string, workDir: string): Promise<string> {
  await runAstro({
    workDir,
    isOfText: true,
    outDir: (root) => join(root, 'out'),
    prerenderer: (root) => (standard) => ({
      ...standard,
      // The bundle is on the disk only at this moment: Astro removes it after rendering.
      setup: async () => copyTree(join(root, 'server', '.prerender'), target),
      getStaticPaths: async () => [],
    }),
  });
  const entry = (await readdir(target)).find((name) => name.startsWith('prerender-entry.'));
  if (entry === undefined) throw new TypeError(`expected Astro to bundle an entry into ${target}, got none`);
  return entry;
}

/** Renders all pages with Astro itself: slower, but only through documented interfaces. A signal ends it at the next page. */
export async function renderWithAstro(outDir: string, workDir: string): Promise<void> {
  await runAstro({
    workDir,
    isOfText: false,
    outDir: () => outDir,
    prerenderer: () => (standard) => ({
      ...standard,
      render: (request, options) => {
        assertNotInterrupted();
        return standard.render(request, options);
      },
    }),
  });
}
