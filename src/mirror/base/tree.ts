/** What lies in a folder on the disk. */
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { copyNew } from './disk.ts';

/** Every file below a folder, as published paths, sorted. */
export function listSite(root: string, below = ''): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? listSite(root, path) : [path];
    })
    .sort(compareCodePoints);
}

/** Copies every file below a folder to a folder that has none of them yet. */
export function copyTree(from: string, to: string): void {
  for (const path of listSite(from)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyNew(join(from, path), join(to, path));
  }
}
