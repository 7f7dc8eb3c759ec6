/**
 * Rules for the workflows under .github: a job that runs other people's code may not write, and a job that may write runs
 * no such code.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { workflowErrors } from './support/checks/workflow-schema.ts';
import { needTool } from './support/tools/tools.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, '.github/workflows');

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const texts = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text) as Workflow]));

const jobs = [...workflows].flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => ({ name: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step, i) => ({ name: `${name}, step ${i + 1}`, step })));

function jobOf(file: string, name: string): Job {
  const job = workflows.get(file)?.jobs[name];
  assert.ok(job, `${file} has no job ${name}`);
  return job;
}

const runsOf = (job: Job): string => job.steps.map(({ run = '' }) => run).join('\n');

test('there are the workflows of a mirror', () => {
  assert.deepEqual([...workflows.keys()].sort(), ['ci.yml', 'pages.yml', 'shards.yml', 'sync.yml']);
});

test('GitHub accepts every workflow, by its own parser and schema', async () => {
  for (const [file, text] of texts) assert.deepEqual(await workflowErrors(file, text), [], file);
});

test('that parser finds a wrong key, right, job, function, context and time', async () => {
  const text = texts.get('sync.yml') ?? '';
  for (const [right, wrong, error] of [
    ['concurrency:', 'concurency:', /Unexpected value 'concurency'/],
    ['contents: read', 'contents: reed', /Unexpected value 'reed'/],
    ['needs: fetch', 'needs: fetched', /depends on unknown job 'fetched'/],
    ['!cancelled()', '!canceled()', /Unrecognized function: 'canceled'/],
    ['vars.SYNC', 'vers.SYNC', /Unrecognized named-value: 'vers'/],
    ["cron: '37 4", "cron: '77 4", /Invalid cron expression/],
    ['id: pack', 'id: sync', /The identifier 'sync' may not be used more than once/],
  ] as const) {
    assert.ok(text.includes(right), right);
    assert.match(
      (
        await workflowErrors(
          'sync.yml',
          text.replace(right, () => wrong),
        )
      ).join('\n'),
      error,
    );
  }
});

test('every action is pinned by a commit, with its version in a comment', () => {
  for (const [file, text] of texts) {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    assert.ok(uses.length > 0, file);
    for (const line of uses) assert.match(line, /uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
  }
});

test('one action has one pin everywhere', () => {
  const pins = new Map<string, Set<string>>();
  for (const [, action = '', pin = ''] of [...texts.values()].join('\n').matchAll(/uses: (\S+)@(\S+ # \S+)/g))
    pins.set(action, (pins.get(action) ?? new Set()).add(pin));
  for (const [action, found] of pins) assert.equal(found.size, 1, `${action}: ${[...found].join(', ')}`);
});

test('no workflow has rights as a whole; every job names its own', () => {
  for (const [file, workflow] of workflows) assert.deepEqual(workflow.permissions, {}, file);
  for (const { name, job } of jobs) assert.ok(job.permissions !== undefined, name);
});

test('no job that runs npm may write anything', () => {
  const running = jobs.filter(({ job }) => /\bnpm\b|\.ci\/run/.test(runsOf(job)));
  assert.ok(running.length >= 6);
  for (const { name, job } of running)
    for (const [right, level] of Object.entries(job.permissions ?? {}))
      assert.equal(level, 'read', `${name}: ${right}`);
});

test('every checkout leaves no token behind', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  assert.ok(checkouts.length > 0);
  for (const { name, step } of checkouts) assert.equal(step.with?.['persist-credentials'], false, name);
});

test('a token is given to single steps only, and never to one that runs npm', () => {
  for (const { name, job } of jobs) assert.ok(!JSON.stringify(job.env ?? {}).includes('token'), name);
  for (const { name, step } of steps) {
    const hasToken = /github\.token|secrets\./.test(JSON.stringify(step.env ?? {}));
    if (hasToken) assert.ok(!/\b(npm|node|npx)\b/.test(step.run ?? ''), name);
  }
});

test('no expression stands in a script, where its value would be code', () => {
  for (const { name, step } of steps) assert.ok(!step.run?.includes('${{'), name);
});

test('every script is valid for bash', () => {
  for (const { name, step } of steps) {
    if (step.run === undefined) continue;
    const { status, stderr } = spawnSync('bash', ['-n'], { input: step.run, encoding: 'utf8' });
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

test('every output that is read is written by a step or a job', () => {
  for (const [file, workflow] of workflows) {
    for (const [, id, output] of (texts.get(file) ?? '').matchAll(/steps\.(\w+)\.outputs\.(\w+)/g)) {
      const step = Object.values(workflow.jobs)
        .flatMap((job) => job.steps)
        .find((known) => known.id === id);
      assert.match(step?.run ?? '', new RegExp(`\\b${output}=`), `${file}: steps.${id}.outputs.${output}`);
    }
    for (const [, job = '', output = ''] of (texts.get(file) ?? '').matchAll(/needs\.(\w+)\.outputs\.(\w+)/g))
      assert.ok(workflow.jobs[job]?.outputs?.[output], `${file}: needs.${job}.outputs.${output}`);
  }
});

describe('sync.yml', () => {
  test('runs by schedule at an odd minute, and by hand', () => {
    const on = workflows.get('sync.yml')?.on ?? {};
    const [{ cron } = { cron: '' }] = on.schedule as readonly { readonly cron: string }[];
    assert.equal(Number(cron.split(' ')[0]) % 2, 1);
    assert.ok('workflow_dispatch' in on);
  });

  test('publishes by a dispatch, after the push, and only if something was committed', () => {
    const commit = workflows.get('sync.yml')?.jobs.commit as (Job & { readonly if?: string }) | undefined;
    assert.match(commit?.if ?? '', /needs\.fetch\.outputs\.new == 'true'/);
    const runs = commit === undefined ? '' : runsOf(commit);
    assert.ok(runs.indexOf('git push') !== -1 && runs.indexOf('git push') < runs.indexOf('gh workflow run pages.yml'));
    assert.deepEqual(commit?.permissions, { contents: 'write', actions: 'write' });
    const publish = commit?.steps.find(({ run = '' }) => run.includes('gh workflow run')) as { readonly if?: string };
    assert.equal(publish.if, "steps.push.outputs.committed == 'true'");
    assert.ok('workflow_dispatch' in (workflows.get('pages.yml')?.on ?? {}));
  });

  test('commits onto the branch as it is after the download', () => {
    const checkout = jobOf('sync.yml', 'commit').steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
    assert.match(String(checkout?.with?.ref), /^\$\{\{ github\.ref \}\}$/);
  });

  describe('the commit', () => {
    const sandbox = mkdtempSync(join(tmpdir(), 'pith-mirror-commit-'));
    const repository = join(sandbox, 'repository');
    const output = join(sandbox, 'output');
    const run = (script: string, cwd: string) =>
      spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
        cwd,
        encoding: 'utf8',
        env: {
          ...process.env,
          RUNNER_TEMP: join(sandbox, 'temp'),
          GITHUB_OUTPUT: output,
          TOKEN: 'x',
          GITHUB_REPOSITORY: 'a/b',
          GITHUB_REF_NAME: 'main',
        },
      });
    before(() => {
      mkdirSync(join(repository, 'bundles'), { recursive: true });
      mkdirSync(join(sandbox, 'temp/new'), { recursive: true });
      writeFileSync(join(repository, 'bundles/old.json'), 'old');
      run('git init -q -b main; git add .; git -c user.name=a -c user.email=a@b commit -qm first', repository);
    });
    after(() => rmSync(sandbox, { recursive: true }));

    /** Runs the step for an archive. @param files by path. @param order of the names in the archive. */
    function commit(name: string, files: Readonly<Record<string, string>>, order: string) {
      const archive = join(sandbox, name);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(archive, path)), { recursive: true });
        if (content.startsWith('->')) symlinkSync(content.slice(2), join(archive, path));
        else writeFileSync(join(archive, path), content, { mode: 0o755 });
      }
      assert.equal(run(`tar -czf ${join(sandbox, 'temp/new/new-bundles.tar.gz')} ${order}`, archive).status, 0);
      const step = jobOf('sync.yml', 'commit').steps.find(({ run: script }) => script?.includes('git push'));
      rmSync(output, { force: true });
      return run((step?.run ?? '').replace(/^git push .*$/m, 'true'), repository);
    }
    const committed = (): string => run('git show --stat --format= --name-only', repository).stdout;

    test('has nothing but new files below bundles/, whatever is in the archive', () => {
      const files = { 'bundles/2026/new.json': 'new', 'bundles/old.json': 'other', '.github/evil.yml': 'evil' };
      const { status, stderr } = commit('first', files, 'bundles .github');
      assert.equal(status, 0, stderr);
      assert.equal(committed(), 'bundles/2026/new.json\n');
      assert.equal(readFileSync(join(repository, 'bundles/old.json'), 'utf8'), 'old');
      assert.equal(readFileSync(output, 'utf8'), 'committed=true\n');
    });

    test('is not made if someone has committed the same bundles, and then nothing is published', () => {
      const { status, stderr } = commit('again', { 'bundles/2026/new.json': 'new' }, 'bundles');
      assert.equal(status, 0, stderr);
      assert.equal(run('git log --oneline', repository).stdout.split('\n').length, 3);
      assert.ok(!existsSync(output));
    });

    test('runs no hook that an archive brings through a link', () => {
      const files = {
        'bundles/hooks': '->../.git/hooks',
        'other/pre-commit': '#!/bin/sh\ntouch "$RUNNER_TEMP/owned"\n',
      };
      // The link, and then a file through it.
      const order = "bundles --transform 's,^other,bundles/hooks,' other/pre-commit";
      commit('evil', files, order);
      assert.ok(!existsSync(join(sandbox, 'temp/owned')));
    });
  });

  test('turns what was refused into annotations in which nothing is a workflow command', () => {
    const step = jobOf('sync.yml', 'fetch').steps.find(({ id }) => id === 'sync');
    const [filter] = /(?<=jq -r ')def line[^']*(?=')/.exec(step?.run ?? '') ?? [];
    const report = {
      records: [
        { outcome: 'kept', suffix: 'A', code: null, message: null },
        { outcome: 'refused', suffix: 'B', code: 'not_json', message: 'bad\n::set-output name=x::y %' },
      ],
      contradictions: ['changes'],
    };
    const { stdout, stderr } = spawnSync(needTool('jq'), ['-r', filter ?? ''], {
      input: JSON.stringify(report),
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.deepEqual(stdout.split('\n'), [
      '::warning title=refused B::not_json bad%0A::set-output name=x::y %25',
      '::error title=the source changes or was tampered with::changes',
      '',
    ]);
  });
});

describe('pages.yml', () => {
  const build = jobOf('pages.yml', 'build');
  const deploy = jobOf('pages.yml', 'deploy');
  const audit = jobOf('pages.yml', 'audit');

  test('has three jobs: one reads, one deploys and does nothing else, one looks at what is served', () => {
    assert.deepEqual(Object.keys(workflows.get('pages.yml')?.jobs ?? {}), ['build', 'deploy', 'audit']);
    assert.deepEqual(deploy.permissions, { pages: 'write', 'id-token': 'write' });
    assert.deepEqual(
      deploy.steps.map(({ uses }) => uses?.split('@')[0]),
      ['actions/deploy-pages'],
    );
    assert.deepEqual(audit.needs, ['build', 'deploy']);
    assert.match(runsOf(audit), /audit "\$SITE" .*--expect "\$ROOT" --wait 15m/);
  });

  test('runs one at a time from the build to the audit, and is never cut off', () => {
    const { concurrency } = workflows.get('pages.yml') ?? {};
    assert.deepEqual(concurrency, { group: 'pages', 'cancel-in-progress': false });
    assert.notEqual(workflows.get('sync.yml')?.concurrency?.group, concurrency?.group);
  });

  test('says what to do if Pages is not enabled', () => {
    const script = build.steps.find(({ id }) => id === 'site')?.run ?? '';
    const sandbox = mkdtempSync(join(tmpdir(), 'pith-mirror-pages-'));
    const output = join(sandbox, 'output');
    // What gh does: the answer of the API on standard output, even if it is an error.
    const run = (gh: string) =>
      spawnSync('bash', ['-e', '-o', 'pipefail', '-c', `gh() { ${gh}; }; ${script}`], {
        encoding: 'utf8',
        env: { ...process.env, GITHUB_REPOSITORY: 'a/b', GITHUB_OUTPUT: output },
      });
    try {
      const missing = run(`echo '{"message":"Not Found"}'; return 1`);
      assert.equal(missing.status, 1);
      assert.match(
        missing.stdout,
        /^::error title=GitHub Pages is not enabled::Choose Settings → Pages → Source: GitHub Actions/,
      );
      assert.ok(!existsSync(output));
      assert.equal(run('echo https://a.github.io/b/').status, 0);
      assert.equal(readFileSync(output, 'utf8'), 'url=https://a.github.io/b/\n');
    } finally {
      rmSync(sandbox, { recursive: true });
    }
  });

  test('keeps the site and its cache for the next run of the same program and keys, and lets removed records go', () => {
    const kept = build.steps.find(({ uses }) => uses?.startsWith('actions/cache@'))?.with ?? {};
    assert.deepEqual(String(kept.path).trim().split('\n'), ['dist', '.dist.pith-mirror-cache']);
    const prefix = String(kept['restore-keys']);
    assert.match(prefix, /^site-\$\{\{ hashFiles\(.*'src\/\*\*'.*\) \}\}-$/);
    assert.equal(kept.key, `${prefix}\${{ github.run_id }}`);
    assert.match(runsOf(build), /build -- .*--allow-loss/);
  });

  test('uploads the folders whose names begin with a dot', () => {
    const upload = build.steps.find(({ uses }) => uses?.startsWith('actions/upload-pages-artifact@'));
    assert.equal(upload?.with?.['include-hidden-files'], true);
  });

  test('takes the root to expect from the snapshot that was built', () => {
    const step = build.steps.find(({ id }) => id === 'root');
    const script = (step?.run ?? '').replace('dist/records/snapshot.txt', '').replace(/>>.*/, '');
    const snapshot = `pith-mirror snapshot v1\nrecords 1\nstates ${'a'.repeat(64)}\nbundles ${'b'.repeat(64)}\n`;
    const { stdout } = spawnSync('bash', ['-c', script], { input: snapshot, encoding: 'utf8' });
    assert.equal(stdout, `root=${'b'.repeat(64)}\n`);
  });
});

test('dependabot renews the pins', () => {
  const { updates } = parse(readFileSync(join(root, '.github/dependabot.yml'), 'utf8')) as {
    readonly updates: readonly { readonly 'package-ecosystem': string; readonly directory: string }[];
  };
  assert.ok(updates.some((update) => update['package-ecosystem'] === 'github-actions' && update.directory === '/'));
});
