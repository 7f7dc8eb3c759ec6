/** Makes untrusted text safe to read: characters that are invisible or change the direction of text are shown as code points. */
import { hasUnseen, UNSEEN } from '../../formats/unseen.ts';

// Joiners are kept, because some scripts cannot be written without them.
const SEEN_AS_THEY_ARE: ReadonlySet<string> = new Set(['\t', '\n', '\u200c', '\u200d']);

export interface TextPart {
  readonly text: string;
  /** Whether `text` names an invisible character: `U+202E`. */
  readonly isUnseen: boolean;
}

/** Splits text into parts that are shown unchanged and code points shown by name. */
export function visibleParts(text: string): readonly TextPart[] {
  if (!hasUnseen(text.replaceAll(/[\t\n]/g, ' '))) return [{ text, isUnseen: false }];
  const parts: { text: string; isUnseen: boolean }[] = [];
  for (const char of text) {
    const isUnseen = UNSEEN.test(char) && !SEEN_AS_THEY_ARE.has(char);
    const shown = isUnseen ? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` : char;
    const last = parts.at(-1);
    if (last !== undefined && !isUnseen && !last.isUnseen) last.text += shown;
    else parts.push({ text: shown, isUnseen });
  }
  return parts;
}

/** The same as plain text, for places without elements: a page's title, an attribute. */
export function visibleText(text: string): string {
  if (!hasUnseen(text)) return text;
  return visibleParts(text)
    .map((part) => (part.isUnseen ? `[${part.text}]` : part.text))
    .join('');
}
