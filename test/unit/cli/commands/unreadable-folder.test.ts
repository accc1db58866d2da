import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertFolder } from '../../../../src-main/cli/commands/recover.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-unreadable-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('says of a folder that cannot be read that it cannot, and not that nothing is in it', async () => {
  // A link to itself is refused to every user; permissions do not stop the one that tests may run as.
  const loop = join(folder, 'loop');
  await symlink(loop, loop);
  await expect(assertFolder(loop)).rejects.toMatchObject({
    code: 'verificationFailed',
    message: `The folder ${loop} cannot be read (ELOOP): nothing is known of the takes in it.`,
  });
});

it('says of a folder that is none, or is not there, that there is none', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const name of ['none', 'file', 'file/below'])
    await expect(assertFolder(join(folder, name))).rejects.toMatchObject({ code: 'takeNotFound' });
  await expect(assertFolder(folder)).resolves.toBeUndefined();
});
