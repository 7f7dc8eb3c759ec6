/** The server of `pith-mirror serve`, for tests: what readers see in a browser is what tests see. */
export { type ServedFolder, serveFolder } from '../../../src/network/static-server.ts';
