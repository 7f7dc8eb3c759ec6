/**
 * How old a mirror's newest data is. The only place in a comparison that reads the clock.
 */
import { parseTimestamp } from '../protocol/index.ts';
import { MIRROR_MANIFEST, type Source } from './source.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `90m`, `12h`, `7d` or `2w` in milliseconds; null for anything else. */
export function parseAge(text: string): number | null {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([mhdw])$/.exec(text) ?? [];
  const milliseconds = UNITS[unit];
  return count === undefined || milliseconds === undefined ? null : Number(count) * milliseconds;
}

/** The time of a mirror's newest data according to its manifest; null if the manifest has none. */
export async function newestData(source: Source): Promise<string | null> {
  const answer = await source.file(MIRROR_MANIFEST, 1024 * 1024, true);
  if (answer.kind !== 'found') return null;
  try {
    const { generated_at: time } = JSON.parse(Buffer.from(answer.bytes).toString('utf8')) as Record<string, unknown>;
    return typeof time === 'string' && parseTimestamp(time) !== null ? time : null;
  } catch {
    return null;
  }
}

/**
 * Describes a problem with the age of a mirror's newest data; null if there is none.
 *
 * @param newest see {@link newestData}. @param maxAge in milliseconds. @param now milliseconds since 1970.
 */
export function ageProblem(name: string, newest: string | null, maxAge: number, now: number): string | null {
  if (newest === null) return `${name}: the age of its data is unknown: ${MIRROR_MANIFEST} names no time`;
  const age = now - Date.parse(newest);
  // Clocks differ; up to a minute is tolerated.
  if (age < -60_000) return `${name}: its newest data is from the future (${newest})`;
  if (age <= maxAge) return null;
  const days = age / 86_400_000;
  const words = days < 2 ? `${Math.floor(age / 3_600_000)} hours` : `${Math.floor(days)} days`;
  return `${name}: its newest data is ${words} old (${newest})`;
}
