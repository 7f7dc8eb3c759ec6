/**
 * Programs of others that tests hold the mirror to: one table, so that the pretest can install them and no test is silently
 * left out.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** For each command, the Debian package that has it. Add a row here, and call `findTool` or `needTool` in the test. */
export const TOOLS = {
  nginx: 'nginx-light',
  rsync: 'rsync',
  wget: 'wget',
} as const satisfies Readonly<Record<string, string>>;
export type ToolName = keyof typeof TOOLS;

// Debian keeps servers and tools of file systems out of a user's PATH.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The path of a command, or undefined if it is not installed. */
export function findTool(name: ToolName): string | undefined {
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
