import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const config = readFileSync(resolve(import.meta.dirname, '../../../electron-builder.yml'), 'utf8');

test.each([
  ['enableNodeOptionsEnvironmentVariable', 'false'],
  ['enableNodeCliInspectArguments', 'false'],
  ['enableEmbeddedAsarIntegrityValidation', 'true'],
  ['onlyLoadAppFromAsar', 'true'],
  ['enableCookieEncryption', 'true'],
  ['grantFileProtocolExtraPrivileges', 'false'],
  // Needed by fork() for the demo's people: docs/security.md says what follows from it.
  ['runAsNode', 'true'],
])('the fuse %s is %s', (fuse, value) => {
  expect(config).toMatch(new RegExp(`^  ${fuse}: ${value}$`, 'm'));
});

test('what is loaded or started by its path lies outside of the archive', () => {
  expect(config).toContain("- '**/*.node'");
  expect(config).toContain('- node_modules/ffmpeg-static/**');
});
