/** What a planned file will hold, as text. */
import { bytesOf, type Content } from '../../src/mirror/disk.ts';

export const textOf = (content: Content): string => new TextDecoder().decode(bytesOf(content));
