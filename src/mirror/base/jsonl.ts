/** JSON in lines: how the cache and shard files store lists that may be too long for one string. */
/** Items in a line: few enough that a line passes through the buffer of `disk.ts`, and needs no memory of its own. */
const BLOCK = 256;

/** Lines of JSON: a list in blocks, since a line is one string, and all of them at once would double what is in memory. */
export function* formatPart(value: unknown): Generator<string> {
  if (!Array.isArray(value)) {
    yield `${JSON.stringify(value)}\n`;
    return;
  }
  yield '[]\n';
  for (let at = 0; at < value.length; at += BLOCK) yield `${JSON.stringify(value.slice(at, at + BLOCK))}\n`;
}

export function parsePart(bytes: Buffer): unknown {
  const values: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    values.push(JSON.parse(bytes.toString('utf8', at, end)));
    at = end + 1;
  }
  const [first] = values;
  return Array.isArray(first) ? values.flat() : first;
}
