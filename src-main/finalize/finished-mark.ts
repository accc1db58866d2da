import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { streamGapSchema, streamPacketsSchema } from '../contract/stamps.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile } from '../storage/sync-to-disk.js';

/**
 * Says that a file was finished and proven, and what is known of it: written before the file takes the place of its first
 * segment, and removed when the manifest says the same. Whoever finds one after a crash knows that the file is no
 * segment any more.
 */
const finishedMarkSchema = z.object({
  schema: z.literal('plateau.finished/1'),
  durationMs: z.number().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string(),
  packets: streamPacketsSchema,
  worstGap: streamGapSchema.nullable(),
  isCounted: z.boolean(),
  gaps: z.array(streamGapSchema),
});
export type FinishedMark = Omit<z.infer<typeof finishedMarkSchema>, 'schema'>;

/** Its name inside the take's folder. */
export function finishedMarkName(file: string): string {
  return `.${file}.finished`;
}

/** Writes the mark of a file, and waits until it is on the disk. */
export async function writeFinishedMark(folder: string, file: string, mark: FinishedMark): Promise<void> {
  const path = join(folder, finishedMarkName(file));
  await writeFile(path, `${JSON.stringify({ schema: 'plateau.finished/1', ...mark })}\n`);
  await syncFile(path);
}

/** Whether there is one, of this file or of the one that it was to become. */
export async function hasFinishedMark(folder: string, file: string): Promise<boolean> {
  return stat(join(folder, finishedMarkName(file))).then(
    () => true,
    () => false,
  );
}

/**
 * The mark of a file that has taken its place.
 *
 * @returns null when there is none, or the file is not the one that it tells of: then it is a segment still
 */
export async function readFinishedMark(
  folder: string,
  file: string,
  signal?: AbortSignal,
): Promise<FinishedMark | null> {
  const text = await readFile(join(folder, finishedMarkName(file)), 'utf8').catch(() => null);
  if (text === null) return null;
  const mark = parse(text);
  const path = join(folder, file);
  const size = await stat(path).then(
    (stats) => stats.size,
    () => -1,
  );
  if (mark?.sizeBytes !== size) return null;
  return (await sha256OfFile(path, signal)) === mark.sha256 ? mark : null;
}

/** Removes the marks of files whose manifest says the same. Never rejects: one that stays does no harm. */
export async function removeFinishedMarks(
  folder: string,
  files: readonly { readonly file: string }[],
): Promise<void> {
  await Promise.all(
    files.map(({ file }) => rm(join(folder, finishedMarkName(file)), { force: true }).catch(() => undefined)),
  );
}

function parse(text: string): FinishedMark | null {
  try {
    return finishedMarkSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
