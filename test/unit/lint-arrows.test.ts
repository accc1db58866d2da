import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';

// The project's own configuration, without the rules that need types: the snippets are no files on disk.
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  if (result === undefined) throw new Error(`${filePath} was not linted`);
  return result.messages
    .filter(({ ruleId }) => ruleId === null || ruleId.startsWith('no-restricted-'))
    .map(({ message }) => message);
}

const forbidden: readonly [file: string, specifier: string][] = [
  ['src-main/recorder.ts', 'electron'],
  ['src-main/recorder.ts', 'react'],
  ['src-main/recorder.ts', 'react/jsx-runtime'],
  ['src-main/recorder.ts', '@livekit/rtc-node'],
  ['src-main/recorder.ts', 'commander'],
  ['src-main/recorder.ts', 'node:child_process'],
  ['src-main/recorder.ts', '../src-renderer/app.js'],
  ['src-main/recorder.ts', '../test/fixtures/room.js'],
  ['src-main/recorder.ts', '#engine/contract/errors.js'],
  ['src-main/console-host/server.ts', 'electron'],
  ['src-main/contract/errors.ts', 'node:fs'],
  ['src-main/contract/errors.ts', 'commander'],
  ['src-main/contract/errors.ts', '../pipeline/frame-queue.js'],
  ['src-main/pipeline/frame-queue.ts', '../sink/disk-writer.js'],
  ['src-main/pipeline/frame-queue.ts', '../livekit/room-session.js'],
  ['src-main/pipeline/frame-queue.ts', '../lab/soak.js'],
  ['src-main/pipeline/frame-queue.ts', '../recorder.js'],
  ['src-main/pipeline/frame-queue.ts', '@livekit/rtc-ffi-bindings'],
  ['src-main/pipeline/deeper/part.ts', '../../sink/disk-writer.js'],
  ['src-main/sink/disk-writer.ts', '../livekit/room-session.js'],
  ['src-main/sink/disk-writer.ts', '../lab/soak.js'],
  ['src-main/livekit/room-session.ts', '../sink/disk-writer.js'],
  ['src-main/livekit/room-session.ts', '../lab/soak.js'],
  ['src-main/livekit/room-session.ts', 'child_process'],
  ['src-main/telemetry/sampler.ts', '../livekit/room-session.js'],
  ['src-main/telemetry/sampler.ts', '../sink/disk-writer.js'],
  ['src-main/telemetry/sampler.ts', '../lab/soak.js'],
  ['src-main/telemetry/sampler.ts', 'livekit-server-sdk'],
  ['src-main/lab/soak.ts', '@livekit/rtc-node'],
  ['src-renderer/app.ts', '../src-main/recorder.js'],
  ['src-renderer/app.ts', '../src-main/pipeline/frame-queue.js'],
  ['src-renderer/app.ts', 'electron'],
];

test.each(forbidden)('%s must not import %s', async (file, specifier) => {
  expect(
    await complaints(file, `import * as it from '${specifier}';\nexport const kept = it;\n`),
  ).toHaveLength(1);
  expect(await complaints(file, `export * from '${specifier}';\n`)).toHaveLength(1);
  expect(await complaints(file, `export const kept = await import('${specifier}');\n`)).toHaveLength(1);
});

const allowed: readonly [file: string, specifier: string][] = [
  ['electron/main.ts', 'electron'],
  ['electron/main.ts', '../src-main/recorder.js'],
  ['src-main/recorder.ts', './livekit/room-session.js'],
  ['src-main/recorder.ts', './sink/take-folder.js'],
  ['src-main/cli.ts', 'commander'],
  ['src-main/cli/record-command.ts', 'commander'],
  ['src-main/contract/manifest.ts', 'zod'],
  ['src-main/contract/manifest.ts', './errors.js'],
  ['src-main/pipeline/frame-queue.ts', '../contract/errors.js'],
  ['src-main/sink/live-encoder.ts', 'node:child_process'],
  ['src-main/sink/live-encoder.ts', '../pipeline/semaphore.js'],
  ['src-main/livekit/room-session.ts', '@livekit/rtc-node'],
  ['src-main/livekit/room-session.ts', '@livekit/rtc-ffi-bindings'],
  ['src-main/livekit/token.ts', 'livekit-server-sdk'],
  ['src-main/lab/livekit-server.ts', 'node:child_process'],
  ['src-main/lab/livekit-server.ts', 'livekit-server-sdk'],
  ['src-main/lab/publisher-process.ts', '@livekit/rtc-node'],
  ['src-main/lab/publisher/main.ts', '@livekit/rtc-node'],
  ['src-renderer/app.ts', 'react'],
  ['src-renderer/app.ts', '../src-main/contract/errors.js'],
];

test.each(allowed)('%s may import %s', async (file, specifier) => {
  expect(await complaints(file, `import * as it from '${specifier}';\nexport const kept = it;\n`)).toEqual(
    [],
  );
});

test('switching a rule off needs a reason', async () => {
  const disable = '// eslint-disable-next-line eqeqeq';
  const code = (comment: string) => `${comment}\nexport const same = (a: unknown) => a == null;\n`;
  const [without] = await eslint.lintText(code(disable), { filePath: 'src-main/recorder.ts' });
  expect(without?.messages.map(({ ruleId }) => ruleId)).toContain(
    '@eslint-community/eslint-comments/require-description',
  );
  const [withReason] = await eslint.lintText(code(`${disable} -- null and undefined`), {
    filePath: 'src-main/recorder.ts',
  });
  expect(withReason?.messages).toEqual([]);
});
