import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { posix, sep } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { fileNamed, packageNamed, roomOf } from '../../scripts/architecture/arrows-rule.mjs';
import { rooms } from '../../scripts/architecture/rooms.mjs';

// The project's own configuration, without the rules that need types: the snippets are no files on disk.
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  if (result === undefined) throw new Error(`${filePath} was not linted`);
  return result.messages
    .filter(({ ruleId }) => ruleId === null || ruleId === 'architecture/arrows')
    .map(({ message }) => message);
}

const forbidden: readonly [file: string, specifier: string][] = [
  ['src-main/recorder/recorder.ts', 'electron'],
  ['src-main/recorder/recorder.ts', 'react'],
  ['src-main/recorder/recorder.ts', 'react/jsx-runtime'],
  ['src-main/recorder/recorder.ts', '@livekit/rtc-node'],
  ['src-main/recorder/recorder.ts', 'commander'],
  ['src-main/recorder/recorder.ts', 'node:child_process'],
  ['src-main/lab/server/livekit-server.ts', 'node:child_process'],
  ['src-main/cli/commands/serve.ts', 'node:child_process'],
  ['src-main/ffmpeg/run-ffmpeg.ts', 'node:child_process'],
  ['src-main/recorder/recorder.ts', '../../src-renderer/app.js'],
  ['src-main/recorder/recorder.ts', '../fixtures/recording-harness.js'],
  ['src-main/recorder/recorder.ts', '#engine/contract/errors.js'],
  ['src-main/recorder/recorder.ts', '../console/console-service.js'],
  ['src-main/recorder/recorder.ts', '../no-room-at-all/part.js'],
  ['src-main/console-host/console-host.ts', 'electron'],
  ['src-main/contract/errors.ts', 'node:fs'],
  ['src-main/contract/errors.ts', 'commander'],
  ['src-main/contract/errors.ts', '../pipeline/frame-queue.js'],
  ['src-main/format/verdict-text.ts', 'node:util'],
  ['src-main/chart/bucket-ring.ts', 'node:fs'],
  ['src-main/report/page/html-table.ts', '../build-report.js'],
  ['src-main/chart/bucket-ring.ts', '../report/report-series.js'],
  ['src-main/chart/bucket-ring.ts', 'recharts'],
  ['src-main/pipeline/frame-queue.ts', '../sink/disk-writer.js'],
  ['src-main/pipeline/frame-queue.ts', '../livekit/room-session.js'],
  ['src-main/pipeline/frame-queue.ts', '../recorder/recorder.js'],
  ['src-main/pipeline/frame-queue.ts', '@livekit/rtc-ffi-bindings'],
  ['src-main/pipeline/frame-queue.ts', 'child_process'],
  ['src-main/pipeline/deeper/part.ts', '../../contract/errors.js'],
  ['src-main/brand-new/part.ts', '../contract/errors.js'],
  ['src-main/loose.ts', './contract/errors.js'],
  ['src-main/sink/disk-writer.ts', '../livekit/room-session.js'],
  ['src-main/sink/disk-writer.ts', '../take/take.js'],
  ['src-main/livekit/room-session.ts', '../sink/disk-writer.js'],
  ['src-main/livekit/room-session.ts', 'child_process'],
  ['src-main/telemetry/rate.ts', '../livekit/room-session.js'],
  ['src-main/telemetry/rate.ts', 'livekit-server-sdk'],
  ['src-main/livekit/connect/access-token.ts', 'livekit-server-sdk'],
  ['src-main/lab/faults/fault-bench.ts', '@livekit/rtc-node'],
  ['src-renderer/app.tsx', '../src-main/recorder/recorder.js'],
  ['src-renderer/app.tsx', '../src-main/pipeline/frame-queue.js'],
  ['src-renderer/app.tsx', 'electron'],
  ['src-renderer/app.tsx', 'node:fs'],
  ['src-renderer/controls/button.tsx', '../stores/session.js'],
  ['src-renderer/stores/session.ts', '../model/console-model.js'],
  ['electron/window/window.ts', '#engine/recorder/recorder.js'],
  ['electron/window/window.ts', '../../src-main/contract/console.js'],
  ['electron/preload.ts', '#engine/console/console-service.js'],
  ['electron/preload.ts', './ipc/ipc.js'],
  ['src-main/history/telemetry-series.ts', 'node:fs'],
  ['src-main/pipeline/frame-queue.ts', 'node:module'],
];

test.each(forbidden)('%s must not import %s', async (file, specifier) => {
  expect(
    await complaints(file, `import * as it from '${specifier}';\nexport const kept = it;\n`),
  ).toHaveLength(1);
  expect(await complaints(file, `export * from '${specifier}';\n`)).toHaveLength(1);
  expect(await complaints(file, `export const kept = await import('${specifier}');\n`)).toHaveLength(1);
  expect(await complaints(file, `export const kept = await import(\`${specifier}\`);\n`)).toHaveLength(1);
  expect(await complaints(file, `export type Kept = import('${specifier}').Kept;\n`)).toHaveLength(1);
});

const byOtherMeans = [
  "const name = 'electron';\nexport const kept = await import(name);",
  "export const kept = await import(`${'elec'}tron`);",
  "export const kept = require('electron') as unknown;",
  "import kept = require('electron');\nexport { kept };",
  "import { createRequire } from 'node:module';\nexport const kept = createRequire('/')('zod') as unknown;",
  "export const kept = process.getBuiltinModule('node:child_process');",
  "export const kept = process['getBuiltinModule']('node:child_process');",
  "export const kept = import.meta.resolve('electron');",
  "export const kept = new Worker(new URL('../console/console-service.js', import.meta.url));",
];

