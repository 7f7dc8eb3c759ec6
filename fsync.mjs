import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [, , way, n = '2000', conc = '16'] = process.argv;
const root = `/work/h/bench/tree-${way}`;
rmSync(root, { recursive: true, force: true });
const sizes = { 'index.html': 19000, 'bundle.json': 14000, 'record.json': 900, 'state.json': 2500 };
const dirs = [];
const files = [];
for (let i = 0; i < Number(n); i++) {
  const d = `pith/${String(i).padStart(26, 'A')}`;
  dirs.push(d, `.well-known/${d}`);
  for (const [f, s] of Object.entries(sizes)) files.push([`${d}/${f}`, s]);
  files.push([`.well-known/${d}/bundle.json`, 14000]);
}
const each = async (items, c, work) => {
  let k = 0;
  await Promise.all(
    Array.from({ length: c }, async () => {
      while (k < items.length) await work(items[k++]);
    }),
  );
};
execFileSync('sync', ['-f', '/work/h/bench']);
const t0 = performance.now();
for (const d of dirs) await mkdir(join(root, d), { recursive: true });
await each(files, 16, async ([f, s]) => {
  const data = Buffer.alloc(s, 'x');
  if (way !== 'each') return writeFile(join(root, f), data);
  await writeFile(join(root, f), data, { flush: true });
});
const t1 = performance.now();
if (way === 'after')
  await each(files, Number(conc), async ([f]) => {
    const h = await open(join(root, f), 'r');
    try {
      await h.sync();
    } finally {
      await h.close();
    }
  });
if (way === 'after' || way === 'each' || way === 'dirs')
  await each(dirs, Number(conc), async (d) => {
    const h = await open(join(root, d), 'r');
    try {
      await h.sync();
    } finally {
      await h.close();
    }
  });
if (way === 'syncf') execFileSync('sync', ['-f', root]);
if (way === 'sync') execFileSync('sync');
const t2 = performance.now();
execFileSync('sync', ['-f', '/work/h/bench']);
const t3 = performance.now();
console.log(way, n, 'records', files.length, 'files', {
  write: Math.round(t1 - t0),
  durable: Math.round(t2 - t1),
  restOfSync: Math.round(t3 - t2),
});
rmSync(root, { recursive: true, force: true });
