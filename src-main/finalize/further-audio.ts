import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { FurtherAudio, ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { PacketCount, StreamPackets } from '../contract/stamps.js';
import { mp4VideoTimescale } from '../ffmpeg/ffmpeg-arguments.js';
import { type MediaListing, type StreamListing, streamOf } from '../ffmpeg/media-listing.js';
import { mediaUrl } from '../ffmpeg/media-url.js';
import { isSameCount } from '../ffmpeg/packet-tally.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile, syncFolder } from '../storage/sync-to-disk.js';
import { freeBytesOf } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { FinalizeRequest } from './finalize-file.js';
import { finalizeFiles } from './finalize-take.js';
import { finishedMarkName, writeFinishedMark } from './finished-mark.js';
import { readPackets } from './read-packets.js';

/**
 * Finalizes the files of a take, and then puts further audio where somebody wants it.
 *
 * @param place of further microphones: `file` leaves them in files of their own
 */
export async function finalizeWithAudio(
  request: FinalizeRequest,
  place: 'file' | 'stream' = 'file',
): Promise<WithFurtherAudio> {
  const entries = await finalizeFiles(request);
  return place === 'file' ? { entries, obsolete: [] } : addFurtherAudio({ ...request, entries });
}

/** The finished files of a take, and what is needed to put further audio into those of its participants. */
export interface FurtherAudioRequest {
  readonly folder: string;
  readonly profile: Profile;
  readonly ffmpegPath: string;
  /** As they were finalized. */
  readonly entries: readonly ManifestFile[];
  readonly report: EventReporter;
  /** Ends the work: what is not done stays in files of its own. */
  readonly signal?: AbortSignal | undefined;
}

/** What has become of the files. */
export interface WithFurtherAudio {
  readonly entries: ManifestFile[];
  /** Files that are streams of others now: to be removed once a manifest says so. */
  readonly obsolete: readonly string[];
}

/** Left free beside the copy. */
const reserveBytes = 20_000_000;
/** Matroska's times are whole milliseconds. */
const timeToleranceUs = 2_000;

/**
 * Makes further microphones, which were recorded into files of their own, further audio streams of their participant's
 * file: copied, and held packet by packet against both. The file of a participant with no further audio is left alone.
 * Never throws for a file that resists: it stays as it is, and the log says why.
 */
export async function addFurtherAudio(request: FurtherAudioRequest): Promise<WithFurtherAudio> {
  const entries: ManifestFile[] = [];
  const obsolete: string[] = [];
  const merged = new Set<ManifestFile>();
  for (const entry of request.entries) {
    const further = furtherOf(entry, request.entries);
    if (further.length === 0) continue;
    try {
      entries.push(await addTo(entry, further, request));
      for (const one of [entry, ...further]) merged.add(one);
      obsolete.push(...further.map(({ file }) => file));
      tell(entry, further, request.report);
    } catch (thrown) {
      const { hint, message } = toPlateauError(thrown);
      const files = further.map(({ file }) => file).join(', ');
      const text = `Further audio stays in a file of its own (${files}): ${message}`;
      request.report.warning('furtherAudioApart', text, entry.identity, { hint });
    }
  }
  const others = request.entries.filter((entry) => !merged.has(entry));
  const order = request.entries.map(({ file }) => file);
  const sorted = [...entries, ...others].sort((a, b) => order.indexOf(a.file) - order.indexOf(b.file));
  return { entries: sorted, obsolete };
}

/** Removes files that are streams of others, and their marks. Never rejects: one that stays does no harm. */
export async function removeObsolete(folder: string, files: readonly string[]): Promise<void> {
  const paths = files.flatMap((file) => [file, finishedMarkName(file)]);
  await Promise.all(paths.map((file) => rm(join(folder, file), { force: true }).catch(() => undefined)));
}

function furtherOf(entry: ManifestFile, entries: readonly ManifestFile[]): ManifestFile[] {
  if (entry.trackNumber !== 1 || entry.state !== 'verified') return [];
  return entries
    .filter(
      ({ canvas, identity, kind, part, state, trackNumber }) =>
        identity === entry.identity &&
        kind === entry.kind &&
        part?.number === entry.part?.number &&
        trackNumber > 1 &&
        canvas === null &&
        state === 'verified',
    )
    .sort((a, b) => a.trackNumber - b.trackNumber);
}

async function addTo(
  entry: ManifestFile,
  further: readonly ManifestFile[],
  request: FurtherAudioRequest,
): Promise<ManifestFile> {
  const { ffmpegPath, folder, signal } = request;
  await assertSpace(folder, [entry, ...further]);
  const temporary = join(folder, `.${entry.file}.finalizing`);
  try {
    const reading = { ffmpegPath, signal };
    // One after the other: they lie on the same disk.
    const own = await readPackets(join(folder, entry.file), reading);
    const lateMs = await videoLateMs(request, entry, further, own.packets, temporary);
    const args = mergeArguments(request, entry, further, lateMs, temporary);
    await runFfmpeg({ ffmpegPath, arguments: args, folder, signal }, 'adding further audio');
    const made = await readPackets(temporary, reading);
    const others: (typeof own)[] = [];
    for (const { file } of further) others.push(await readPackets(join(folder, file), reading));
    prove(made, own, others);
    const [sha256] = await Promise.all([sha256OfFile(temporary, signal), syncFile(temporary)]);
    const { size: sizeBytes } = await stat(temporary);
    const durationMs = (made.packets.endUs ?? 0) / 1000;
    const intact = entry.stamps?.intact;
    const worstGap = intact?.worstGap ?? null;
    const mark = { durationMs, sizeBytes, sha256, packets: made.count, worstGap, isCounted: true, gaps: [] };
    await writeFinishedMark(folder, entry.file, mark);
    await rename(temporary, join(folder, entry.file));
    await syncFolder(folder);
    return {
      ...entry,
      ...{ sizeBytes, sha256, durationMs },
      ...(entry.stamps !== undefined && {
        stamps: { ...entry.stamps, intact: { ...entry.stamps.intact, packets: made.count } },
      }),
      furtherAudio: further.map(asStream),
    };
  } finally {
    await rm(temporary, { force: true });
  }
}

async function assertSpace(folder: string, files: readonly ManifestFile[]): Promise<void> {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes === null || freeBytes >= bytes + reserveBytes) return;
  throw new PlateauError(
    'diskFull',
    'There is too little free space for a copy of the file.',
    'Free some space before the next take.',
  );
}

