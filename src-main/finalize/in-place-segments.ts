import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamGap, StreamPackets } from '../contract/stamps.js';
import { type FragmentedMovie, type MovieTrack, readFragmentedMovie } from '../mp4/fragmented-movie.js';
import { Mp4Error } from '../mp4/mp4-error.js';
import { gapsOf, wholeGaps } from './encoder-holes.js';
import type { MeasureRequest } from './grown-segment.js';
import { emptyRemark } from './measure-segments.js';
import type { MeasuredSegment } from './timeline-plan.js';

/** A segment of MP4 that was read from its own fragments. */
export interface InPlaceSegment {
  readonly file: string;
  /** Open for reading and writing; {@link closeSegments} closes it. */
  readonly handle: FileHandle;
  readonly movie: FragmentedMovie;
  readonly audio: MovieTrack;
  /** Null for a segment in which somebody was only heard. */
  readonly video: MovieTrack | null;
  readonly measured: MeasuredSegment;
  /** What was counted while it was written; null when nothing was. */
  readonly written: StreamPackets | null;
}

/** All segments of a file, and what a person should know of them. */
export interface InPlaceSegments {
  readonly segments: readonly InPlaceSegment[];
  readonly remarks: readonly string[];
  /** Where a segment ends before it should, on the take's timeline. */
  readonly gaps: readonly StreamGap[];
}

/**
 * Opens the segments and reads their fragments' headers: none of the audio and video, however long they are.
 *
 * @throws Mp4Error when one of them is not as ffmpeg writes it; the error of the system
 */
export async function openSegments(request: MeasureRequest): Promise<InPlaceSegments> {
  const segments: InPlaceSegment[] = [];
  const remarks: string[] = [];
  const gaps: StreamGap[] = [];
  try {
    for (const grown of request.segments) {
      const { file } = grown;
      const handle = await openGrown(join(request.folder, file));
      const sizeBytes = handle === null ? 0 : (await handle.stat()).size;
      if (handle === null || sizeBytes === 0) {
        await handle?.close();
        remarks.push(emptyRemark(file));
        gaps.push(...wholeGaps(request, grown));
        if ((grown.packets?.audio?.packets ?? 0) > 0)
          throw new Mp4Error(`${file} has lost what was written.`);
        continue;
      }
      const segment = await readSegment(file, handle, grown.startMs, grown.packets ?? null, request.signal);
      segments.push(segment);
      if (segment.movie.isCut) remarks.push(`${file} was cut short.`);
      const canvas = segment.video === null ? null : request.canvas;
      gaps.push(...gapsOf({ ...request, canvas }, grown, segment.measured));
    }
  } catch (thrown) {
    await closeSegments(segments);
    throw thrown;
  }
  return { segments, remarks, gaps };
}

/** Closes what {@link openSegments} has opened. Never rejects. */
export async function closeSegments(segments: readonly InPlaceSegment[]): Promise<void> {
  await Promise.all(segments.map(({ handle }) => handle.close().catch(() => undefined)));
}

async function openGrown(path: string): Promise<FileHandle | null> {
  return open(path, 'r+').catch((thrown: unknown) => {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  });
}

async function readSegment(
  file: string,
  handle: FileHandle,
  startMs: number,
  written: StreamPackets | null,
  signal: AbortSignal | undefined,
): Promise<InPlaceSegment> {
  try {
    const movie = await readFragmentedMovie(handle, signal);
    const [audio, ...otherAudio] = movie.tracks.filter(({ kind }) => kind === 'audio');
    const [video, ...otherVideo] = movie.tracks.filter(({ kind }) => kind === 'video');
    if (audio === undefined || otherAudio.length + otherVideo.length > 0) {
      throw new Mp4Error(`${file} has other streams than one of each kind.`);
    }
    const isEmpty = audio.samples.length === 0 || video?.samples.length === 0;
    if (isEmpty) throw new Mp4Error(`${file} has a stream without packets.`);
    if (movie.tracks.some(({ samples }) => samples.isReordered)) {
      throw new Mp4Error(`${file} has frames in another order than they are shown in.`);
    }
    assertWritten(file, [audio, video], written);
    const timeUs = (track: MovieTrack, dts: number): number => fileTimeUs(movie, track, dts);
    const measured = {
      file,
      takeStartUs: startMs * 1000,
      startUs: 0,
      firstAudioUs: timeUs(audio, audio.samples.firstDts),
      firstVideoUs: video === undefined ? null : timeUs(video, video.samples.firstDts),
      lastAudioUs: timeUs(audio, audio.samples.lastDts),
      audioEndUs: timeUs(audio, audio.samples.endDts),
      lastVideoUs: video === undefined ? null : timeUs(video, video.samples.lastDts),
    };
    return { file, handle, movie, audio, video: video ?? null, measured, written };
  } catch (thrown) {
    await handle.close();
    // A number that stands beyond the end of what was read.
    if (thrown instanceof RangeError) throw new Mp4Error(`${file} is not understood: ${thrown.message}`);
    throw thrown;
  }
}

/** A table that lacks packets would make what they are in unreachable. */
function assertWritten(
  file: string,
  tracks: readonly (MovieTrack | undefined)[],
  written: StreamPackets | null,
): void {
  for (const kind of ['video', 'audio'] as const) {
    const samples = tracks.find((track) => track?.kind === kind)?.samples.length ?? 0;
    if (samples >= (written?.[kind]?.packets ?? 0)) continue;
    throw new Mp4Error(`${file} lacks packets of ${kind} that were written.`);
  }
}

/** Where a sample stands in its own file, as players show it. */
function fileTimeUs({ header }: FragmentedMovie, track: MovieTrack, dts: number): number {
  const emptyUs = (track.emptyEdit / header.timescale) * 1e6;
  return ((dts - track.mediaTime) / track.timescale) * 1e6 + emptyUs;
}

/** Ticks that are added to a track's own times where its file's 0 stands at `positionUs` of the take. */
export function shiftTicks({ header }: FragmentedMovie, track: MovieTrack, positionUs: number): number {
  const emptyUs = (track.emptyEdit / header.timescale) * 1e6;
  return Math.round(((positionUs + emptyUs) * track.timescale) / 1e6) - track.mediaTime;
}

/** A time of the file, in ticks of a track's own. */
export function ownTicks({ header }: FragmentedMovie, track: MovieTrack, fileUs: number): number {
  const emptyUs = (track.emptyEdit / header.timescale) * 1e6;
  return ((fileUs - emptyUs) * track.timescale) / 1e6 + track.mediaTime;
}
