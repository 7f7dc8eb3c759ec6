/**
 * Chooses the files that an audit checks, if it does not check all of them. Pure.
 *
 * The choice depends only on the mirror's root. So a second audit of the same site repeats the first one, and
 * a host cannot know which files will be checked before it has decided what to serve.
 */
import { sha256 } from '../records/lists.ts';

/** Number i of an endless row of whole numbers from 0 to 2^48 - 1. */
export function draw(root: string, i: number): number {
  return Number.parseInt(sha256(`${root}${i}`).slice(0, 12), 16);
}

/**
 * Chooses one of several groups, each as often as it has members, and a member of it.
 *
 * @param sizes of the groups; at least one is not 0.
 * @returns the number of the group, and a number below its size.
 */
export function choose(drawn: number, sizes: readonly number[]): readonly [group: number, member: number] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) throw new RangeError('expected a group with members, got none');
  let left = drawn % total;
  for (const [group, size] of sizes.entries()) {
    if (left < size) return [group, left];
    left -= size;
  }
  throw new RangeError('expected sizes that are not negative');
}

/** How probable it is that a sample finds damage of this share of the files. */
export function detection(sample: number, share: number): number {
  return 1 - (1 - share) ** sample;
}
