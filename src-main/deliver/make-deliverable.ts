import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deliverable, DeliverableSettings } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import type { StreamPackets } from '../contract/stamps.js';
import type { FfmpegBinary } from '../ffmpeg/ffmpeg-binary.js';
import { streamOf } from '../ffmpeg/media-listing.js';
import { type FfmpegUse, runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { chapterList } from '../finalize/join-arguments.js';
import { readPackets } from '../finalize/read-packets.js';
import { dropChapterTrack } from '../mp4/chapter-track.js';
import { type Chapter, heldChapters } from '../mp4/movie-box.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile, syncFolder } from '../storage/sync-to-disk.js';
import { outputError } from '../storage/take-folder.js';
import { plateauVersion } from '../version.js';
import type { Content } from './content-reader.js';
import { joinArguments, stretchList } from './deliver-arguments.js';
import { canvasFor, isSameSettings, slotCount, stretchFrames, stretchSeconds } from './deliver-plan.js';
import { measureContent } from './measure-content.js';
import { proveDeliverable } from './prove-deliverable.js';
import { makeStretches, readStretchPlan, type StretchPlan, writeStretchPlan } from './stretches.js';

/** What is being done with a file. */
export type DeliverStep = 'reading' | 'encoding' | 'joining' | 'proving';

/** What each step takes of the whole, about. */
const shares: Readonly<Record<DeliverStep, readonly [from: number, to: number]>> = {
  reading: [0, 0.15],
  encoding: [0.15, 0.8],
  joining: [0.8, 0.85],
  proving: [0.85, 1],
};

/** One file that is to be made of an original. */
export interface DeliverableRequest extends Pick<FfmpegUse, 'priority' | 'signal'> {
  readonly ffmpeg: FfmpegBinary;
  readonly sourcePath: string;
  /** As its take's manifest names it, and the checksum that stands there; null where none does. */
  readonly sourceFile: string;
  readonly sourceSha256: string | null;
  /** Where the finished file is put, and what it is called there. */
  readonly folder: string;
  readonly file: string;
  /** Of this file alone, on the disk of `folder`; what an interrupted run has left in it is used. */
  readonly workFolder: string;
  readonly settings: DeliverableSettings;
  /** Markers of the take as chapters, in the order of time; none when left out. */
  readonly chapters?: readonly Chapter[] | undefined;
  /** Of a stretch; {@link stretchSeconds} when left out. */
  readonly stretchSeconds?: number | undefined;
  /** How far the file is as a whole, 0 to 1, and with what. */
  readonly onProgress: (step: DeliverStep, fraction: number) => void;
  /** How many stretches an earlier run had left. */
  readonly onResumed?: ((stretches: number) => void) | undefined;
  /** Called when the file is proven, before it gets its name: whoever is killed between the two makes it once more. */
  readonly onProven: (deliverable: Deliverable) => Promise<void>;
}

const listName = 'list.txt';
const chaptersName = 'chapters.txt';
const joinedName = 'joined.mp4';

interface Source {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly packets: StreamPackets;
  readonly audioEndUs: number;
  /** 0 of a file without video. */
  readonly slots: number;
}

/**
 * Makes an H.264 + AAC file at a constant frame rate of an original, which is only read, and holds it against it: number of
 * frames, length, where both streams begin, and what is seen and heard when. The file has its name once that is proven.
 *
 * @throws PlateauError `verificationFailed` when the original is not as it was recorded, or the file is not what it should be;
 *   `ffmpegMissing`, `ffmpegFailed`, also when `signal` ended it; `diskFull`, `outputUnwritable`
 */
export async function makeDeliverable(request: DeliverableRequest): Promise<Deliverable> {
  const { file, folder, onProven, workFolder } = request;
  try {
    await mkdir(workFolder, { recursive: true });
    const deliverable = await made(request, await readSource(request));
    // A file of other settings makes room; it was ours, and is as it was made.
    await rm(join(folder, file), { force: true });
    await onProven(deliverable);
    await rename(join(workFolder, joinedName), join(folder, file));
    await syncFolder(folder);
    await rm(workFolder, { recursive: true, force: true });
    return deliverable;
  } catch (thrown) {
    const failure = outputError(thrown);
    // Whatever it was made of is not to be trusted.
    if (failure.code === 'verificationFailed')
      await rm(workFolder, { recursive: true, force: true }).catch(() => undefined);
    throw failure;
  }
}

async function made(request: DeliverableRequest, source: Source): Promise<Deliverable> {
  const { file, settings, sourceFile, workFolder } = request;
  const { content, plan } = await planFor(request, source);
  await joinStretches(request, source, plan);
  const path = join(workFolder, joinedName);
  const proven = await proveDeliverable({
    ...runOf(request),
    ...{ path, plan: plan?.video ?? null, audioEndUs: source.audioEndUs },
    fps: settings.fps,
    chapters: chaptersIn(request, source.audioEndUs),
    original: content ?? (await measured(request, source, 'proving', [0, 0.5])),
    onProgress: (fraction) => tell(request, 'proving', content === null ? 0.5 + fraction / 2 : fraction),
  });
  const [sha256, { size: sizeBytes }] = await Promise.all([
    sha256OfFile(path, request.signal),
    stat(path),
    syncFile(path),
  ]);
  const { packets, sha256: sourceSha256, sizeBytes: sourceBytes } = source;
  return {
    file,
    source: { file: sourceFile, sizeBytes: sourceBytes, sha256: sourceSha256, packets },
    ...{ settings, plateauVersion, madeAt: new Date().toISOString() },
    ...{ canvas: plan?.video.canvas ?? null, sizeBytes, sha256, ...proven },
  };
}

/** @throws PlateauError `verificationFailed` when it is missing, was changed, or cannot be read */
async function readSource(request: DeliverableRequest): Promise<Source> {
  const { settings, signal, sourceFile, sourcePath, sourceSha256 } = request;
  tell(request, 'reading', 0);
  const stats = await stat(sourcePath).catch(() => null);
  if (stats === null) throw badSource(`${sourceFile} is missing.`);
  const sha256 = await sha256OfFile(sourcePath, signal);
  if (sourceSha256 !== null && sha256 !== sourceSha256)
    throw badSource(`${sourceFile} was changed after it had been recorded (SHA-256 differs).`);
  const { count: packets, packets: listing } = await readPackets(sourcePath, runOf(request));
  const audio = streamOf(listing, 'audio');
  const video = streamOf(listing, 'video');
  if (listing.exit.exitCode !== 0 || audio === null)
    throw badSource(`${sourceFile} cannot be read to its end.`);
  const audioEndUs = audio.endUs ?? 0;
  const slots = video === null ? 0 : slotCount({ audioEndUs, lastFrameUs: video.lastUs ?? 0 }, settings.fps);
  return { sizeBytes: stats.size, sha256, packets, audioEndUs, slots };
}

function badSource(message: string): PlateauError {
  return new PlateauError('verificationFailed', message, '`plateau verify` on the take’s folder says more.');
}

/** The plan that an interrupted run has followed, or a new one; with the original's content where it had to be decoded. */
async function planFor(
  request: DeliverableRequest,
  source: Source,
): Promise<{ readonly plan: StretchPlan | null; readonly content: Content | null }> {
  const { ffmpeg, settings, workFolder } = request;
  if (source.slots === 0) return { plan: null, content: await measured(request, source, 'reading') };
  const wanted = {
    ...{ sourceSha256: source.sha256, settings, ffmpegVersion: ffmpeg.version },
    stretchSeconds: request.stretchSeconds ?? stretchSeconds,
  };
  const left = await readStretchPlan(workFolder);
  const isSame =
    left?.sourceSha256 === wanted.sourceSha256 &&
    isSameSettings(left.settings, settings) &&
    left.ffmpegVersion === wanted.ffmpegVersion &&
    left.stretchSeconds === wanted.stretchSeconds &&
    left.video.slots === source.slots;
  if (isSame) return { plan: left, content: null };
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true });
  const content = await measured(request, source, 'reading');
  const { isColorKnown, leadSlots, rotation, sizes } = content;
  const canvas = canvasFor(sizes, rotation, settings.size);
  const plan = { ...wanted, video: { canvas, rotation, leadSlots, isColorKnown, slots: source.slots } };
  await writeStretchPlan(workFolder, plan);
  return { plan, content };
}