/**
 * WebM's muxer of older ffmpegs (5.1) moves the video by the priming that stands before 0 in the audio, that of newer ones (7.0)
 * does not: a copy of the first second tells which one this is.
 */
async function videoLateMs(
  request: FurtherAudioRequest,
  entry: ManifestFile,
  further: readonly ManifestFile[],
  own: MediaListing,
  temporary: string,
): Promise<number> {
  const { ffmpegPath, folder, profile, signal } = request;
  const wantedUs = streamOf(own, 'video')?.firstUs ?? null;
  if (profile.container !== 'webm' || wantedUs === null) return 0;
  const args = mergeArguments(request, entry, further, 0, temporary, firstSecond);
  await runFfmpeg({ ffmpegPath, arguments: args, folder, signal }, 'adding further audio');
  const { packets } = await readPackets(temporary, { ffmpegPath, signal });
  return Math.max(0, (streamOf(packets, 'video')?.firstUs ?? wantedUs) - wantedUs) / 1000;
}

const firstSecond = ['-t', '1'];

function mergeArguments(
  { folder, profile }: FurtherAudioRequest,
  entry: ManifestFile,
  further: readonly ManifestFile[],
  lateMs: number,
  temporary: string,
  limits: readonly string[] = [],
): string[] {
  const format = {
    mp4: ['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale), '-movflags', '+faststart'],
    mkv: ['-f', 'matroska'],
    webm: ['-f', 'webm'],
  };
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'warning', '-nostats', '-progress', 'pipe:1', '-y'],
    // All of them stand on the take's timeline: ffmpeg must not move any of them to 0.
    '-copyts',
    ...[entry, ...further].flatMap(({ file }) => ['-i', mediaUrl(join(folder, file))]),
    ...['-map', '0'],
    ...further.flatMap((_, index) => ['-map', `${index + 1}:a:0`]),
    ...['-c', 'copy', ...limits],
    ...(lateMs === 0 ? [] : ['-bsf:v', `setts=pts=PTS-${lateMs / 1000}/TB:dts=PTS-${lateMs / 1000}/TB`]),
    ...further.flatMap((one, index) => {
      const stream = `s:a:${index + 1}`;
      const title = titleOf(one);
      // MP4 keeps no title of a stream; players show its handler's name.
      return [
        ...[`-metadata:${stream}`, `title=${title}`, `-metadata:${stream}`, `handler_name=${title}`],
        ...[`-disposition:a:${index + 1}`, '0'],
      ];
    }),
    ...format[profile.container],
    mediaUrl(temporary),
  ];
}

