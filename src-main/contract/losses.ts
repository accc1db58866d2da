import { type DropCounts, droppedFrames, lostFrames } from './drop-causes.js';
import { caps } from './limits.js';

/**
 * What of a recording is lost, and how bad that is: the one account and the one table, without schemas, for terminal,
 * exit code, window, report and manifest. Video is counted in frames and audio in milliseconds; they are never added.
 */

/** From where on something that is missing is said, and from where on it is a fault. */
export const lossLimits = {
  /** A larger share of what should be there is missing: amber. */
  smallShare: 0.001,
  /** As large a share as OBS warns from: red. */
  badShare: 0.01,
  /** A longer gap is red, whatever its share. */
  badGapMs: 1_000,
  /** In a short take a share says nothing: fewer frames than a gap has, and as much audio, are never red. */
  leastBadFrames: 4,
  leastBadAudioMs: 200,
  /** Less audio than a gap has is not amber either: 20 to 30 ms pass between a microphone and its first frame. */
  leastSmallAudioMs: 100,
} as const;

/** How much is missing, from good to bad: `complete` is green, `smallLosses` amber, `losses` red. */
export const lossGrades = ['complete', 'smallLosses', 'losses'] as const;
export type LossGrade = (typeof lossGrades)[number];

/** What became of the frames of one video stream, or of several. */
export interface VideoLosses {
  /** Frames that should be in the files: written, queued, lost and missed. */
  readonly dueFrames: number;
  /** Received, and dropped by a cause that counts as loss. */
  readonly lostFrames: number;
  /** Sent, and never received. */
  readonly missedFrames: number;
}

/** What became of the audio of one stream, or of several, in milliseconds. */
export interface AudioLosses {
  /** Audio that should be in the files: what came, and what is lost. */
  readonly dueMs: number;
  /** Silence, or what WebRTC made up, in place of audio that was to be expected, and audio that an encoder took with it. */
  readonly lostMs: number;
}

/** Both, side by side. */
export interface Losses {
  readonly video: VideoLosses;
  readonly audio: AudioLosses;
}

/** What an account is drawn up from: a file's entry in the manifest has all of it, and so has a snapshot's. */
export interface LossCounts {
  /** Null for a file without video. */
  readonly video: { readonly received: number; readonly dropped: DropCounts } | null;
  readonly missedFrames: number;
  readonly audio: { readonly written: number };
  /** As {@link AudioLosses.lostMs}; undefined in what an older version wrote. */
  readonly audioLostMs?: number | undefined;
  /** The part of it that was made up in place of lost packets: it is among what was written. */
  readonly audioConcealedMs?: number | undefined;
}

/** What a file's audio has lost so far. */
interface LostAudio {
  /** Silence where audio was to be expected. */
  readonly lostMs: number;
  readonly dropped: DropCounts;
}

/**
 * Audio of one file that is known to be missing from what was written, in milliseconds: silence in its place, what was
 * dropped while no encoder was there to write silence, and what an encoder took with it. What is dropped for another reason
 * leaves a gap, which silence fills: a while later, or never, where the encoder is behind when the take ends.
 */
export function silencedAudioMs({ dropped, lostMs }: LostAudio): number {
  const { sinkFailed = 0, encoderLost = 0 } = dropped;
  return lostMs + (sinkFailed + encoderLost) * caps.audioFrameMs;
}

/** Why audio that came is not in a file of encode mode: each such frame is lost, whether or not silence stands for it yet. */
const audioLosses = ['queueFull', 'byteCap', 'sinkFailed', 'encoderLost', 'governed'] as const;

/** How many frames of audio came and are in no file of encode mode. */
export function lostAudioFrames(dropped: DropCounts): number {
  return audioLosses.reduce((sum, cause) => sum + (dropped[cause] ?? 0), 0);
}

/**
 * Audio of one file that is missing, in milliseconds: what is silent in it, and not less than what is known to be dropped.
 *
 * @param silentAtMostMs of how much audio nothing was written: no more than that can be missing. Left out while it grows
 */