/** The finished file, under the name that it has until it is proven. */
async function joinStretches(
  request: DeliverableRequest,
  { audioEndUs }: Source,
  plan: StretchPlan | null,
): Promise<void> {
  const { onResumed, settings, sourcePath, workFolder } = request;
  if (plan !== null) {
    const run = { ...runOf(request), sourcePath, folder: workFolder, plan };
    const left = await makeStretches({
      ...run,
      onProgress: (fraction) => tell(request, 'encoding', fraction),
    });
    onResumed?.(left);
    const stretches = stretchFrames(plan.video.slots, settings.fps, plan.stretchSeconds).length;
    await writeFile(join(workFolder, listName), stretchList(stretches));
  }
  const chapters = chaptersIn(request, audioEndUs);
  const chaptersFile = chapters.length === 0 ? null : chaptersName;
  if (chaptersFile !== null)
    await writeFile(join(workFolder, chaptersFile), chapterList(chapters, audioEndUs / 1_000));
  await runFfmpeg(
    {
      ...{ ...runOf(request), folder: workFolder },
      arguments: joinArguments(sourcePath, plan === null ? null : listName, joinedName, chaptersFile),
      onStdoutLine: (line) => {
        const time = /^out_time_us=(\d+)/.exec(line);
        if (time !== null) tell(request, 'joining', Number(time[1]) / Math.max(1, audioEndUs));
      },
    },
    'encoding the audio again',
  );
  if (chaptersFile !== null) await dropChapterTrack(join(workFolder, joinedName));
}

async function measured(
  request: DeliverableRequest,
  { audioEndUs, slots }: Source,
  step: DeliverStep,
  [from, to]: readonly [number, number] = [0, 1],
): Promise<Content> {
  const { settings, sourcePath } = request;
  const { content } = await measureContent({
    ...{ ...runOf(request), path: sourcePath, fps: settings.fps, slots, lengthUs: audioEndUs },
    onProgress: (fraction) => tell(request, step, from + fraction * (to - from)),
  });
  return content;
}

/** A marker may stand behind the end of a file. */
function chaptersIn({ chapters = [] }: DeliverableRequest, endUs: number): Chapter[] {
  return heldChapters(
    chapters
      .filter(({ atMs }) => atMs * 1_000 < endUs)
      .map(({ atMs, title }) => ({ atMs: Math.round(atMs), title: title.replaceAll(/\p{Cc}+/gu, ' ') }))
      .toSorted((one, other) => one.atMs - other.atMs),
  );
}

function runOf({ ffmpeg, priority, signal }: DeliverableRequest): FfmpegUse {
  return { ffmpegPath: ffmpeg.path, priority, signal };
}

function tell({ onProgress }: DeliverableRequest, step: DeliverStep, fraction: number): void {
  const [from, to] = shares[step];
  onProgress(step, from + (to - from) * Math.min(1, Math.max(0, fraction)));
}
