/** Errors as messages to another thread or process: an error does not cross whole, neither its class nor its code. */
import { EngineError } from '../../protocol/index.ts';
import { BuildError, codeOf } from './failure.ts';

export interface SentError {
  readonly isBuildError: boolean;
  readonly code: unknown;
  readonly message: string;
  readonly stack: string;
}

/** The message for whatever was thrown. */
export function sentError(thrown: unknown): SentError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message, stack = '' } = error;
  // The system's own words are clear enough. Their `syscall` is not sent, and without it they would look like a defect.
  const isBuildError = error instanceof BuildError || error instanceof EngineError || 'syscall' in error;
  return { isBuildError, code: codeOf(error), message, stack };
}

/** A BuildError, or a copy of the error that was thrown where the message comes from; either with its code, if it had one. */
export function receivedError({ isBuildError, code, message, stack }: SentError): Error {
  const error = isBuildError ? new BuildError(message) : Object.assign(new Error(message), { stack });
  return code === undefined ? error : Object.assign(error, { code });
}
