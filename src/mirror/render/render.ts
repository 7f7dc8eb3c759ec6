/**
 * Drives Astro: bundles the pages, and nothing is written but where it is told to.
 *
 * Astro expects a project that it may write to, that holds its own dependencies, and to be started from there. An
 * installed program may lie in a folder that cannot be written, and its user stands elsewhere. So Astro's root is a
 * temporary folder, sources and output are absolute, and whatever would depend on the working folder is pinned below.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AstroInlineConfig, AstroIntegration, AstroPrerenderer } from 'astro';
import { PACKAGE_ROOT } from '../base/package.ts';

type VitePlugin = NonNullable<NonNullable<AstroInlineConfig['vite']>['plugins']>[number];
type Prerenderer = (standard: AstroPrerenderer) => AstroPrerenderer;

/** What compiled components import. */
const COMPILER_RUNTIME = 'astro/compiler-runtime';

/**
 * Generated code imports `astro/…` and has no folder of its own, so Vite would look for it from its root and from the
 * working folder. It is found from here, as Node finds it.
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
 * A component's source without the indentation of its markup, which would be a sixth of every page. Line breaks stay: pages are
 * readable as source, and a blank between two elements is one still.
 */
export function withoutIndentation(source: string): string {
  const end = source.startsWith('---') ? source.indexOf('\n---', 3) + '\n---'.length : 0;
  return source.slice(0, end) + source.slice(end).replaceAll(/\n\s+/g, '\n');
}

/** In both renderings, before Astro compiles the components. */
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
      // Only an adapter can say that what is made on the way goes to `build.server`. Without it, it goes to `.astro/` of
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
  /** A folder of the caller's for what Astro writes on its way; to be removed after. */
  readonly workDir: string;
  /** Gets the pages and the files of `public/`. What is there already stays. */
  readonly outDir: (root: string) => string;
  readonly prerenderer: (root: string) => Prerenderer;
  /** Whether components are compiled for `site/runtime.ts` instead of Astro's own runtime. */
  readonly isOfText: boolean;
}

async function runAstro({ workDir, outDir, prerenderer, isOfText }: AstroRun): Promise<void> {
  // The bundler knows files by their real names, and compares.
  const packageRoot = await realpath(PACKAGE_ROOT);
  await mkdir(workDir, { recursive: true });
  // Never used before: Node keeps a module by its path, and with it the list of records that it had then.
  const root = await mkdtemp(join(await realpath(workDir), 'render-'));
  // Else the nearest package.json above is read, which is somebody else's.
  await writeFile(join(root, 'package.json'), '{ "private": true, "type": "module" }\n');
  // Before Astro is loaded, for whoever uses this without the launcher: it would send a report of each build.
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
  nameHome(root);
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
      // Else the nearest tsconfig.json above is read, and fails the build where it is broken.
      resolve: { tsconfigPaths: false },
      // What is bundled runs from the temporary folder, where no package could be found.
      environments: { prerender: { resolve: { noExternal: true } } },
    },
  };
  await build(mergeConfig(settings.default, here));
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
      // The one moment when the bundle is on the disk: Astro removes it when it has rendered.
      setup: () => cp(join(root, 'server', '.prerender'), target, { recursive: true }),
      getStaticPaths: async () => [],
    }),
  });
  const entry = (await readdir(target)).find((name) => name.startsWith('prerender-entry.'));
  if (entry === undefined) throw new TypeError(`expected Astro to bundle an entry into ${target}, got none`);
  return entry;
}

/** Renders every page that is handed over, all by Astro itself: slower, and only by documented ways. */
export async function renderWithAstro(outDir: string, workDir: string): Promise<void> {
  await runAstro({ workDir, isOfText: false, outDir: () => outDir, prerenderer: () => (standard) => standard });
}
