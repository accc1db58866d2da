import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { TakeMode } from '../contract/recording.js';
import { gapsOfFile } from '../finalize/gaps-of-file.js';
import { SegmentList } from '../sink/segment-list.js';
import { fileStemFor } from '../storage/take-folder.js';
import { fileKeyOf } from '../take/file-counts.js';
import { type CountedStretch, sumOfStretches } from './count-log.js';
import { type CutSegment, cutSegment } from './cut-segment.js';
import type { RunFacts, RunPlaces } from './kept-run.js';
import { type Joint, seamsOf } from './replay-seams.js';
import type { KeptFragment } from './replay-store.js';

/** One segment of a file that is saved. */
export interface ReplaySegment {
  readonly file: string;
  readonly head: Buffer;
  readonly fragments: readonly KeptFragment[];
}

/** One file that is saved. Its entry says all but what is counted while it is written. */
export interface ReplayFile {
  readonly entry: ManifestFile;
  readonly counted: CountedStretch | null;
  /** Audio that is missing where the encoders of one run ended and those of the next began, in milliseconds. */
  readonly seamAudioMs: number;
  readonly segments: readonly ReplaySegment[];
}

/** The last seconds, cut out of what is kept. Times are milliseconds of the timeline that begins with it. */
export interface Replay {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly profile: Profile;
  /** `encode` when left out. */
  readonly mode?: TakeMode;
  readonly audioOnly: boolean;
  readonly files: readonly ReplayFile[];
  readonly markers: Manifest['markers'];
  readonly standstills: NonNullable<Manifest['standstills']>;
  readonly participants: Pick<Manifest, 'participants' | 'participantsNotListed'>;
}

/** A segment that is cut, and whose it is. */
interface Piece<Run extends RunPlaces = RunFacts> {
  readonly run: Run;
  readonly entry: ManifestFile;
  readonly cut: CutSegment;
  /** On the timeline that all runs share. */
  readonly zeroMs: number;
}

interface Stretch<Run extends RunPlaces> {
  /** Runs of the last one's profile: files of others cannot be joined with it. */
  readonly alike: readonly Run[];
  readonly last: Run;
  readonly pieces: readonly Piece<Run>[];
  readonly fromMs: number;
  readonly endMs: number;
}

/**
 * Cuts the last `lengthMs` out of what is kept of some runs. Every file goes back to the key frame before that moment, so
 * that it has all of it; the first of them is where the replay begins, and black stands before the others.
 *
 * @param runs in their order
 * @returns null when nothing is kept
 */
export function buildReplay(runs: readonly RunFacts[], lengthMs: number): Replay | null {
  const stretch = lastStretch(runs, lengthMs);
  if (stretch === null) return null;
  const { alike, endMs, fromMs, last, pieces } = stretch;
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = fileKeyOf(piece.entry);
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  const stems = new Set<string>();
  const first = pieces.reduce((one, other) => (beginOf(other) < beginOf(one) ? other : one));
  return {
    startedAt: wallClockOf(first.run, fromMs),
    durationMs: endMs - fromMs,
    ...{ profile: last.profile, audioOnly: last.audioOnly, participants: last.participants },
    files: [...groups.values()].map((group) => fileOf(group, fromMs, endMs, stems)),
    markers: momentsIn(alike, fromMs, endMs, ({ moments }) => moments.markers),
    standstills: momentsIn(alike, fromMs, endMs, ({ moments }) => moments.standstills ?? []),
  };
}

/** How long {@link buildReplay} would make it, in milliseconds; 0 when nothing is kept. Takes what that does. */
export function replayLengthMs(runs: readonly RunPlaces[], lengthMs: number): number {
  const stretch = lastStretch(runs, lengthMs);
  return stretch === null ? 0 : stretch.endMs - stretch.fromMs;
}

