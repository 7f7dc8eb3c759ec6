// @ts-check
import { defineConfig, passthroughImageService } from 'astro/config';

/** The site's settings, for `astro check` as they are; `src/mirror/render.ts` adds where to read and where to write. */
export default defineConfig({
  srcDir: './src/site',
  publicDir: './public',
  output: 'static',
  trailingSlash: 'ignore',
  // Text from bundles stays as it is, and so do the blanks between elements.
  compressHTML: false,
  build: { format: 'preserve' },
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
});
