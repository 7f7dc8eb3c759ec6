/** The entry of Astro's bundle: all pages, and the function that renders one of them. */
export { app, manifest } from 'astro/entrypoints/prerender';
export { renderPage } from './runtime.ts';
