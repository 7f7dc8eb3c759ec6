/** What the origin's 1.53 million records would cost, from what was measured on fewer. */

export const ALL_RECORDS = 1_530_000;
/** GitHub Pages: a published site of at most 1 GB. */
export const PAGES_SITE_BYTES = 1e9;
/** The Internet Archive: at most 1,000 loose files and 100 GB in an item. */
export const ARCHIVE_ITEM_FILES = 1000;
export const ARCHIVE_ITEM_BYTES = 100e9;

/** One first build, as measured. */
export interface MeasuredBuild {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly siteBytes: number;
  readonly siteFiles: number;
}

export interface Estimate {
  readonly what: string;
  readonly value: string;
  /** The calculation, with its figures. */
  readonly from: string;
}

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/**
 * The estimates, from the build of the most records.
 *
 * @param builds first builds, at least one; with two sizes or more the growth of memory is known as well.
 */
export function estimate(builds: readonly MeasuredBuild[]): readonly Estimate[] {
  const sorted = builds.toSorted((a, b) => a.records - b.records);
  const largest = sorted.at(-1);
  if (largest === undefined) throw new RangeError('expected one build at least, got none');
  const { records, seconds, cpuSeconds, siteBytes, siteFiles } = largest;
  const times = ALL_RECORDS / records;
  const bytesEach = siteBytes / records;
  const filesEach = siteFiles / records;
  const perSite = Math.floor(PAGES_SITE_BYTES / bytesEach);
  const sites = Math.ceil(ALL_RECORDS / perSite);
  const bytes = times * siteBytes;
  const files = times * siteFiles;
  const of = `${number(records)} records`;
  const count = number(ALL_RECORDS);
  return [
    {
      what: 'time of one first build, on this machine',
      value: `${number((times * seconds) / 3600, 1)} h`,
      from: `${count} × ${number((1000 * seconds) / records, 2)} ms (${of} in ${number(seconds, 1)} s)`,
    },
    ...(cpuSeconds === null
      ? []
      : [
          {
            what: 'CPU time of it',
            value: `${number((times * cpuSeconds) / 3600, 1)} h`,
            from: `${count} × ${number((1000 * cpuSeconds) / records, 2)} ms`,
          },
        ]),
    memory(sorted),
    { what: 'bytes', value: `${number(bytes / 1e9, 1)} GB`, from: `${count} × ${number(bytesEach)} bytes` },
    { what: 'files', value: number(files), from: `${count} × ${number(filesEach, 2)} files` },
    {
      what: 'GitHub Pages sites, 1 GB each',
      value: number(sites),
      from: `1 GB / ${number(bytesEach)} bytes = ${number(perSite)} records a site`,
    },
    {
      what: 'time of one such shard, on this machine',
      value: `${number((perSite * seconds) / records, 0)} s`,
      from: `${number(perSite)} × ${number((1000 * seconds) / records, 2)} ms`,
    },
    {
      what: 'archive items, files loose',
      value: number(Math.max(Math.ceil(files / ARCHIVE_ITEM_FILES), Math.ceil(bytes / ARCHIVE_ITEM_BYTES))),
      from: `${number(files)} files / ${number(ARCHIVE_ITEM_FILES)}`,
    },
    {
      what: 'archive items, each shard packed in one file',
      value: number(Math.max(Math.ceil(sites / ARCHIVE_ITEM_FILES), Math.ceil(bytes / ARCHIVE_ITEM_BYTES))),
      from: `${number(bytes / 1e9, 1)} GB / 100 GB, not compressed`,
    },
  ];
}

/** Memory is not in proportion: what a program takes for itself, and what grows with the records. */
function memory(sorted: readonly MeasuredBuild[]): Estimate {
  const what = 'memory of the largest process, unsharded';
  const [small, large] = [sorted.at(0), sorted.at(-1)];
  if (small?.peakBytes == null || large?.peakBytes == null) return { what, value: 'not known', from: 'not measured' };
  if (small.records === large.records) return { what, value: 'not known', from: 'measured at one size only' };
  const each = Math.max(0, (large.peakBytes - small.peakBytes) / (large.records - small.records));
  const all = large.peakBytes + each * (ALL_RECORDS - large.records);
  return {
    what,
    value: `${number(all / 2 ** 30, 1)} GiB`,
    from: `${number(large.peakBytes / 2 ** 20)} MiB at ${number(large.records)}, and ${number(each)} bytes for each further record`,
  };
}
