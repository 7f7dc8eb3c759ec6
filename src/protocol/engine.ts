/** The two primitives under the protocol. Pure TypeScript by default; a caller may pass faster ones. */

/** The names of the engines an operator can choose. `noble` is the reference. */
export const ENGINE_NAMES = ['noble', 'openssl'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * Computes digests and verifies signatures.
 *
 * All engines must give the same answers as the reference. An engine is an argument, like trust; no document can
 * influence which one is used.
 */
export interface Engine {
  readonly name: EngineName;
  /** SHA-256 of bytes, or of the UTF-8 bytes of well-formed text, as 64 lower-case hexadecimal digits. */
  sha256Hex(data: Uint8Array | string): string;
  /**
   * Whether an Ed25519 signature by this key over this message is valid, by the rules of `verifySignature`.
   *
   * Returns false for bytes that are not a key or not a signature. An exception is never a verdict: it means that the
   * engine, or the machine below it, does not work.
   *
   * @param publicKey 32 bytes, raw.
   * @param signature 64 bytes: R, then S little-endian.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * Verification does not work here: an engine gave a wrong answer, or two engines gave different ones.
 *
 * It is never a verdict. A caller that catches it must report that nothing could be checked, and nothing about any document.
 */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
}
