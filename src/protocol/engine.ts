/** The two primitives under the protocol, as a seam: pure by default, replaceable by whoever has faster ones. */

/** Names by which an operator chooses an engine. `noble` is the reference. */
export const ENGINE_NAMES = ['noble', 'openssl'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * What computes digests and judges signatures.
 *
 * All engines must give one answer to one question: the reference's. An engine is an argument, like trust; no document
 * has a say in it.
 */
export interface Engine {
  readonly name: EngineName;
  /** SHA-256 of bytes, or of the UTF-8 bytes of well-formed text, as 64 lower-case hexadecimal digits. */
  sha256Hex(data: Uint8Array | string): string;
  /**
   * Whether an Ed25519 signature is by the key over the message, by the rules of `verifySignature`.
   *
   * Bytes that are no key or no signature are answered with false. An exception is never an answer: it says that the
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
 * It is never a verdict. Whoever catches it says that nothing could be checked, and says nothing about any document.
 */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
}
