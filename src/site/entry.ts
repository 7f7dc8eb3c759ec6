/** What Astro bundles the pages into: itself with the pages, and the function of its runtime that renders one. */
export { app, manifest } from 'astro/entrypoints/prerender';
export { renderToString } from 'astro/runtime/server/index.js';
