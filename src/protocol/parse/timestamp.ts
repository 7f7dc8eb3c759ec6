/** Timestamps of events: `YYYY-MM-DDTHH:MM:SS`, at most 9 fraction digits, `Z`, a real date (README.md, section 7). */

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * An instant as text that sorts as time does: `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn`, always nine fraction digits.
 * A number of milliseconds would lose digits.
 */
export type Instant = string;

/** The number of two decimal digits. */
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;

/** The instant of a timestamp, or null if the text is not one. Leap seconds (`:60`) have never been observed and are refused. */
export function parseTimestamp(text: string): Instant | null {
  if (!TIMESTAMP.test(text)) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  if (year < 1 || day < 1 || day > days) return null;
  if (twoDigits(text, 11) > 23 || twoDigits(text, 14) > 59 || twoDigits(text, 17) > 59) return null;
  return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(9, '0')}`;
}
