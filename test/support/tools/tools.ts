/**
 * Other programs with which tests check the mirror: one table, so that the pretest can install them and no test is silently skipped.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** For each command, the Debian package that has it. Add a row here, and call `findTool` or `needTool` in the test. */
export const TOOLS = {
  '7z': 'p7zip-full',
  bsdtar: 'libarchive-tools',
  ia: 'internetarchive',
  jq: 'jq',
  'kiwix-serve': 'kiwix-tools',
  nginx: 'nginx-light',
  openssl: 'openssl',
  'mkfs.exfat': 'exfatprogs',
  'mount.exfat-fuse': 'exfat-fuse',
  opentimestamps: 'python3-opentimestamps',
  python3: 'python3',
  rsync: 'rsync',
  unzip: 'unzip',
  wget: 'wget',
  zimcheck: 'zim-tools',
  zimwriterfs: 'zim-tools',
  zip: 'zip',
  // TeX: the engine with what biblatex needs of LaTeX, BibTeX, biber, and biblatex, of which bibexport is a neighbour.
  pdflatex: 'texlive-latex-recommended',
  bibtex: 'texlive-binaries',
  biber: 'biber',
  bibexport: 'texlive-bibtex-extra',
} as const satisfies Readonly<Record<string, string>>;
export type ToolName = keyof typeof TOOLS;

/** Tools without a command, each with a file by which it is known. */
const FILES: Partial<Readonly<Record<ToolName, string>>> = {
  opentimestamps: '/usr/lib/python3/dist-packages/opentimestamps/core/timestamp.py',
};

// Debian keeps servers and tools of file systems out of a user's PATH.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The path of a command, or of the file that stands for a tool without one; undefined if it is not installed. */
export function findTool(name: ToolName): string | undefined {
  const file = FILES[name];
  if (file !== undefined) return existsSync(file) ? file : undefined;
  return FOLDERS.filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * The path of a command.
 *
 * @throws Error if it is not installed: the test that asks fails.
 */
export function needTool(name: ToolName): string {
  const path = findTool(name);
  if (path === undefined)
    throw new Error(`${name} is not installed. Run \`npm run pretest\` as root on Debian, or install ${TOOLS[name]}.`);
  return path;
}
