/** The file in a shard’s site that a join needs. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentText } from '../base/disk.ts';
import { messageOf, UsageError } from '../base/failure.ts';
import { formatPart, parsePart } from '../base/jsonl.ts';
import { SHARD } from '../base/paths.ts';
import type { FileLine } from '../judge/report.ts';
import type { InputLine, RecordLine } from '../plan/lines.ts';
import type { WithheldLine } from '../plan/tombstone.ts';
import type { OperatorNote } from '../read/operator-note.ts';
import type { TimestampFile } from '../read/timestamps.ts';
import type { Shard } from './shard.ts';

/** What a shard brings to the join. */
export interface ShardContent {
  readonly head: {
    readonly shard: Shard;
    /** What has to be the same for all: the program, the keys, the address. */
    readonly key: string;
    /** The mirror's own note, which the join shows. */
    readonly operator: OperatorNote | null;
    /** The operator's timestamp proofs: only the join knows the snapshot of all records. */
    readonly timestamps: readonly TimestampFile[];
  };
  readonly lines: readonly InputLine[];
  /** Reports of what is rejected and no bundle: folders that could not be listed, timestamp proofs. */
  readonly unlisted: readonly FileLine[];
  readonly records: readonly RecordLine[];
  /** Records that the operator withholds. */
  readonly withheld: readonly WithheldLine[];
}

const PARTS = ['head', 'lines', 'unlisted', 'records', 'withheld'] as const;

/** The file of a shard's site by which it can be joined. */
export function formatShard(content: ShardContent): Uint8Array {
  const lines = content.lines.map((line) =>
    line.report === null ? line : { ...line, report: { ...line.report, text: contentText(line.report.text) } },
  );
  const parts = PARTS.map((name) =>
    Buffer.concat(Array.from(formatPart({ ...content, lines }[name]), (line) => Buffer.from(line))),
  );
  const lengths = parts.map(({ length }) => length);
  const digest = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ layout: 3, lengths, digest })}\n`), ...parts]);
}

/** @throws UsageError if the folder is not a shard's, or its file was changed. */
export async function readShard(folder: string): Promise<ShardContent> {
  const path = join(folder, SHARD);
  const no = (why: string): never => {
    throw new UsageError(`${folder} is not a shard that can be joined: ${why}`);
  };
  const bytes = await readFile(path).catch((error) => no(messageOf(error)));
  const end = bytes.indexOf(0x0a);
  let head: { readonly layout?: unknown; readonly lengths?: readonly number[]; readonly digest?: unknown } = {};
  try {
    head = JSON.parse(bytes.toString('utf8', 0, end)) as typeof head;
  } catch {
    no(`${SHARD} has no header line`);
  }
  if (
    head.layout !== 3 ||
    head.digest !==
      createHash('sha256')
        .update(bytes.subarray(end + 1))
        .digest('hex')
  )
    no(`${SHARD} was changed after it was written`);
  const content: Record<string, unknown> = {};
  let at = end + 1;
  for (const [i, name] of PARTS.entries()) {
    const length = head.lengths?.[i] ?? 0;
    content[name] = parsePart(bytes.subarray(at, at + length));
    at += length;
  }
  return content as unknown as ShardContent;
}
