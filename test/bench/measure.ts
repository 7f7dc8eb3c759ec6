/** Runs one process and tells what it cost: wall time, CPU time with all its children, memory of the largest process. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cost {
  /** Wall time. */
  readonly seconds: number;
  /** User and system time of the process and of all that it waited for; null if the system does not tell (no /proc). */
  readonly cpuSeconds: number | null;
  /** Resident memory of the largest process at its peak; null if the system does not tell. */
  readonly peakBytes: number | null;
}

export interface Finished extends Cost {
  readonly stdout: string;
}

/** Linux counts in hundredths of a second towards programs, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;
const SAMPLE_EVERY_MS = 25;
/** Characters of a program's output that are kept: its end. */
const KEPT = 10_000;

/** CPU time of all children that ended and were waited for, theirs included. */
function childrenSeconds(): number | null {
  try {
    // The name in parentheses may hold spaces; cutime and cstime are the 14th and 15th field after it.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended, or this is no Linux.
    return '';
  }
}

/** The largest peak among a process and its descendants, as far as they still run. */
function peakOf(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1];
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return Math.max(peak === undefined ? 0 : Number(peak) * 1024, ...children.map(peakOf));
}

/**
 * Runs a program to its end. Nothing else may be run meanwhile: CPU time is that of all children together.
 *
 * @throws Error with the end of its output where its exit code is not 0.
 */
export async function run(file: string, args: readonly string[], cwd?: string): Promise<Finished> {
  const before = childrenSeconds();
  const start = performance.now();
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let peak = 0;
  const sample = (): void => {
    if (child.pid !== undefined) peak = Math.max(peak, peakOf(child.pid));
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = `${stdout}${text}`.slice(-KEPT);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-KEPT);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (performance.now() - start) / 1000;
    const after = childrenSeconds();
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: exit code ${code}\n${stdout.slice(-2000)}${stderr}`);
    const cpuSeconds = before === null || after === null ? null : after - before;
    return { seconds, cpuSeconds, peakBytes: peak === 0 ? null : peak, stdout };
  } finally {
    clearInterval(timer);
  }
}
