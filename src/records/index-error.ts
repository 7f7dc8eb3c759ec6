/** An index file that is malformed, or does not match the list above it. */
export class IndexError extends Error {
  override readonly name = 'IndexError';
  /** Path of the file in the site. */
  readonly path: string;

  /** @param line from 1; 0 if the problem is the file as a whole. */
  constructor(path: string, line: number, message: string) {
    super(`${path}${line > 0 ? `:${line}` : ''}: ${message}`);
    this.path = path;
  }
}

/** The lines of a file in which every line ends with LF. @throws IndexError if the last one does not. */
export function linesOf(path: string, text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new IndexError(path, lines.length + 1, 'expected a line feed at the end of the file');
  return lines;
}

/** Throws unless the keys of the lines are sorted bytewise, each once. All of them are ASCII. */
export function requireOrder(path: string, keys: readonly string[]): void {
  for (const [i, key] of keys.entries()) {
    const before = keys[i - 1];
    if (before !== undefined && before >= key)
      throw new IndexError(path, i + 1, `expected lines in order, each once (found ${key} after ${before})`);
  }
}

/** The start of a line, for a message. */
export const excerpt = (line: string): string => JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
