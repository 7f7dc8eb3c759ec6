/** Timestamps of events: `YYYY-MM-DDTHH:MM:SS`, at most 9 fraction digits, `Z`, a real date (section 7). */

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * An instant as text that sorts as time does: `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn`, always nine fraction digits.
 * A number of milliseconds would lose digits.
 */
export type Instant = string;

/** The instant of a timestamp, or null where it is none. Leap seconds (`:60`) were never seen and are refused. */
export function parseTimestamp(text: string): Instant | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  if (year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return null;
  return `${text.slice(0, 19)}.${(match[7] ?? '').padEnd(9, '0')}`;
}
