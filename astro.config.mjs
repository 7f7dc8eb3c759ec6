// @ts-check
import { defineConfig, passthroughImageService } from 'astro/config';

/** The site's settings, for `astro check` as they are; `src/mirror/render/render.ts` adds where to read and where to write. */
export default defineConfig({
  srcDir: './src/site',
  publicDir: './public',
  output: 'static',
  trailingSlash: 'ignore',
  // Text from bundles stays as it is, and so do the blanks between elements.
  compressHTML: false,
  // Each page lies where its source does: `index.astro` in a folder, `verify.html` as a file.
  build: { format: 'preserve' },
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
});
