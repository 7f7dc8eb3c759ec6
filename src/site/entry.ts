/** What Astro bundles the pages into: itself with the pages, and what renders one of them. */
export { app, manifest } from 'astro/entrypoints/prerender';
export { renderPage } from './runtime.ts';
