/** Reports what a sync did, for people and programs. */
import type { ReasonCode } from '../../protocol/index.ts';

/** The outcome for one bundle, or for one requested name. */
export type SyncOutcome =
  /** Verified and new: it is in the folder. */
  | 'kept'
  /** What a dry run would have fetched. */
  | 'would_fetch'
  /** An index lists it, but it is older than a bundle in the folder and has no other events. */
  | 'older'
  /** The source's operator does not publish it, and says why. */
  | 'withheld'
  /** A note in the folder excludes the record, so it is not fetched. */
  | 'excluded'
  /** Refused; the bytes are in the quarantine if they arrived complete. */
  | 'refused'
  /** It could not be fetched, or no source has it. */
  | 'failed';

export interface OutcomeLine {
  readonly outcome: SyncOutcome;
  /** Null for a name that matched no record. */
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
  /** Records that were already complete. */
  readonly held: number;
  /** Records or bundles without new events. */
  readonly known: number;
  readonly older: number;
  readonly withheld: number;
  readonly excluded: number;
  readonly refused: number;
  readonly failed: number;
  readonly would_fetch: number;
  /** After decompression. */
  readonly bytes: number;
}

export interface SyncReport {
  readonly sources: readonly SourceLine[];
  readonly totals: SyncTotals;
  /** Everything except records that were already complete. */
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
    outcome: SyncOutcome,
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

  /** What was added since the mark, as one line of JSON. */
  since({ lines, held, known }: Mark): string {
    return JSON.stringify({ lines: this.lines.slice(lines), held: this.held - held, known: this.known - known });
  }

  /** Adds what {@link since} gave. */
  addAll(text: string): void {
    const { lines, held, known } = JSON.parse(text) as Omit<Mark, 'lines'> & { readonly lines: readonly OutcomeLine[] };
    for (const line of lines) this.lines.push(line);
    this.held += held;
    this.known += known;
  }

  report(): SyncReport {
    const count = (outcome: SyncOutcome): number => this.lines.filter((line) => line.outcome === outcome).length;
    return {
      sources: this.sources,
      totals: {
        kept: count('kept'),
        held: this.held,
        known: this.known,
        older: count('older'),
        withheld: count('withheld'),
        excluded: count('excluded'),
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
