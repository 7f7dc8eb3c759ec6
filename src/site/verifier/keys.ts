/** Keys that a reader pastes: a trust file, or one key. Pure. */
import type { ParseError, readTrust, sha256Hex, Trust } from '../../protocol/index.ts';

/** The functions of the protocol it needs, passed in so that they are not bundled into a second script. */
export interface KeyTools {
  readonly readTrust: typeof readTrust;
  readonly sha256Hex: typeof sha256Hex;
}

export interface PastedKey {
  /** A trust file's text, or 32 bytes as hexadecimal or base64. */
  readonly text: string;
  /** For a bare key: the `key_id` under which bundles name it, and its role. */
  readonly keyId: string;
  readonly role: string;
}

const HEX = /^[0-9a-f]{64}$/i;
/** 32 bytes, with or without padding, of either alphabet. */
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

function bytesOf(text: string): Uint8Array | null {
  if (HEX.test(text)) return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (!BASE64.test(text)) return null;
  const binary = atob(text.slice(0, 43).replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Parses the pasted text.
 *
 * @returns the keys, or a message that says why there are none.
 */
export function readPastedKey({ text, keyId, role }: PastedKey, tools: KeyTools): Trust | string {
  const pasted = text.trim();
  if (pasted === '') return 'Paste a trust file, or a public key of 32 bytes in hexadecimal or base64.';
  const key = bytesOf(pasted.replaceAll(/\s/g, ''));
  if (key === null && !pasted.startsWith('{')) {
    return 'Expected a trust file (JSON, beginning with “{”), or a public key of 32 bytes: 64 hexadecimal digits or 44 characters of base64.';
  }
  if (key !== null && (keyId.trim() === '' || role.trim() === '')) {
    return 'A bare key needs two more things: the key id by which bundles name it, and its role.';
  }
  const member = {
    key_id: keyId.trim(),
    public_key_hex: hexOf(key ?? new Uint8Array()),
    role: role.trim(),
    fingerprint_sha256_hex: key === null ? '' : tools.sha256Hex(key).slice(0, 32),
  };
  try {
    return tools.readTrust(key === null ? pasted : { keys: [member] });
  } catch (error) {
    if (!(error instanceof Error && 'problems' in error)) throw error;
    const { problems } = error as ParseError;
    return `These keys cannot be used: ${problems.map(({ path, message }) => `${path === '' ? '' : `${path}: `}${message}`).join('; ')}.`;
  }
}
