/** Runs the command line as a user does, in a separate process. */
import './run-cache.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
export const LAUNCHER = join(PROJECT, 'src/cli/launch.mjs');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as bytes. */
  readonly bytes: Uint8Array;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
}

/**
 * The environment as the user's shell has it, without what `npm test` adds: npm's variables would tell the program that
 * it runs as a script of this package, and the pinned Node on the path would hide the user's own, with which npm finds
 * its configuration and the launcher must cope.
 */
function cleanEnvironment(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'INIT_CWD');
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules[\\/]\.bin$|node-gyp-bin$/.test(folder))
    .join(delimiter);
  return { ...Object.fromEntries(own), PATH: path };
}

export function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? PROJECT,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: 'pipe',
    });
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    child.stdout.on('data', (chunk: Uint8Array) => out.push(chunk));
    child.stderr.on('data', (chunk: Uint8Array) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const bytes = Buffer.concat(out);
      resolve({ code, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes: new Uint8Array(bytes) });
    });
    // A program that ends before it has read everything is not a failure of the test.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

/** `pith-mirror` with these arguments. */
export function pithMirror(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram(process.execPath, [LAUNCHER, ...args], options);
}

type Written = { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] };
const written = new AsyncLocalStorage<Written>();

/** Lets a stream keep what a command writes that runs in this process; what others write, as the runner of tests does, passes. */
function tap(name: 'stdout' | 'stderr'): void {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]): boolean => {
    const own = written.getStore()?.[name];
    if (own === undefined) return write(...args);
    const [content] = args as [string | Uint8Array];
    own.push(typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content));
    return true;
  };
}

let isTapped = false;

/**
 * `pith-mirror` with these arguments in this process, in a tenth of the time: for tests of many exit codes and messages. Paths must be
 * absolute. Tests of the process itself (streams, signals, environment, start) need {@link pithMirror}.
 */
export async function commandHere(args: readonly string[]): Promise<Run> {
  if (!isTapped) for (const name of ['stdout', 'stderr'] as const) tap(name);
  isTapped = true;
  const { runCommand } = await import('../../../src/cli/main.ts');
  const own: Written = { stdout: [], stderr: [] };
  const code = await written.run(own, () => runCommand(args));
  const bytes = Buffer.concat(own.stdout);
  return { code, stdout: bytes.toString(), stderr: Buffer.concat(own.stderr).toString(), bytes: new Uint8Array(bytes) };
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
