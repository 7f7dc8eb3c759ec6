/** What a sync did, for people and programs. */
import type { ReasonCode } from '../protocol/index.ts';

/** What became of one bundle, or of one thing that was asked for. */
export type Outcome =
  /** Verified and new: it is in the folder. */
  | 'kept'
  /** What a dry run would have fetched. */
  | 'would_fetch'
  /** An index lists it, but it is older than what is held and has no other events. */
  | 'older'
  /** The source's operator does not publish it, and says why. */
  | 'withheld'
  /** Not what it must be; the bytes are in the quarantine if they came whole. */
  | 'refused'
  /** It could not be fetched, or no source has it. */
  | 'failed';

export interface OutcomeLine {
  readonly outcome: Outcome;
  /** Null for a name that led to no record. */
  readonly suffix: string | null;
  readonly source: string;
  /** In the folder: the bundle, or the reason in the quarantine. */
  readonly file: string | null;
  readonly code: ReasonCode | null;
  readonly message: string | null;
}

export interface SourceLine {
  readonly source: string;
  /** What its snapshot says; null if it publishes no index. */
  readonly index: { readonly records: number; readonly states: string; readonly bundles: string } | null;
}

export interface SyncTotals {
  /** Bundles that were kept. */
  readonly kept: number;
  /** Records of which nothing was missing. */
  readonly held: number;
  /** Records or bundles that bring no event that is not held already. */
  readonly known: number;
  readonly older: number;
  readonly withheld: number;
  readonly refused: number;
  readonly failed: number;
  readonly would_fetch: number;
  /** After decompression. */
  readonly bytes: number;
}

export interface SyncReport {
  readonly sources: readonly SourceLine[];
  readonly totals: SyncTotals;
  /** Everything but records of which nothing was missing. */
  readonly records: readonly OutcomeLine[];
  /** Sources that changed while they were read, or contradict themselves or what they said before. */
  readonly contradictions: readonly string[];
}

interface Mark {
  readonly lines: number;
  readonly held: number;
  readonly known: number;
}

/** Collects what happens. */
export class SyncLog {
  readonly sources: SourceLine[] = [];
  readonly lines: OutcomeLine[] = [];
  readonly contradictions: string[] = [];
  held = 0;
  known = 0;
  bytes = 0;

  add(
    outcome: Outcome,
    suffix: string | null,
    source: string,
    more: { readonly file?: string | null; readonly code?: ReasonCode; readonly message?: string } = {},
  ): void {
    const { file = null, code = null, message = null } = more;
    this.lines.push({ outcome, suffix, source, file, code, message });
  }

  /** The present state, for {@link reset}. */
  mark(): Mark {
    return { lines: this.lines.length, held: this.held, known: this.known };
  }

  /** Forgets what was added since the mark; sources and bytes stay. */
  reset({ lines, held, known }: Mark): void {
    this.lines.length = lines;
    this.held = held;
    this.known = known;
  }

  report(): SyncReport {
    const count = (outcome: Outcome): number => this.lines.filter((line) => line.outcome === outcome).length;
    return {
      sources: this.sources,
      totals: {
        kept: count('kept'),
        held: this.held,
        known: this.known,
        older: count('older'),
        withheld: count('withheld'),
        refused: count('refused'),
        failed: count('failed'),
        would_fetch: count('would_fetch'),
        bytes: this.bytes,
      },
      records: this.lines,
      contradictions: this.contradictions,
    };
  }
}
