import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What an interrupted finalizing, or a manifest that was just being written, leaves beside a take's files. */
const litter = [
  /^\..+\.(?:finalizing|parts|video-parts|chapters|finished)$/,
  /^\.black-(?:audio|(?:video-)?\d+x\d+)(?:\.stored)?\.(?:mp4|mkv|webm)$/,
  /^\.manifest\.json\.tmp$/,
  /^\.copied-files\.json(?:\.tmp)?$/,
  /^\.plateau-lock\.json\..+\.(?:tmp|old)$/,
  /^\.plateau-lock\.json\.claim$/,
  /^\.plateau-[0-9a-f]{8}$/,
  /^\.plateau-reserve$/,
];

/**
 * Removes what nobody needs any more from a take's folder, which the caller holds the lock of, and whose manifest says what the
 * marks of finished files say.
 */
export async function removeLitter(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => litter.some((pattern) => pattern.test(name)));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
