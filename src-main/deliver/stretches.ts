import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { deliverableSettingsSchema } from '../contract/deliverables.js';
import { streamOf } from '../ffmpeg/media-listing.js';
import { type FfmpegUse, runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { readPackets } from '../finalize/read-packets.js';
import { replaceFile } from '../storage/replace-file.js';
import { stretchArguments } from './deliver-arguments.js';
import { stretchFrames, stretchName } from './deliver-plan.js';

const planFileName = 'plan.json';

/** What stretches were made for: only those of an equal plan, of an equal original and by the same ffmpeg fit together. */
const stretchPlanSchema = z.object({
  schema: z.literal('plateau.delivering/1'),
  sourceSha256: z.string(),
  settings: deliverableSettingsSchema,
  ffmpegVersion: z.string(),
  stretchSeconds: z.int().positive(),
  video: z.object({
    canvas: z.object({ width: z.int(), height: z.int() }),
    rotation: z.int(),
    slots: z.int().nonnegative(),
    leadSlots: z.int().nonnegative(),
    isColorKnown: z.boolean(),
  }),
});
export type StretchPlan = Omit<z.infer<typeof stretchPlanSchema>, 'schema'>;

/** The plan that somebody began to follow in a folder; null where nobody did, or it cannot be read. */
export async function readStretchPlan(folder: string): Promise<StretchPlan | null> {
  try {
    return stretchPlanSchema.parse(JSON.parse(await readFile(join(folder, planFileName), 'utf8')));
  } catch {
    return null;
  }
}

/** Remembers what the stretches of a folder are made for. @throws PlateauError `diskFull`, `outputUnwritable` */
export async function writeStretchPlan(folder: string, plan: StretchPlan): Promise<void> {
  await replaceFile(
    join(folder, planFileName),
    `${JSON.stringify({ schema: 'plateau.delivering/1', ...plan })}\n`,
  );
}

/** Where and how stretches are made. */
export interface StretchRun extends FfmpegUse {
  readonly sourcePath: string;
  /** Nothing else is in it. */
  readonly folder: string;
  readonly plan: StretchPlan;
  /** How much of the video is encoded, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/**
 * Encodes the stretches that are not there yet.
 *
 * @returns how many of them an earlier run had left
 * @throws PlateauError `ffmpegMissing`, `ffmpegFailed`, `diskFull`
 */
export async function makeStretches(run: StretchRun): Promise<number> {
  const { ffmpegPath, folder, onProgress, plan, priority, signal, sourcePath } = run;
  const { settings, stretchSeconds, video } = plan;
  const frames = stretchFrames(video.slots, settings.fps, stretchSeconds);
  const firstStretch = await wholeStretches(run, frames);
  if (firstStretch === frames.length) return firstStretch;
  const doneFrames = firstStretch * stretchSeconds * settings.fps;
  onProgress(doneFrames / video.slots);
  await runFfmpeg(
    {
      ...{ ffmpegPath, folder, priority, signal },
      arguments: stretchArguments({
        sourcePath,
        plan: video,
        fps: settings.fps,
        stretchSeconds,
        firstStretch,
      }),
      onStdoutLine: (line) => {
        const frame = /^frame=(\d+)/.exec(line);
        if (frame !== null) onProgress(Math.min(1, (doneFrames + Number(frame[1])) / video.slots));
      },
    },
    'encoding the video again',
  );
  return firstStretch;
}

/** How many stretches from the first on are whole; what an interrupted run has left of the next ones is removed. */
async function wholeStretches(
  { ffmpegPath, folder, priority, signal }: StretchRun,
  frames: readonly number[],
): Promise<number> {
  const names = new Set(await readdir(folder));
  let whole = 0;
  for (const [index, wanted] of frames.entries()) {
    const name = stretchName(index);
    if (!names.has(name)) break;
    const { count, packets } = await readPackets(join(folder, name), { ffmpegPath, priority, signal });
    const isRead = packets.exit.exitCode === 0 && packets.errorCount === 0;
    if (!isRead || count.video?.packets !== wanted || streamOf(packets, 'video')?.firstUs !== 0) break;
    whole += 1;
  }
  const kept = new Set([planFileName, ...frames.slice(0, whole).map((_, index) => stretchName(index))]);
  const others = [...names].filter((name) => !kept.has(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  return whole;
}
