/** What lies in a folder on the disk. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';

/** Every file below a folder, as published paths, sorted. */
export function listSite(root: string, below = ''): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? listSite(root, path) : [path];
    })
    .sort(compareCodePoints);
}