export function lostAudioMs(audio: LostAudio, silentAtMostMs = Infinity): number {
  return Math.max(
    lostAudioFrames(audio.dropped) * caps.audioFrameMs,
    Math.min(silencedAudioMs(audio), silentAtMostMs),
  );
}

/** The account of one file. */
export function lossesOf({
  video,
  missedFrames,
  audio,
  audioLostMs = 0,
  audioConcealedMs = 0,
}: LossCounts): Losses {
  const lost = video === null ? 0 : lostFrames(video.dropped);
  // What was above the profile's rate, or outside of the take, was not due.
  const notDue = video === null ? 0 : droppedFrames(video.dropped) - lost;
  return {
    video: {
      dueFrames: (video?.received ?? 0) - notDue + missedFrames,
      lostFrames: lost,
      missedFrames,
    },
    audio: {
      dueMs: audio.written * caps.audioFrameMs + audioLostMs - audioConcealedMs,
      lostMs: audioLostMs,
    },
  };
}

/** The account of a whole take: the sum over its files. */
export function sumOfLosses(files: readonly Losses[]): Losses {
  let [dueFrames, lost, missedFrames, dueMs, lostMs] = [0, 0, 0, 0, 0];
  for (const { video, audio } of files) {
    dueFrames += video.dueFrames;
    lost += video.lostFrames;
    missedFrames += video.missedFrames;
    dueMs += audio.dueMs;
    lostMs += audio.lostMs;
  }
  return { video: { dueFrames, lostFrames: lost, missedFrames }, audio: { dueMs, lostMs } };
}

/** Shares of what should be there that is missing, 0 to 1. */
export function lossShares({ video, audio }: Losses): { readonly video: number; readonly audio: number } {
  return {
    video: shareOf(video.lostFrames + video.missedFrames, video.dueFrames),
    audio: shareOf(audio.lostMs, audio.dueMs),
  };
}

function shareOf(part: number, whole: number): number {
  return whole <= 0 ? Number(part > 0) : Math.min(1, part / whole);
}

/** Grades one file by its account and its gaps. */
export function gradeLosses(
  losses: Losses,
  gaps: readonly { readonly durationMs: number }[],
  gapsLeftOut = 0,
): LossGrade {
  const { smallShare, badShare, badGapMs, leastBadFrames, leastBadAudioMs, leastSmallAudioMs } = lossLimits;
  const { video, audio } = lossShares(losses);
  const missing = losses.video.lostFrames + losses.video.missedFrames;
  const isBad =
    (video > badShare && missing > leastBadFrames) ||
    (audio > badShare && losses.audio.lostMs > leastBadAudioMs) ||
    gaps.some(({ durationMs }) => durationMs > badGapMs);
  if (isBad) return 'losses';
  const isAudioComplete = audio <= smallShare || losses.audio.lostMs < leastSmallAudioMs;
  const isComplete = video <= smallShare && isAudioComplete && gaps.length + gapsLeftOut === 0;
  return isComplete ? 'complete' : 'smallLosses';
}

/** The worse of two or more; `complete` of none. */
export function worstGrade(grades: readonly LossGrade[]): LossGrade {
  return lossGrades[Math.max(0, ...grades.map((grade) => lossGrades.indexOf(grade)))] ?? 'losses';
}

/** Whether one grade is worse than another. */
export function isWorseGrade(grade: LossGrade, than: LossGrade): boolean {
  return lossGrades.indexOf(grade) > lossGrades.indexOf(than);
}

/** What a content's statement is made of. */
interface GradedStamp {
  readonly isEarned: boolean;
  readonly grade?: LossGrade | undefined;
}

/** The grade of a stamp; one of an older version knows only whether it was earned. */
export function gradeOfStamp({ isEarned, grade }: GradedStamp): LossGrade {
  return grade ?? (isEarned ? 'complete' : 'losses');
}

/** What is said of the content of a take: how bad it is, and by how much. */
export interface Content {
  /** Of the worst file. */
  readonly grade: LossGrade;
  /** The largest share of video or audio that a file lacks. */
  readonly worstShare: number;
  /** Of all files. */
  readonly gaps: number;
  /** Tracks that were to be recorded, and are in no file, or were not for a while; absent when there are none. */
  readonly missingTracks?: number | undefined;
  /** Of these, those that were not at the end; absent when that are all. */
  readonly missingNow?: number | undefined;
}

