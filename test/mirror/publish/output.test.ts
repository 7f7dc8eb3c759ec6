/**
 * The places that a site may have: mount points, overlays, file systems without links or modes, folders of others. Each build is
 * a process of its own. See also `build` and `crash`.
 *
 * Slow: mounts file systems, and builds on each of them.
 */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  bytesOf,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
} from '../../support/bundles/make-bundle.ts';
import { writeTestTrust } from '../../support/faults/crash.ts';
import { Hold } from '../../support/faults/hold.ts';
import { LAUNCHER, PROJECT, pithMirror, type Run, runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { cacheOf, leftBeside } from '../../support/sites/mirror.ts';
import { assertSameTree, build, readTree, writeFiles } from '../../support/sites/site.ts';
import { notRun } from '../../support/tools/not-run.ts';
import { needTool } from '../../support/tools/tools.ts';

const folder = temporaryFolder();
// Other users build in it.
chmodSync(folder, 0o755);
const trust = join(folder, 'trust.json');
writeTestTrust(trust);
const FAULTS = pathToFileURL(join(PROJECT, 'test/support/faults/faults.mjs')).href;

const record = (i: number) => makeRecord({ id: `2606.0000${i}` });
const suffixOf = (i: number): string => numberOf(record(i)).slice(-26);
const bundle = (i: number, changes = {}): Uint8Array => bytesOf(makeBundle(record(i), undefined, changes));
const input = join(folder, 'bundles');
writeFiles(input, { '1.json': bundle(1), '2.json': bundle(2) });
const more = join(folder, 'more');
writeFiles(more, { '1.json': bundle(1), '2.json': bundle(2), '3.json': bundle(3) });
const clean = { input: join(folder, 'clean'), more: join(folder, 'clean-more') };
await build([input, '--out', clean.input, '--trust', trust], 0);
await build([more, '--out', clean.more, '--trust', trust], 0);

const args = (out: string, from = input): string[] => [from, '--out', out, '--trust', trust];
const isRoot = process.getuid?.() === 0;

/** Runs a script of the shell in a name space of mounts of its own. `$BUILD` builds, with its arguments after it. */
async function inMounts(test: TestContext, script: string): Promise<Run | null> {
  const can = await runProgram('unshare', ['-rm', 'true']).catch(() => ({ code: 1 }));
  if (can.code !== 0) {
    notRun(test, 'mounts need root, or a system that lets users make name spaces (unshare -rm)');
    return null;
  }
  const head = `set -e\nBUILD() { "${process.execPath}" "${LAUNCHER}" build "$@" --trust "${trust}"; }\n`;
  return runProgram('unshare', ['-rm', 'sh', '-c', head + script], { cwd: folder });
}

/** The tree of a site without the cache of a build that found no room for it elsewhere. */
const treeOf = (out: string) => readTree(out);

describe('an output folder that is mounted', () => {
  it('stays the same folder in a bind mount, through which the new site is seen', async (test) => {
    const [out, html] = [join(folder, 'served'), join(folder, 'html')];
    mkdirSync(html);
    await build(args(out), 0);
    const inode = statSync(out).ino;
    const run = await inMounts(
      test,
      `mount --bind "${out}" "${html}"\nBUILD "${more}" --out "${out}" --recheck\ncp -r "${html}" seen`,
    );
    if (run === null) return;
    assert.equal(run.code, 0, run.stderr);
    assert.equal(statSync(out).ino, inode);
    assertSameTree(readTree(join(folder, 'seen')), readTree(clean.more));
  });

  it('may be a mount point itself, of another file system or of the same one', async (test) => {
    for (const mount of ['mount -t tmpfs none', `mount --bind "${join(folder, 'source')}"`]) {
      mkdirSync(join(folder, 'source'), { recursive: true });
      const [out, seen] = [join(folder, 'volume'), join(folder, 'of-volume')];
      mkdirSync(out, { recursive: true });
      rmSync(seen, { recursive: true, force: true });
      const run = await inMounts(
        test,
        `${mount} "${out}"\nBUILD "${input}" --out "${out}"\nBUILD "${more}" --out "${out}"\ncp -r "${out}" "${seen}"`,
      );
      if (run === null) return;
      assert.equal(run.code, 0, run.stderr);
      assertSameTree(treeOf(seen), readTree(clean.more));
      assert.deepEqual(readdirSync(out), [], mount);
    }
  });

  it('may be in the lower layer of an overlay, which refuses to rename folders', async (test) => {
    const seen = join(folder, 'of-overlay');
    const script = `mkdir lower upper work merged; cp -r "${clean.input}" lower/dist
      mount -t tmpfs none upper; mkdir upper/u upper/w
      mount -t overlay overlay -o lowerdir=lower,upperdir=upper/u,workdir=upper/w merged
      BUILD "${more}" --out merged/dist --recheck; cp -r merged/dist "${seen}"`;
    const run = await inMounts(test, script);
    if (run === null) return;
    if (/mount: .*overlay/.test(run.stderr))
      return notRun(test, 'overlays need root, or a kernel that lets users mount them');
    assert.equal(run.code, 0, run.stderr);
    assertSameTree(readTree(seen), readTree(clean.more));
  });

  it('may have a mount inside, to which files are copied instead of renamed, or allow no folder to be renamed', async () => {
    for (const match of ['.pith-mirror-update/', '.pith-mirror-stage($|/)']) {
      const out = join(folder, 'crossed');
      await build([...args(out), '--allow-loss'], 0);
      const fault = {
        root: folder,
        log: join(folder, 'log'),
        match: `renameSync .crossed${match}`,
        at: 1,
        code: 'EXDEV',
        lasting: true,
      };
      const env = { NODE_OPTIONS: `--import=${FAULTS}`, PITH_MIRROR_FAULT: JSON.stringify(fault) };
      const run = await pithMirror(['build', ...args(out, more)], { env });
      assert.equal(run.code, 0, run.stderr);
      assertSameTree(readTree(out), readTree(clean.more));
      assert.deepEqual(leftBeside(out), []);
    }
  });
});

describe('a file system without links, owners and modes', () => {
  /** Runs a script with an exFAT disk at `$DISK`, mounted with these options; `AS_USER` runs a command as an ordinary user. */
  async function onExfat(test: TestContext, options: string, script: string): Promise<Run | null> {
    const [format, mount] = [needTool('mkfs.exfat'), needTool('mount.exfat-fuse')];
    if (!isRoot || !existsSync('/dev/loop-control') || !existsSync('/dev/fuse')) {
      notRun(test, 'mounting a file with an exFAT disk in it needs root, loop devices and FUSE');
      return null;
    }
    const root = join(folder, `exfat-${options.replace(/\W/g, '-')}`);
    const [image, disk] = [join(root, 'image'), join(root, 'disk')];
    mkdirSync(disk, { recursive: true });
    writeFileSync(image, '');
    truncateSync(image, 100 << 20);
    const head = `"${format}" "${image}" >&2; LOOP=$(losetup -f --show "${image}"); trap 'cd /; umount "${disk}"; losetup -d $LOOP' EXIT
      "${mount}" -o ${options},allow_other $LOOP "${disk}" >&2; DISK="${disk}"
      AS_USER() { setpriv --reuid 12345 --regid 12345 --clear-groups "$@"; }\n`;
    const run = await runProgram('sh', ['-ec', head + script], { cwd: root });
    if (/losetup: .*(cannot find|failed to set up)|fuse: (device not found|mount failed)/.test(run.stderr)) {
      notRun(test, 'this system cannot mount an exFAT disk');
      return null;
    }
    assert.equal(run.code, 0, run.stderr);
    return run;
  }

  for (const [whose, options] of [
    ['of a user who owns all files there', 'uid=12345,gid=12345'],
    ['of a user who owns no file there and may set no mode, but may write', 'umask=000'],
  ] as const) {
    it(`takes builds and a join ${whose}`, async (test) => {
      const shard = (index: number): string => join(folder, `shard-${index}-${options.length}`);
      for (const index of [1, 2]) await build([...args(shard(index)), '--shard', `${index}/2`], 0);
      const seen = join(folder, `of-exfat-${options.length}`);
      mkdirSync(seen);
      const run = await onExfat(
        test,
        options,
        `for W in "build ${input} --out $DISK/built" "build ${more} --out $DISK/built" "join ${shard(1)} ${shard(2)} --out $DISK/joined" "build ${input} --out $DISK/astro --renderer astro"; do
          AS_USER "${process.execPath}" "${LAUNCHER}" $W --trust "${trust}" >&2; done
        AS_USER touch "$DISK/mine"; if AS_USER chmod 600 "$DISK/mine"; then echo may set modes; fi
        for NAME in built joined astro; do cp -r "$DISK/$NAME" "${seen}/$NAME"; done`,
      );
      if (run === null) return;
      // Else the second case is the first one again.
      assert.equal(run.stdout.includes('may set modes'), options.includes('uid'));
      assertSameTree(readTree(join(seen, 'built')), readTree(clean.more));
      for (const name of ['joined', 'astro']) assertSameTree(readTree(join(seen, name)), readTree(clean.input));
    });
  }

  it('gets copies if no link can be made, no mode and no time set, in a build and in a join', async () => {
    const root = join(folder, 'linkless');
    for (const index of [1, 2]) await build([...args(join(root, `shard-${index}`)), '--shard', `${index}/2`], 0);
    const match = '^(link|copyFile|cp|f?chmod|[fl]?utimes)(Sync)? ';
    const fault = { root, log: `${root}.log`, match, at: 1, code: 'EPERM', lasting: true };
    const env = { NODE_OPTIONS: `--import=${FAULTS}`, PITH_MIRROR_FAULT: JSON.stringify(fault) };
    const shards = [1, 2].map((index) => join(root, `shard-${index}`));
    for (const [name, ...command] of [
      ['built', 'build', input],
      ['joined', 'join', ...shards],
    ] as const) {
      const out = join(root, name);
      const run = await pithMirror([...command, '--out', out, '--trust', trust], { env });
      assert.equal(run.code, 0, run.stderr);
      assertSameTree(readTree(out), readTree(clean.input));
      const copies = ['pith', '.well-known/pith'].map((at) => statSync(join(out, at, suffixOf(1), 'bundle.json')));
      assert.deepEqual(
        copies.map(({ nlink }) => nlink),
        [1, 1],
      );
    }
    assert.match(readFileSync(`${root}.log`, 'utf8'), / linkSync /);
  });
});

describe('files that are not part of the mirror', () => {
  it('are kept and named once, and --clean removes them after listing them', async () => {
    const out = join(folder, 'with-others');
    await build(args(out), 0);
    writeFiles(out, { CNAME: 'example.org', '.git/HEAD': 'ref', '.git/config': '', 'browse/own.txt': 'mine' });
    for (const options of [[], ['--recheck']]) {
      const { stderr } = await build(
        [...args(out, options.length === 0 ? more : input), ...options, '--allow-loss'],
        0,
      );
      const line =
        'kept 3 files that are not part of the mirror: .git/, CNAME, browse/own.txt (--clean removes them)\n';
      assert.equal(stderr.split(line).length, 2, stderr);
      assert.equal(readFileSync(join(out, '.git/HEAD'), 'utf8'), 'ref');
    }
    const { stderr } = await build([...args(out), '--clean'], 0);
    assert.match(stderr, /^removing 3 files that are not part of the mirror: \.git\/, CNAME, browse\/own\.txt$/m);
    assertSameTree(readTree(out), readTree(clean.input));
  });

  it('are told from files of the mirror by its own lists, without any cache', async () => {
    const out = join(folder, 'checked-out');
    cpSync(clean.more, out, { recursive: true });
    writeFiles(out, { 'pith/notes.txt': 'mine' });
    const { stderr } = await build([...args(out), '--allow-loss'], 0);
    assert.match(stderr, /kept 1 file that is not part of the mirror: pith\/notes\.txt/);
    rmSync(join(out, 'pith/notes.txt'));
    assertSameTree(readTree(out), readTree(clean.input));
  });

  it('stop the build if the mirror needs their name', async () => {
    const out = join(folder, 'in-the-way');
    await build(args(out), 0);
    rmSync(join(out, 'records'), { recursive: true });
    writeFiles(out, { records: 'my old disks' });
    const { stderr } = await build([...args(out), '--recheck'], 1);
    assert.match(stderr, /records: a file that is not part of the mirror is in the way; nothing was published/);
    assert.equal(readFileSync(join(out, 'records'), 'utf8'), 'my old disks');
  });

  it('do not keep a first site out of a fresh worktree of a branch or of a volume', async () => {
    const out = join(folder, 'worktree');
    writeFiles(out, { '.git': 'gitdir: elsewhere', CNAME: 'example.org', 'lost+found/x': '' });
    await build(args(out), 0);
    assert.equal(readFileSync(join(out, '.git'), 'utf8'), 'gitdir: elsewhere');
    assert.ok(existsSync(join(out, 'index.html')));
  });
});

describe('a published file', () => {
  it('keeps its inode and its time if its bytes stay, in an update and with --recheck', async () => {
    const out = join(folder, 'inodes');
    await build(args(out), 0);
    const stampsOf = () =>
      new Map(
        [...readTree(out).keys()].map((path) => [
          path,
          `${statSync(join(out, path)).ino} ${statSync(join(out, path)).mtimeMs}`,
        ]),
      );
    for (const options of [[], ['--recheck']]) {
      const [before, tree] = [stampsOf(), readTree(out)];
      await build([...args(out, options.length === 0 ? more : input), ...options, '--allow-loss'], 0);
      const after = readTree(out);
      const changed = [...stampsOf()].filter(([path, stamp]) => before.has(path) && before.get(path) !== stamp);
      const differing = [...after].filter(([path, bytes]) => tree.has(path) && !tree.get(path)?.equals(bytes));
      assert.deepEqual(
        changed.map(([path]) => path),
        differing.map(([path]) => path),
      );
      assert.ok(differing.length > 0 && differing.length < after.size / 2);
    }
    const before = stampsOf();
    await build([...args(out), '--recheck'], 0);
    assert.deepEqual(stampsOf(), before);
  });

  it('that is missing or empty is rebuilt without --recheck', async () => {
    const out = join(folder, 'mended');
    await build(args(out), 0);
    const damages = [
      () => rmSync(join(out, 'pith', suffixOf(1)), { recursive: true }),
      () => truncateSync(join(out, 'pith', suffixOf(2), 'state.json')),
      () => rmSync(join(out, '.well-known/pith', suffixOf(2), 'bundle.json')),
      () => rmSync(join(out, 'browse/index.html')),
      () => rmSync(join(out, 'style.css')),
      () => rmSync(join(out, 'records'), { recursive: true }),
    ];
    for (const damage of damages) {
      damage();
      await build(args(out), 0);
      assertSameTree(readTree(out), readTree(clean.input));
    }
    assert.match((await build(args(out), 0)).stdout, /nothing has changed/);
  });
});

describe('a build that would remove something from the site', () => {
  const NOT =
    /^pith-mirror: nothing was published: the published site would lose (.*); if that is intended, build again with --allow-loss$/m;

  it('stops with exit code 1 and lists the records, and --allow-loss publishes it', async () => {
    const out = join(folder, 'lossy');
    const own = join(folder, 'lossy-input');
    cpSync(more, own, { recursive: true });
    await build(args(out, own), 0);
    const before = readTree(out);
    for (const i of [1, 2]) rmSync(join(own, `${i}.json`));
    for (const options of [[], ['--recheck']]) {
      const { stderr } = await build([...args(out, own), ...options], 1);
      assert.equal(NOT.exec(stderr)?.[1], '2 records');
      for (const i of [1, 2]) assert.match(stderr, new RegExp(`^    record ${suffixOf(i)}$`, 'm'));
      assertSameTree(readTree(out), before);
    }
    await build([...args(out, own), '--allow-loss'], 0);
    assert.deepEqual(readdirSync(join(out, 'pith')), [suffixOf(3)]);
  });

  it('stops if an older bundle takes the place of a newer one, and names the event', async () => {
    const of = record(5);
    const events = [makeRecordCreated(of), makeSnapshot(of)];
    const correction = makeCorrection(of, 'x');
    const own = join(folder, 'rolled-back');
    const out = join(folder, 'rolled-back-site');
    writeFiles(own, {
      'x.json': bytesOf(makeBundle(of, [...events, correction], { built_at: '2026-07-02T00:00:00Z' })),
    });
    await build(args(out, own), 0);
    const before = readTree(out);
    writeFiles(own, { 'x.json': bytesOf(makeBundle(of, events)) });
    const { stderr } = await build(args(out, own), 1);
    assert.equal(NOT.exec(stderr)?.[1], '1 event');
    assert.match(stderr, new RegExp(`^    event ${correction.event_id} of record ${suffixOf(5)}$`, 'm'));
    assertSameTree(readTree(out), before);
    await build([...args(out, own), '--allow-loss'], 0);
  });

  it('stops if a folder of the input cannot be read any more', async (test) => {
    if (!isRoot) return notRun(test, 'needs root, to build as a user who may not read a folder');
    const root = join(folder, 'unreadable');
    mkdirSync(root);
    writeFiles(join(root, 'in'), { 'a/1.json': bundle(1), 'b/2.json': bundle(2) });
    for (const path of ['', 'in', 'in/a', 'in/b']) chownSync(join(root, path), 12345, 12345);
    const asUser = (): Promise<Run> =>
      runProgram('setpriv', [
        '--reuid',
        '12345',
        '--clear-groups',
        process.execPath,
        LAUNCHER,
        'build',
        ...args(join(root, 'dist'), join(root, 'in')),
      ]);
    assert.equal((await asUser()).code, 0);
    chmodSync(join(root, 'in/b'), 0);
    const run = await asUser();
    assert.equal(run.code, 1, run.stderr);
    assert.equal(NOT.exec(run.stderr)?.[1], '1 record');
    assert.equal(readdirSync(join(root, 'dist/pith')).length, 2);
  });

  it('stops if a disk of the input is not mounted any more, or all of the input is not', async (test) => {
    const root = join(folder, 'unmounted');
    const out = join(root, 'dist');
    writeFiles(root, { 'in/a/1.json': bundle(1), '2.json': bundle(2) });
    mkdirSync(join(root, 'in/b'));
    const run = await inMounts(
      test,
      `cd "${root}"; mount -t tmpfs none in/b; cp 2.json in/b; BUILD in --out dist; cp -r dist seen
      umount in/b; BUILD in --out dist || echo "code $?"
      mount --bind in/b in; BUILD in --out dist || echo "code $?"`,
    );
    if (run === null) return;
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.stdout.match(/^code \d+$/gm), ['code 1', 'code 1']);
    assert.equal(NOT.exec(run.stderr)?.[1], '1 record');
    assert.match(run.stderr, new RegExp(`^    record ${suffixOf(2)}$`, 'm'));
    assert.match(run.stderr, /there is no bundle in the input/);
    assertSameTree(readTree(out), readTree(join(root, 'seen')));
    assert.equal(readdirSync(join(out, 'pith')).length, 2);
  });
});

