/** Debian's nginx, serving a folder under `/repo/`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needTool } from '../tools/tools.ts';
import { freePort } from './free-port.ts';

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
  const port = await freePort();
  const web = join(scratch, 'web');
  mkdirSync(web, { recursive: true });
  symlinkSync(folder, join(web, 'repo'));
  // The workers are another user.
  chmodSync(scratch, 0o755);
  const server = configuration
    .replace(/listen 80;.*/, `listen 127.0.0.1:${port};`)
    .replace(/root .*;.*/, `root ${web};`)
    .replace('error_page 404 /404.html', 'error_page 404 /repo/404.html');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(scratch, name)};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  writeFileSync(
    join(scratch, 'nginx.conf'),
    `${user}daemon off;\nworker_processes 1;\npid ${join(scratch, 'pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${server}}\n`,
  );
  const child: ChildProcess = spawn(needTool('nginx'), ['-p', scratch, '-c', join(scratch, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said += data;
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}/repo/`;
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx did not start: ${said}`);
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