test.each(byOtherMeans)('nothing is loaded past the list: %s', async (code) => {
  expect(await complaints('src-main/pipeline/frame-queue.ts', `${code}\n`)).not.toEqual([]);
});

const globals: readonly [file: string, name: string][] = [
  ['src-main/contract/errors.ts', 'Buffer'],
  ['src-main/history/telemetry-series.ts', 'process'],
  ['src-renderer/app.tsx', 'process'],
];

test.each(globals)('%s must not use %s: a window has none', async (file, name) => {
  const [result] = await eslint.lintText(`export const kept = ${name};\n`, { filePath: file });
  expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('no-restricted-globals');
});

const allowed: readonly [file: string, specifier: string][] = [
  ['electron/main.ts', 'electron'],
  ['electron/shell.ts', '#engine/console/console-service.js'],
  ['src-main/recorder/recorder.ts', '../livekit/room-session.js'],
  ['src-main/recorder/recorder.ts', './preflight.js'],
  ['src-main/recorder/recorder.ts', '../version.js'],
  ['src-main/cli.ts', './cli/program.js'],
  ['src-main/cli/program.ts', 'commander'],
  ['src-main/contract/manifest.ts', 'zod'],
  ['src-main/contract/manifest.ts', './errors.js'],
  ['src-main/pipeline/frame-queue.ts', '../contract/errors.js'],
  ['src-main/chart/bucket-ring.ts', 'd3-scale'],
  ['src-main/report/report-series.ts', '../chart/bucket-ring.js'],
  ['src-main/sink/live-encoder.ts', 'node:child_process'],
  ['src-main/sink/live-encoder.ts', '../pipeline/semaphore.js'],
  ['src-main/livekit/room-session.ts', '@livekit/rtc-node'],
  ['src-main/livekit/ffi/native-stream.ts', '@livekit/rtc-ffi-bindings'],
  ['src-main/livekit/connect/access-token.ts', 'jose'],
  ['src-main/process/start-child.ts', 'node:child_process'],
  ['src-main/lab/room/publisher-process.ts', '@livekit/rtc-node'],
  ['src-renderer/app.tsx', 'react'],
  ['src-renderer/derive/losses.ts', '../../src-main/contract/manifest.js'],
  ['src-main/history/telemetry-series.ts', '../chart/bucket-ring.js'],
  ['test/unit/anything.test.ts', '../../src-main/pipeline/frame-queue.js'],
];

test.each(allowed)('%s may import %s', async (file, specifier) => {
  expect(await complaints(file, `import * as it from '${specifier}';\nexport const kept = it;\n`)).toEqual(
    [],
  );
});

test('switching a rule off needs a reason', async () => {
  const disable = '// eslint-disable-next-line eqeqeq';
  const code = (comment: string) => `${comment}\nexport const same = (a: unknown) => a == null;\n`;
  const [without] = await eslint.lintText(code(disable), { filePath: 'src-main/recorder/recorder.ts' });
  expect(without?.messages.map(({ ruleId }) => ruleId)).toContain(
    '@eslint-community/eslint-comments/require-description',
  );
  const [withReason] = await eslint.lintText(code(`${disable} -- null and undefined`), {
    filePath: 'src-main/recorder/recorder.ts',
  });
  expect(withReason?.messages).toEqual([]);
});

test('every room exists, and every arrow ends in one', () => {
  for (const { path, imports } of rooms) {
    expect(existsSync(path), path).toBe(true);
    for (const target of imports) expect(rooms.map((room) => room.path)).toContain(target);
  }
});

/** The rooms and packages that the files of each room name, whichever way. */
async function namedByRoom(): Promise<Map<string, Set<string>>> {
  const named = new Map(rooms.map(({ path }) => [path, new Set<string>()]));
  const inside = async (wall: string): Promise<string[]> =>
    (await readdir(wall, { recursive: true })).map((name) => posix.join(wall, name.replaceAll(sep, '/')));
  const files = (await Promise.all(['src-main', 'src-renderer', 'electron'].map(inside))).flat();
  for (const file of files.filter((name) => /\.tsx?$/.test(name))) {
    const text = await readFile(file, 'utf8');
    const loaded = /(?:new URL\(|createRequire\([^)]*\)\(|require\.resolve\()\s*'([^']+)'/g;
    const specifiers = [
      ...ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
      ...[...text.matchAll(loaded)].map(([, specifier = '']) => specifier),
    ];
    for (const specifier of specifiers) named.get(roomOf(file)?.path ?? '')?.add(targetOf(file, specifier));
  }
  return named;
}

function targetOf(file: string, specifier: string): string {
  const target = fileNamed(file, specifier);
  return target === null ? packageNamed(specifier) : (roomOf(target)?.path ?? '');
}

test('no room may import what it does not import', async () => {
  const named = await namedByRoom();
  const unused = rooms.flatMap(({ path, imports, packages }) =>
    [...imports, ...packages]
      .filter((one) => named.get(path)?.has(one) !== true)
      .map((one) => `${path}: ${one}`),
  );
  expect(unused).toEqual([]);
});

test('the rooms stand in no circle', () => {
  const importsOf = new Map(rooms.map((room) => [room.path, room.imports]));
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    (importsOf.get(from) ?? []).some((next) => {
      if (next === goal) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, goal, seen);
    });
  expect(rooms.filter(({ path }) => reaches(path, path)).map(({ path }) => path)).toEqual([]);
});
