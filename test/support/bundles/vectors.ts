/** The data files of test/vectors, as the project was given them. */
import { readFileSync } from 'node:fs';
import { readTrust, type Trust } from '../../../src/protocol/index.ts';

const folder = new URL('../../vectors/', import.meta.url);

export function vectorBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

/** One value a line. */
export function vectorLines<T>(name: string): readonly T[] {
  const text = new TextDecoder().decode(vectorBytes(name));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

export const SEED_SUFFIX = '4MJCW2CW2IJI4KFD2N5O7KXTYZ';

/** The one complete real bundle. */
export function seedBytes(): Uint8Array {
  return vectorBytes(`${SEED_SUFFIX}.bundle.json`);
}

export function seedText(): string {
  return new TextDecoder().decode(seedBytes());
}

/** The trust file that comes with the program. */
export function defaultTrust(): Trust {
  return readTrust(new Uint8Array(readFileSync(new URL('../../../src/mirror/trust.json', import.meta.url))));
}

/** A made-up paper of readers/papers.json. */
export interface ReadersPaper {
  /** The fault's number and what it is. */
  readonly name: string;
  readonly id: string;
  readonly version?: number;
  readonly title: string;
  readonly authors: string;
  readonly abstract?: string;
}

/** Papers that citation tools and readers once got wrong. */
export const READERS_PAPERS: readonly ReadersPaper[] = JSON.parse(
  new TextDecoder().decode(vectorBytes('readers/papers.json')),
);

/** What people type into a search, and a word for the record that they mean. */
export const READERS_QUERIES: readonly (readonly [typed: string, wanted: string])[] = JSON.parse(
  new TextDecoder().decode(vectorBytes('readers/queries.json')),
);
