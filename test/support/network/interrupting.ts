/**
 * Syncs that are killed, run into a full disk, or run twice at once, in processes of their own. Whatever happens, the next
 * undisturbed sync must end with the very bytes of one that was never disturbed, and until then each bundle in the folder
 * must be whole.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTrust } from '../../../src/protocol/index.ts';
import { makeBundle, trustFile } from '../../bench/generate.ts';
import { siteFiles, writeSite } from './indexed-site.ts';
import { plainHost, type StandIn, startStandIn } from './stand-in.ts';
import { filesBelow } from './syncing.ts';

const LAUNCHER = fileURLToPath(new URL('../../../src/cli/launch.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly stdout: string;
  readonly milliseconds: number;
}

/** A mirror of some records, and syncs from it. */
export class Interrupting {
  readonly root: string;
  readonly standIn: StandIn;
  readonly #trust: string;
  /** What an undisturbed sync gives, by path. */
  expected: ReadonlyMap<string, string> = new Map();
  /** How long that took, in milliseconds. */
  duration = 0;

  private constructor(root: string, standIn: StandIn, trust: string) {
    this.root = root;
    this.standIn = standIn;
    this.#trust = trust;
  }

  /** @param records of the mirror; one in four has two bundles. */
  static async prepare(records: number): Promise<Interrupting> {
    const root = mkdtempSync(join(tmpdir(), 'pith-mirror-interrupt-'));
    const trust = join(root, 'trust.json');
    writeFileSync(trust, trustFile());
    const texts = Array.from({ length: records }, (_, i) => i).flatMap((i) =>
      (i % 4 === 0 ? [0, 1] : [0]).map((further) => Buffer.from(makeBundle(i, further).text)),
    );
    writeSite(join(root, 'site'), siteFiles(texts, { trust: readTrust(JSON.parse(trustFile())) }));
    const standIn = await startStandIn(plainHost(join(root, 'site')));
    const trials = new Interrupting(root, standIn, trust);
    const { code, stderr, milliseconds } = await trials.sync(join(root, 'undisturbed'));
    if (code !== 0) throw new Error(`the undisturbed sync ended with ${code}: ${stderr}`);
    trials.expected = filesBelow(join(root, 'undisturbed'));
    trials.duration = milliseconds;
    return trials;
  }

  /** Syncs everything into a folder. @param killAfter milliseconds, null for never. */
  sync(folder: string, killAfter: number | null = null): Promise<Ended> {
    const args = ['sync', '--all', '--from', this.standIn.url, '--to', folder, '--rate', '0', '--trust', this.#trust];
    return new Promise((resolve, reject) => {
      const started = performance.now();
      // Node itself, not the launcher that would start another: what is killed is what writes.
      const child = spawn(process.execPath, [LAUNCHER, ...args], {
        env: { ...process.env, PITH_MIRROR_CACHE: `${folder}.cache` },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => {
        stdout += data;
      });
      child.stderr.on('data', (data: Buffer) => {
        stderr += data;
      });
      const timer = killAfter === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - started });
      });
    });
  }

  /** What is in a folder under the names of bundles, and is not what an undisturbed sync puts there. */
  broken(folder: string): readonly string[] {
    return [...filesBelow(folder)]
      .filter(([path]) => path.endsWith('.json') && !path.split('/').some((part) => part.startsWith('.')))
      .filter(([path, text]) => this.expected.get(path) !== text)
      .map(([path]) => path);
  }

  /** What differs between a folder and the undisturbed one. */
  differing(folder: string): readonly string[] {
    const found = filesBelow(folder);
    return [...new Set([...found.keys(), ...this.expected.keys()])].filter(
      (path) => found.get(path) !== this.expected.get(path),
    );
  }

  async close(): Promise<void> {
    await this.standIn.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * Kills syncs of one folder again and again, each later than the one before, until one ends by itself; then compares.
 *
 * @param kills how many at least. @returns how many syncs were killed before they ended.
 */
export async function killAgainAndAgain(
  trials: Interrupting,
  kills: number,
  tell: (text: string) => void,
): Promise<number> {
  let killed = 0;
  for (let round = 0; killed < kills; round++) {
    const folder = join(trials.root, `killed-${round}`);
    for (let step = 0; step < 10 && killed < kills; step++) {
      // Over the whole length of a run, by the golden ratio: no two rounds try the same moments.
      const part = (round * 0.618 + step * 0.1) % 1;
      const { signal } = await trials.sync(folder, 100 + part * trials.duration);
      const broken = trials.broken(folder);
      if (broken.length > 0) throw new Error(`after ${killed + 1} kills, not whole: ${broken.join(', ')}`);
      if (signal === null) break;
      killed += 1;
    }
    const { code, stderr } = await trials.sync(folder);
    const differing = trials.differing(folder);
    if (code !== 0 || differing.length > 0)
      throw new Error(`round ${round} ended with ${code}; different: ${differing.join(', ')}\n${stderr}`);
    tell(`${killed} of ${kills} killed`);
    rmSync(folder, { recursive: true });
  }
  return killed;
}
