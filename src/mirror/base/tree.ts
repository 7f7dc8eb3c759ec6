/** What lies in a folder on the disk. */
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, parse, relative, sep } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { copyNew } from './disk.ts';

/** Whether the path `inner` is `outer` or lies in it. Links are not followed: give real paths where there may be some. */
export function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !parse(way).root);
}

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