/** What the publisher calls the track; otherwise its number. */
function titleOf({ trackNumber, tracks }: ManifestFile): string {
  const name = tracks.map((track) => track.name.trim()).find((text) => text !== '');
  return (name ?? `Audio ${trackNumber}`).replaceAll(/[\p{Cc}]/gu, ' ').slice(0, 200);
}

interface ReadFile {
  readonly packets: MediaListing;
  readonly count: StreamPackets;
}

/** Every packet of every source is in the new file, in its order and at its time, and nothing else is. */
function prove(made: ReadFile, own: ReadFile, others: readonly ReadFile[]): void {
  const pairs: [PacketCount | null, PacketCount | null][] = [
    [made.count.video, own.count.video],
    [made.count.audio, own.count.audio],
    ...others.map(({ count }, index): [PacketCount | null, PacketCount | null] => [
      made.count.furtherAudio?.[index] ?? null,
      count.audio,
    ]),
  ];
  const isWhole = pairs.every(([one, other]) =>
    one === null || other === null ? one === other : isSameCount(one, other),
  );
  const sources = [...own.packets.streams, ...others.flatMap(({ packets }) => packets.streams)];
  const { streams } = made.packets;
  const isInPlace =
    streams.length === sources.length && streams.every((stream, index) => isAt(stream, sources[index]));
  if (isWhole && isInPlace) return;
  throw new PlateauError(
    'verificationFailed',
    isWhole ? 'A stream does not stand at its time in the joined file.' : 'The joined file lacks packets.',
    'Nothing is lost: the files are as they were recorded.',
  );
}

function isAt(stream: StreamListing, source: StreamListing | undefined): boolean {
  return (['firstUs', 'lastUs'] as const).every(
    (time) => Math.abs((stream[time] ?? 0) - (source?.[time] ?? 0)) <= timeToleranceUs,
  );
}

function asStream(entry: ManifestFile): FurtherAudio {
  const { trackNumber, segments, tracks, tracksNotListed, video, audio, missedFrames } = entry;
  const { audioSilenceMs, audioLostMs, audioConcealedMs, gaps, gapsLeftOut, stamps } = entry;
  return {
    ...{ trackNumber, segments, tracks, tracksNotListed, canvas: null, video, audio, missedFrames },
    ...{ audioSilenceMs, audioLostMs, audioConcealedMs, gaps, gapsLeftOut, stamps },
  };
}

function tell(
  { file, identity }: ManifestFile,
  further: readonly ManifestFile[],
  report: EventReporter,
): void {
  for (const [index, one] of further.entries()) {
    report.info('furtherAudioAdded', `${one.file} is audio stream ${index + 2} of ${file} now.`, identity, {
      file,
    });
  }
}
