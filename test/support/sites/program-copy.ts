/** The program in a folder of another name. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './cli.ts';

const PARTS = ['src', 'public', 'package.json', 'tsconfig.json', 'astro.config.mjs', 'README.md', 'LICENSE'] as const;

/** Copies the program's own files; the packages of this checkout are behind a link. */
export function copyProgram(root: string): void {
  mkdirSync(root, { recursive: true });
  for (const part of PARTS) cpSync(join(PROJECT, part), join(root, part), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
}
