/** The trust file: the public keys that the operator pins. */
import { readFile } from 'node:fs/promises';
import { ParseError, readTrust, type Trust } from '../../protocol/index.ts';
import { messageOf, UsageError } from '../base/failure.ts';

/** The value of a trust file with these keys. */
export function trustDocument(trust: Trust): object {
  const keys = trust.keys.map(({ keyId, publicKeyHex, role, fingerprint }) => ({
    key_id: keyId,
    public_key_hex: publicKeyHex,
    role,
    fingerprint_sha256_hex: fingerprint,
  }));
  return { keys };
}

/** @throws UsageError if the file cannot be read or is no trust file. */
export async function loadTrust(path: string): Promise<Trust> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    throw new UsageError(`trust file ${path}: ${messageOf(error)}`);
  }
  try {
    return readTrust(bytes);
  } catch (error) {
    if (error instanceof ParseError) throw new UsageError(`trust file ${path}: ${error.message}`);
    throw error;
  }
}
