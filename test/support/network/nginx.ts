/** Debian's nginx, serving a folder under `/repo/`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needTool } from '../tools/tools.ts';
import { startOnFreePort } from './free-port.ts';

const CONFIGURATION = new URL('../../../src/network/nginx.conf', import.meta.url);

export interface Nginx {
  /** `http://127.0.0.1:43210/repo/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param folder the site. @param scratch an empty folder for nginx itself.
 * @param configuration of the server; the one that comes with the program if it is not given.
 */
export async function startNginx(
  folder: string,
  scratch: string,
  configuration = readFileSync(CONFIGURATION, 'utf8'),
): Promise<Nginx> {
  const web = join(scratch, 'web');
  mkdirSync(web, { recursive: true });
  symlinkSync(folder, join(web, 'repo'));
  // By its name it is known who answers.
  const known = randomUUID();
  writeFileSync(join(web, known), known);
  // The workers are another user.
  chmodSync(scratch, 0o755);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(scratch, name)};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  const start = (port: number): ChildProcess => {
    const server = configuration
      .replace(/listen 80;.*/, `listen 127.0.0.1:${port};`)
      .replace(/root .*;.*/, `root ${web};`)
      .replace('error_page 404 /404.html', 'error_page 404 /repo/404.html');
    writeFileSync(
      join(scratch, 'nginx.conf'),
      `${user}daemon off;\nworker_processes 1;\npid ${join(scratch, 'pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${server}}\n`,
    );
    return spawn(needTool('nginx'), ['-p', scratch, '-c', join(scratch, 'nginx.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  const isIts = async (origin: string): Promise<boolean> =>
    (await (await fetch(`${origin}/${known}`)).text()) === known;
  const { origin, close } = await startOnFreePort(start, isIts);
  return { url: `${origin}/repo/`, close };
}