/** Tracks that are missing, as a list of them has it. */
export interface ListedMissing {
  readonly identity: string;
  readonly role: string;
  /** Until when, where it was for a while. */
  readonly untilMs?: number | undefined;
}

/** What a file says of its own content; absent until it was finalized. */
export interface ContentOfFile extends ContentOfStream {
  /** Of its audio streams after the first one. */
  readonly furtherAudio?: readonly ContentOfStream[] | undefined;
}

/** The same of a stream that was recorded by itself. */
export interface ContentOfStream {
  readonly stamps?:
    | {
        readonly complete: GradedStamp & {
          readonly losses?: Losses | undefined;
          readonly gaps?: number | undefined;
          /** How long the file was to be recorded, and the longest gap in that. */
          readonly armedMs?: number | undefined;
          readonly worstGap?:
            | {
                readonly stream: string;
                readonly durationMs: number;
                readonly lostFrames: number | null;
              }
            | null
            | undefined;
        };
      }
    | undefined;
}

/** The statement about a take's content; null when a file is of an older version, or was never finalized. */
export function contentOf(files: readonly ContentOfFile[]): Content | null {
  const streams = files.flatMap((file) => [file, ...(file.furtherAudio ?? [])]);
  const stamps = streams.flatMap(({ stamps: own }) => (own === undefined ? [] : [own.complete]));
  if (stamps.length === 0) return null;
  const grade = worstGrade(stamps.map(gradeOfStamp));
  // What is missing from one file is known, whatever the others hold.
  if (stamps.length < streams.length && grade === 'complete') return null;
  // A share that says nothing, of a file that is complete, is not that of the take.
  const graded = grade === 'complete' ? [] : stamps.filter((stamp) => gradeOfStamp(stamp) === grade);
  const shares = graded.flatMap(({ losses }) => (losses === undefined ? [] : [lossShares(losses)]));
  return {
    grade,
    worstShare: Math.max(
      0,
      ...shares.flatMap(({ video, audio }) => [video, audio]),
      ...graded.map(shareOfWorstGap),
    ),
    gaps: stamps.reduce((sum, { gaps = 0 }) => sum + gaps, 0),
  };
}

/** The statement about a take's content, by its manifest. */
export function contentOfManifest({
  files,
  notRecorded,
}: {
  readonly files: readonly ContentOfFile[];
  readonly notRecorded: Parameters<typeof contentOfTake>[1];
}): Content | null {
  return contentOfTake(contentOf(files), notRecorded);
}

/** A take in which tracks are not recorded is not complete, however good its files are. @param content of its files */
export function contentOfTake(
  content: Content | null,
  notRecorded: readonly ListedMissing[],
): Content | null {
  const missingTracks = countTracks(notRecorded);
  if (missingTracks === 0) return content;
  const missingNow = countTracks(notRecorded.filter(({ untilMs }) => untilMs === undefined));
  const lacking = { missingTracks, ...(missingNow < missingTracks && { missingNow }) };
  return { ...(content ?? { worstShare: 0, gaps: 0 }), grade: 'losses', ...lacking };
}

/** How many tracks of a list there are: one that was missing more than once is one. */
export function countTracks(list: readonly ListedMissing[]): number {
  return new Set(list.map(({ identity, role }) => `${role} ${identity}`)).size;
}

/**
 * The share of a file's time that its longest gap without a frame of video is: nobody knows how many frames that were, and
 * the counts hold none of them. A gap whose frames are counted is among the counts, as all audio is.
 */
function shareOfWorstGap({
  armedMs = 0,
  worstGap,
}: NonNullable<ContentOfStream['stamps']>['complete']): number {
  if (worstGap?.stream !== 'video' || worstGap.lostFrames !== null) return 0;
  return armedMs <= 0 ? 0 : Math.min(1, worstGap.durationMs / armedMs);
}