/** What is saved of some runs, and where it lies on the timeline that they share. */
function lastStretch<Run extends RunPlaces>(runs: readonly Run[], lengthMs: number): Stretch<Run> | null {
  const whole = runs.flatMap((run) => piecesOf(run, -Infinity));
  const endMs = Math.max(...whole.map(endOf));
  const last = runs.findLast((run) => whole.some((piece) => piece.run === run));
  if (last === undefined) return null;
  const alike = runs.filter(({ profile }) => JSON.stringify(profile) === JSON.stringify(last.profile));
  const pieces = withOneCanvas(
    alike
      .flatMap((run) => piecesOf(run, endMs - lengthMs))
      .filter((piece) => endOf(piece) > endMs - lengthMs),
  );
  if (pieces.length === 0) return null;
  return { alike, endMs, fromMs: Math.min(...pieces.map(beginOf)), last, pieces };
}

/** @param fromMs of the shared timeline */
function piecesOf<Run extends RunPlaces>(run: Run, fromMs: number): Piece<Run>[] {
  return run.entries.flatMap((entry) =>
    entry.segments.flatMap(({ file, startMs }) => {
      const kept = run.kept.of(file);
      const zeroMs = run.offsetMs + startMs;
      const cut = kept === undefined ? null : cutSegment(kept, fromMs - zeroMs);
      return cut === null ? [] : [{ run, entry, cut, zeroMs }];
    }),
  );
}

function beginOf({ cut: { startMs, videoMs }, zeroMs }: Pick<Piece, 'cut' | 'zeroMs'>): number {
  return zeroMs + (videoMs ?? startMs);
}

function endOf({ cut, zeroMs }: Pick<Piece, 'cut' | 'zeroMs'>): number {
  return zeroMs + cut.endMs;
}

/** One file has one size: of somebody whose frames had another one before, only what came since then is saved. */
function withOneCanvas<Run extends RunPlaces>(pieces: readonly Piece<Run>[]): Piece<Run>[] {
  return pieces.filter(({ entry }, index) => {
    const later = pieces.slice(index + 1).filter((other) => fileKeyOf(other.entry) === fileKeyOf(entry));
    return later.every(
      ({ entry: { canvas } }) =>
        canvas === null || entry.canvas === null || JSON.stringify(canvas) === JSON.stringify(entry.canvas),
    );
  });
}

function fileOf(pieces: readonly Piece[], fromMs: number, endMs: number, stems: Set<string>): ReplayFile {
  const newest = pieces.at(-1);
  if (newest === undefined) throw new RangeError('A file has no segment.');
  const { entry, run } = newest;
  const list = new SegmentList(fileStemFor(stemOf(entry), stems), run.profile);
  const segments = pieces.map(({ cut }) => ({
    file: list.nextName(cut.hasVideo),
    ...{ head: cut.head, fragments: cut.fragments },
  }));
  list.setVideo(pieces.some(({ cut }) => cut.hasVideo));
  const seams = seamsOf(pieces.map((piece) => jointOf(piece, fromMs)));
  const canvas = pieces.findLast(({ cut }) => cut.hasVideo)?.entry.canvas ?? null;
  return {
    counted: countedIn(pieces, fromMs),
    seamAudioMs: seams.audioMs,
    segments,
    entry: {
      ...entry,
      // It is no part of a take, and nothing is said of it yet.
      ...{ part: undefined, stamps: undefined },
      file: list.file,
      canvas,
      ...{ state: 'recording', durationMs: null, sizeBytes: null, sha256: null, problem: null },
      segments: pieces.map(({ cut, zeroMs }, index) => ({
        file: segments[index]?.file ?? '',
        startMs: Math.max(0, zeroMs + cut.startMs - fromMs),
        endMs: zeroMs + cut.endMs - fromMs,
      })),
      ...tracksIn(pieces, fromMs, endMs),
      // What the run has noticed of a hole may be another part of it: its files say where it is.
      gaps: gapsOfFile({ gaps: [...gapsIn(pieces, fromMs, endMs), ...seams.gaps] }, seams.holes),
      gapsLeftOut: 0,
    },
  };
}

