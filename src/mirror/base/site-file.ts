/** A published file, and one digest over several of them. */
import { createHash } from 'node:crypto';
import { compareCodePoints } from '../../protocol/index.ts';
import type { Content } from './disk.ts';

export interface SiteFile {
  /** See paths.ts. */
  readonly path: string;
  readonly content: Content;
}

/** One digest of some files: whatever differs in one of them, differs here. */
export function digestOfFiles(files: readonly SiteFile[]): string {
  const lines = files.map(({ path, content }) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`);
  return createHash('sha256').update(lines.sort(compareCodePoints).join('')).digest('hex');
}
