/** A new folder for each test, with input files in it. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { type InputFile, readInput } from '../../../src/mirror/read/read.ts';
import { ParseError } from '../../../src/protocol/index.ts';

export interface InputFolder {
  /** Absolute path of the folder. */
  path(): string;
  /** Absolute path of a name in it. */
  at(name: string): string;
  file(name: string): InputFile;
  /** Writes files that hold their own names. */
  put(...names: readonly string[]): Promise<void>;
  /** How reading ends: `read`, or the reason code. */
  codeOf(input: InputFile): string;
}

/** Call it once, at the top of a test file: every test gets a folder of its own. */
export function inputFolder(): InputFolder {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pith-mirror-read-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  return {
    path: () => folder,
    at,
    file: (name) => ({ name, path: at(name) }),
    async put(...names) {
      for (const name of names) {
        await mkdir(join(at(name), '..'), { recursive: true });
        await writeFile(at(name), name);
      }
    },
    codeOf(input) {
      try {
        readInput(input);
        return 'read';
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
        assert.equal(error.message.includes(folder), false, 'a message with an absolute path');
        return error.code;
      }
    },
  };
}