function jointOf(piece: Piece, fromMs: number): Joint {
  const { cut, entry, run, zeroMs } = piece;
  const toReplayMs = run.offsetMs - fromMs;
  const tracks = entry.tracks.map((track) => ({
    ...{ ...track, fromMs: track.fromMs + toReplayMs },
    untilMs: track.untilMs === null ? null : track.untilMs + toReplayMs,
  }));
  return {
    ...{ run, hasVideo: cut.hasVideo, tracks },
    ...{ startMs: zeroMs + cut.startMs - fromMs, endMs: endOf(piece) - fromMs },
  };
}

/** A file of a take has its name from whoever it records, without the number of a part. */
function stemOf({ file, part }: ManifestFile): string {
  const stem = file.replace(/\.[a-z0-9]+$/, '');
  return part === undefined ? stem : stem.replace(new RegExp(`-part${part.number}$`), '');
}

function countedIn(pieces: readonly Piece[], fromMs: number): CountedStretch | null {
  let sum: CountedStretch | null = null;
  for (const run of new Set(pieces.map((piece) => piece.run))) {
    const [piece] = pieces.filter((one) => one.run === run);
    const counted = piece && run.counts.since(fileKeyOf(piece.entry), fromMs - run.offsetMs);
    if (counted === undefined || counted === null) continue;
    sum = sum === null ? counted : sumOfStretches(sum, counted);
  }
  return sum;
}

function tracksIn(
  pieces: readonly Piece[],
  fromMs: number,
  endMs: number,
): Pick<ManifestFile, 'tracks' | 'tracksNotListed'> {
  const tracks = new Map<string, ManifestFile['tracks'][number]>();
  for (const { entry, run } of pieces) {
    for (const track of entry.tracks) {
      const untilMs = track.untilMs === null ? null : run.offsetMs + track.untilMs;
      const beganMs = run.offsetMs + track.fromMs;
      if (beganMs >= endMs || (untilMs !== null && untilMs <= fromMs)) continue;
      const since = tracks.get(track.trackSid)?.fromMs ?? Math.max(0, beganMs - fromMs);
      const until = untilMs === null || untilMs >= endMs ? null : untilMs - fromMs;
      tracks.set(track.trackSid, { ...track, fromMs: since, untilMs: until });
    }
  }
  return { tracks: [...tracks.values()], tracksNotListed: 0 };
}

function gapsIn(pieces: readonly Piece[], fromMs: number, endMs: number): NonNullable<ManifestFile['gaps']> {
  const entries = new Map(pieces.map(({ entry, run }) => [entry, run]));
  return [...entries].flatMap(([{ gaps = [] }, { offsetMs }]) =>
    gaps.flatMap((gap) => {
      const beginsMs = Math.max(fromMs, offsetMs + gap.atMs);
      const endsMs = Math.min(endMs, offsetMs + gap.atMs + gap.durationMs);
      return endsMs > beginsMs ? [{ ...gap, atMs: beginsMs - fromMs, durationMs: endsMs - beginsMs }] : [];
    }),
  );
}

/** Moments of some runs that lie between two times of the timeline that these share, on that of the replay. @param of those of a run */
export function momentsIn<Run extends Pick<RunFacts, 'offsetMs'>, Moment extends { readonly takeMs: number }>(
  runs: readonly Run[],
  fromMs: number,
  endMs: number,
  of: (run: Run) => readonly Moment[],
): Moment[] {
  return runs.flatMap((run) =>
    of(run).flatMap((moment) => {
      const atMs = run.offsetMs + moment.takeMs;
      return atMs >= fromMs && atMs < endMs ? [{ ...moment, takeMs: Math.round(atMs - fromMs) }] : [];
    }),
  );
}

/** When a moment of the shared timeline was, on the wall clock: pauses before it have passed there. */
export function wallClockOf(
  { moments, offsetMs, startedAt }: Pick<RunFacts, 'moments' | 'offsetMs' | 'startedAt'>,
  atMs: number,
): Date {
  const takeMs = atMs - offsetMs;
  const pausedMs = (moments.pauses ?? [])
    .filter((pause) => pause.takeMs <= takeMs)
    .reduce((sum, { lengthMs }) => sum + (lengthMs ?? 0), 0);
  return new Date(Math.round(startedAt.getTime() + takeMs + pausedMs));
}
