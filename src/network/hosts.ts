/** Changes that well-known hosts make to a site, which an audit can excuse if it is told the host. Pure. */

import { HOST_NAMES, type HostName } from '../mirror/plan/host-files.ts';

/** The hosts that `--host` names: those that `build --host` writes for. */
export { HOST_NAMES, type HostName };

interface Allowance {
  /** What an audit found. */
  readonly problem: 'changed' | 'missing';
  readonly paths: RegExp;
  /** What the host does, for the report. */
  readonly words: string;
}

const ALLOWANCES: Readonly<Record<HostName, readonly Allowance[]>> = {
  static: [],
  'github-pages': [],
  'cloudflare-pages': [
    {
      problem: 'changed',
      paths: /^robots\.txt$/,
      words: 'Cloudflare puts its managed content signals in front of robots.txt (setting “Manage your robots.txt”)',
    },
  ],
  netlify: [
    {
      problem: 'missing',
      paths: /^\.(?!well-known\/)/,
      words: 'Netlify does not publish files whose name begins with a dot, except those in .well-known',
    },
  ],
};

/** Why a problem is excused on this host; null if it is not. */
export function allowanceOf(host: HostName, problem: string, path: string): string | null {
  const found = ALLOWANCES[host].find((allowance) => allowance.problem === problem && allowance.paths.test(path));
  return found?.words ?? null;
}
