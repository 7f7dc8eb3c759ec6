/** `pith-mirror serve`: look at a site before it is published. */
import { resolve } from 'node:path';
import { messageOf, UsageError } from '../mirror/base/failure.ts';
import { serveFolder } from '../network/static-server.ts';
import { EXIT, isFolder, parseOptions, singleArgument, userPath } from './command.ts';
import { print } from './streams.ts';
import { complain, printable } from './terminal.ts';

export const SERVE_HELP = `pith-mirror serve [DIR] [--base /repo/] [--port N]

Serves the site in DIR [dist] to browsers on this machine, as a host would: with the right types, ranges, and 404.html.
Other machines cannot connect. Press Ctrl-C to stop it.

  --base /repo/  the path of the site on its host, as on GitHub Pages [/]
  --port N       the port; 0 for any that is free [8080]

Exit code: 130 stopped with Ctrl-C, 143 stopped by SIGTERM; 1 the port cannot be used; 2 wrong usage.
`;

const DEFAULT_PORT = 8080;

function portOption(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError(`--port: expected a number from 0 to 65535 (found ${JSON.stringify(text)})`);
  return Number(text);
}

/** `/repo/` of `repo`, `/repo` and `/repo/`. */
function baseOption(text = '/'): string {
  const base = `/${text.replace(/^\/+|(?<!\/)\/+$/g, '')}/`.replace('//', '/');
  if (!/^\/(?:[\w.~-]+\/)*$/.test(base))
    throw new UsageError(`--base: expected a path such as /repo/ (found ${JSON.stringify(text)})`);
  return base;
}

export async function serve(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { base: { type: 'string' }, port: { type: 'string' } });
  const given = singleArgument(positionals);
  const folder = given === undefined ? resolve('dist') : userPath(given);
  const base = baseOption(values.base);
  const port = portOption(values.port);
  if (!(await isFolder(folder))) throw new UsageError(`${folder} is not a folder`);
  let served: Awaited<ReturnType<typeof serveFolder>>;
  try {
    served = await serveFolder(folder, base, port);
  } catch (error) {
    complain(`${messageOf(error)}; choose another port with --port, or any free one with --port 0`);
    return EXIT.FAILED;
  }
  print(`${printable(folder)} is served at ${served.url} (press Ctrl-C to stop)\n`);
  // A signal ends the program; see signals.ts.
  return new Promise(() => undefined);
}