describe('what cannot be removed', () => {
  it('stops no build: another work folder is used, and each build names the command that removes it', async (test) => {
    if (!isRoot) return notRun(test, 'needs root, to leave a folder that another user cannot remove');
    const root = join(folder, 'leftovers');
    const out = join(root, 'dist');
    writeFiles(join(root, '.dist.pith-mirror-stage'), { 'pith/x': '' });
    writeFiles(join(root, '.dist.pith-mirror-work'), { x: '' });
    const attempt = join(out, '.pith-mirror-lock-a');
    writeFiles(attempt, { a: '' });
    for (const path of [root, out]) chownSync(path, 12345, 12345);
    for (let round = 0; round < 3; round++) {
      const run = await runProgram('setpriv', [
        '--reuid',
        '12345',
        '--clear-groups',
        process.execPath,
        LAUNCHER,
        'build',
        ...args(out),
        '--recheck',
      ]);
      assert.equal(run.code, 0, run.stderr);
      assert.match(
        run.stderr,
        /left over from an earlier build: could not remove .*-stage .*to remove it: sudo rm -rf .*\.dist\.pith-mirror-stage/,
      );
      assert.match(run.stderr, /to remove it: sudo rm -rf .*\.pith-mirror-lock-a$/m);
      const { [join('.pith-mirror-lock-a', 'a')]: _, ...tree } = Object.fromEntries(readTree(out));
      assertSameTree(new Map(Object.entries(tree)), readTree(clean.input));
    }
    assert.deepEqual(readdirSync(root).sort(), [
      '.dist.pith-mirror-cache',
      '.dist.pith-mirror-stage',
      '.dist.pith-mirror-work',
      'dist',
    ]);
  });

  it('is named with the command that helps: for a mount inside it, and for a file that is immutable', async (test) => {
    const root = join(folder, 'stuck');
    const out = join(root, 'dist');
    writeFiles(join(root, '.dist.pith-mirror-stage'), { 'mounted/x': '' });
    writeFiles(join(root, '.dist.pith-mirror-update'), { 'pith/immutable': '' });
    const change = (flag: string) =>
      runProgram('chattr', [flag, join(root, '.dist.pith-mirror-update/pith/immutable')]).catch(() => ({ code: 1 }));
    // Only root may, and not on every file system.
    const isImmutable = (await change('+i')).code === 0;
    const run = await inMounts(
      test,
      `cd "${root}"; mount -t tmpfs none .dist.pith-mirror-stage/mounted
      for ROUND in 1 2; do BUILD "${input}" --out dist --recheck; done`,
    );
    await change('-i');
    if (run === null) return;
    assert.equal(run.code, 0, run.stderr);
    // Each build tries once, and says it once.
    const ways = run.stderr.match(/(?<=to remove it: )(?:sudo umount -R|chattr -R -ia|sudo rm -rf) [^\n;]+/g) ?? [];
    const stage = `sudo umount -R ${join(root, '.dist.pith-mirror-stage')}`;
    const update = `chattr -R -ia ${join(root, '.dist.pith-mirror-update')}`;
    assert.deepEqual(ways.sort(), [...(isImmutable ? [update, update] : []), stage, stage].sort());
    assertSameTree(readTree(out), readTree(clean.input));
  });

  it('may be a folder of this user that is read-only', async (test) => {
    if (!isRoot) return notRun(test, 'needs root, to build as an ordinary user');
    const root = join(folder, 'read-only');
    const out = join(root, 'dist');
    const stage = join(root, '.dist.pith-mirror-stage');
    writeFiles(stage, { 'pith/x': '' });
    for (const path of [root, stage, join(stage, 'pith'), join(stage, 'pith/x')]) chownSync(path, 12345, 12345);
    chmodSync(join(stage, 'pith'), 0o555);
    const command = [process.execPath, LAUNCHER, 'build', ...args(out)];
    const run = await runProgram('setpriv', ['--reuid', '12345', '--clear-groups', ...command]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, new RegExp(`to remove it: sudo rm -rf ${stage}$`, 'm'));
    assertSameTree(readTree(out), readTree(clean.input));
  });
});

