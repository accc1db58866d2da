import { box, boxParts, fullBox, u32, u64 } from './boxes.js';
import type { FinishedTrack } from './finished-track.js';
import { sampleTableParts } from './table-boxes.js';

/** A named moment of the movie. */
export interface Chapter {
  /** From the movie's 0. */
  readonly atMs: number;
  readonly title: string;
}

/** Ticks per second of the movie: whole ones for audio at 48 kHz and for video at 16,000 ticks. */
export const movieTimescale = 48_000;
/** What is larger needs a box of version 1, with 64 bits. */
const largest32 = 0xffff_ffff;
/** One byte counts them, and one the bytes of a title. */
const maxChapters = 255;
const maxTitleBytes = 255;
/** Unity: ISO/IEC 14496-12, section 6.2.2. */
const matrix = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);

/**
 * The header of the finished movie (`moov`), in parts that are written one after the other: ISO/IEC 14496-12, section 8.2. Each track is shown from where its first
 * sample stands on the take's timeline; what lies before the take's 0, an encoder's priming, is cut off by an edit.
 *
 * @param userData a whole `udta` that is taken over
 */
export function movieParts(
  tracks: readonly FinishedTrack[],
  userData: Buffer | null,
  chapters: readonly Chapter[] = [],
): Buffer[] {
  const durations = tracks.map(shownTicks);
  const longest = Math.max(0, ...durations.map((ticks, index) => ticks + startTicks(tracks[index])));
  const traks = tracks.flatMap((track, index) => trackParts(track, index + 1, durations[index] ?? 0));
  return boxParts('moov', movieHeader(longest, tracks.length + 1), ...traks, ...userBox(userData, chapters));
}

/** Ticks of the movie from its 0 to the first sample. */
function startTicks(track: FinishedTrack | undefined): number {
  return track === undefined ? 0 : toMovie(Math.max(0, track.samples.firstDts), track);
}

/** Ticks of the movie that a track is shown for, from its start on. */
function shownTicks(track: FinishedTrack): number {
  const { endDts, firstDts } = track.samples;
  return toMovie(endDts - Math.max(0, firstDts), track);
}

function toMovie(ticks: number, { header }: FinishedTrack): number {
  return Math.round((ticks * movieTimescale) / header.timescale);
}

function movieHeader(durationTicks: number, nextTrackId: number): Buffer {
  return fullBox(
    ...dated('mvhd', 0, durationTicks),
    ...timesOf(movieTimescale, durationTicks),
    // Rate and volume 1, reserved.
    ...[u32(0x1_0000), Buffer.from([1, 0]), Buffer.alloc(10), matrix],
    // Of QuickTime, and not used any more.
    Buffer.alloc(24),
    u32(nextTrackId),
  );
}

function trackParts(track: FinishedTrack, trackId: number, durationTicks: number): Buffer[] {
  const { header, samples } = track;
  const mediaTicks = samples.endDts - samples.firstDts;
  const { hdlr, mdhd, mediaInformation } = header;
  const language = mdhd.subarray(mdhd.length - 4, mdhd.length - 2);
  return boxParts(
    'trak',
    trackHeader(track, trackId, durationTicks + startTicks(track)),
    ...editBox(track, durationTicks),
    ...boxParts(
      'mdia',
      fullBox(
        ...dated('mdhd', 0, mediaTicks),
        ...timesOf(header.timescale, mediaTicks),
        ...[language, Buffer.alloc(2)],
      ),
      box('hdlr', hdlr),
      ...boxParts('minf', ...mediaInformation, ...sampleTableParts(samples, track.descriptions)),
    ),
  );
}

/** All but the number and the duration is the source's: layer, group, volume, matrix and size. */
function trackHeader({ header }: FinishedTrack, trackId: number, durationTicks: number): Buffer {
  const rest = header.tkhd.subarray(header.tkhd.length - 60);
  const isLong = durationTicks > largest32;
  const duration = isLong ? u64(durationTicks) : u32(durationTicks);
  const dates = Buffer.alloc(isLong ? 16 : 8);
  // Enabled, and a part of the presentation.
  return fullBox('tkhd', isLong ? 1 : 0, 3, dates, u32(trackId, 0), duration, rest);
}

/** Section 8.6.6. None where the first sample is shown at 0. */
function editBox(track: FinishedTrack, durationTicks: number): Buffer[] {
  const { firstDts } = track.samples;
  if (firstDts === 0) return [];
  const emptyTicks = startTicks(track);
  const edits = [
    ...(emptyTicks > 0 ? [{ duration: emptyTicks, mediaTime: -1 }] : []),
    { duration: durationTicks, mediaTime: Math.max(0, -firstDts) },
  ];
  const isLong = edits.some(({ duration, mediaTime }) => duration > largest32 || mediaTime > 0x7fff_ffff);
  const records = edits.map(({ duration, mediaTime }) => {
    const time = Buffer.alloc(isLong ? 8 : 4);
    if (isLong) time.writeBigInt64BE(BigInt(mediaTime));
    else time.writeInt32BE(mediaTime);
    return Buffer.concat([isLong ? u64(duration) : u32(duration), time, u32(0x1_0000)]);
  });
  return [box('edts', fullBox('elst', isLong ? 1 : 0, 0, u32(edits.length), ...records))];
}

function dated(type: string, flags: number, duration: number): [string, number, number] {
  return [type, duration > largest32 ? 1 : 0, flags];
}

/** Dates that nobody knows, timescale and duration, in the version that {@link dated} chose. */
function timesOf(timescale: number, duration: number): Buffer[] {
  return duration > largest32
    ? [u64(0, 0), u32(timescale), u64(duration)]
    : [u32(0, 0, timescale), u32(duration)];
}

function userBox(userData: Buffer | null, chapters: readonly Chapter[]): Buffer[] {
  const known = userData === null ? [] : [userData.subarray(8)];
  const list = chapters.length === 0 ? [] : [chapterBox(chapters)];
  return known.length + list.length === 0 ? [] : [box('udta', ...known, ...list)];
}

/** Chapters as Nero wrote them first, and as ffmpeg, VLC and mpv read them: times of 100 ns, titles of 255 bytes. */
function chapterBox(chapters: readonly Chapter[]): Buffer {
  const listed = chapters.slice(0, maxChapters);
  const records = listed.flatMap(({ atMs, title }) => {
    const text = titleBytes(title);
    return [u64(Math.round(atMs * 10_000)), Buffer.from([text.length]), text];
  });
  return fullBox('chpl', 1, 0, u32(0), Buffer.from([listed.length]), ...records);
}

/** Chapters as the box can hold them: not too many, and none with a longer title; no character is cut in two. */
export function heldChapters(chapters: readonly Chapter[]): Chapter[] {
  return chapters
    .slice(0, maxChapters)
    .map(({ atMs, title }) => ({ atMs, title: titleBytes(title).toString() }));
}

function titleBytes(title: string): Buffer {
  let bytes = 0;
  let end = 0;
  for (const character of title) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxTitleBytes) break;
    end += character.length;
  }
  return Buffer.from(title.slice(0, end));
}