describe('a folder', () => {
  it('may be the one that the user stands in: --out .', async () => {
    const out = join(folder, 'here');
    mkdirSync(out);
    const before = statSync(out).ino;
    for (const from of [input, more]) await build([from, '--out', '.', '--trust', trust], 0, { cwd: out });
    assert.equal(statSync(out).ino, before);
    assertSameTree(readTree(out), readTree(clean.more));
  });

  it('may have any name: paths are no URLs', async () => {
    const root = join(folder, 'a #b?c%20d*"é ü');
    const own = join(root, 'in & out');
    cpSync(input, own, { recursive: true });
    await build(args(join(root, 'di#st%41'), own), 0);
    assertSameTree(readTree(join(root, 'di#st%41')), readTree(clean.input));
  });

  it('is not asked for of a user who has no home and no entry in passwd', async (test) => {
    if (!isRoot) return notRun(test, 'needs root, to build as a user without an entry in passwd');
    const root = join(folder, 'homeless');
    mkdirSync(root);
    chownSync(root, 54321, 54321);
    const command = ['env', '-u', 'HOME', process.execPath, LAUNCHER, 'build', ...args(join(root, 'dist'))];
    const run = await runProgram('setpriv', ['--reuid', '54321', '--clear-groups', ...command]);
    assert.equal(run.code, 0, run.stderr);
    assertSameTree(readTree(join(root, 'dist')), readTree(clean.input));
  });
});

describe('a wrong input', () => {
  it('does not create folders for the output', async () => {
    for (const from of [join(folder, 'nowhere'), trust]) {
      const { stderr } = await build(args(join(folder, 'new/er/site'), from), 2);
      assert.match(stderr, /^pith-mirror: the folder of bundles, /);
      assert.equal(existsSync(join(folder, 'new')), false);
    }
    await build(args(join(folder, 'newer'), join(folder, 'nowhere')), 2);
    assert.equal(existsSync(join(folder, 'newer')), false);
  });

  it('that is there and cannot be read ends the build with exit code 1, and what is published stays', async (test) => {
    if (!isRoot) return notRun(test, 'needs root, to build as a user who may not read the input');
    const root = join(folder, 'unreadable');
    const own = join(root, 'bundles');
    const out = join(root, 'site');
    writeFiles(own, { '1.json': bundle(1) });
    await build(args(out, own), 0);
    const published = readTree(out);
    chmodSync(own, 0o700);
    await runProgram('chown', ['-R', '12345:12345', out]);
    chownSync(root, 12345, 12345);
    const command = [process.execPath, LAUNCHER, 'build', ...args(out, own)];
    const run = await runProgram('setpriv', ['--reuid', '12345', '--clear-groups', ...command]);
    assert.equal(run.code, 1, run.stderr);
    assert.match(
      run.stderr,
      /^pith-mirror: .*EACCES.*\bbundles\b.*; .*[Cc]heck the disk and the rights of the folder/m,
    );
    assertSameTree(readTree(out), published);
  });

  it('that loses a file while it is read does not make it a bad file: nothing is published', async () => {
    const own = join(folder, 'vanishing');
    const out = join(folder, 'vanishing-site');
    writeFiles(own, { '1.json': bundle(1), '2.json': bundle(2) });
    // It has listed its input, and has read nothing of it.
    const hold = new Hold(join(folder, 'vanishing-hold'), /^mkdirSync .*-stage\/pith$/);
    const building = pithMirror(['build', ...args(out, own)], { env: hold.env });
    assert.ok(await hold.meanwhile(building, () => renameSync(join(own, '2.json'), join(folder, 'taken.json'))));
    const run = await building;
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, /^pith-mirror: 2\.json disappeared while the input was read; nothing was published/m);
    assert.equal(existsSync(out), false);
  });
});

describe('a signal', () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`${signal} ends a build as the first process of a container with exit code ${code}, and nothing stays`, async (test) => {
      const can = await runProgram('unshare', ['-rpf', 'true']).catch(() => ({ code: 1 }));
      if (can.code !== 0) return notRun(test, 'name spaces of processes need root (unshare --pid)');
      const root = join(folder, `ended-${code}`);
      const out = join(root, 'dist');
      mkdirSync(root);
      const hold = new Hold(`${root}-hold`, /^mkdirSync .*-stage\/pith$/);
      const build = `"${process.execPath}" "${LAUNCHER}" build "${input}" --out "${out}" --trust "${trust}"`;
      const script = `echo $$ > "${root}.pid"; exec unshare -rpf --kill-child ${build}`;
      const ended = runProgram('sh', ['-c', script], { env: hold.env });
      await hold.meanwhile(ended, () => {
        const unshare = readFileSync(`${root}.pid`, 'utf8').trim();
        process.kill(Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8')), signal);
      });
      const run = await ended;
      assert.equal(run.code, code, run.stderr);
      assert.match(run.stderr, new RegExp(`^pith-mirror: ended by ${signal}$`, 'm'));
      assert.deepEqual(
        readdirSync(root).filter((name) => join(root, name) !== cacheOf(out)),
        [],
      );
    });
  }
});
