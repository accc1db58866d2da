import type { CopyAccount, CopyStream } from './copy-account.js';
import { type DropCounts, withEveryCause } from './drop-causes.js';
import {
  type Content,
  contentOf,
  type ContentOfFile,
  contentOfTake,
  gradeLosses,
  type LossCounts,
  type Losses,
  lossesOf,
  type LossGrade,
  lostAudioMs,
  sumOfLosses,
  worstGrade,
} from './losses.js';
import type { Manifest, ManifestFile } from './manifest.js';
import type { SignalGap } from './signal-alarms.js';
import type { SinkSnapshot, Snapshot } from './snapshot.js';

/**
 * What a take lacks: the one set of facts, without schemas, from which panel, notification, tray and terminal speak. While it
 * runs it is drawn up from a snapshot, and once it is checked from its manifest.
 */
export interface LossAccount {
  /** Of the worst file; null where that is not known. */
  readonly grade: LossGrade | null;
  readonly losses: Losses;
  /** Frames that were dropped, by cause, whether or not that counts as loss. */
  readonly dropped: { readonly video: DropCounts; readonly audio: DropCounts };
  /** Stretches in which something is missing, of all files. */
  readonly gaps: number;
  /** In copy mode: packets that nothing stands for. */
  readonly lostPackets: number;
  /** Tracks that are in no file, or were not for a while. */
  readonly missingTracks: number;
  /** Of these, those that are not recorded now, or were not when the take ended; left out where it is not known. */
  readonly missingNow?: number | undefined;
  /** Signals that did not come although their track was on: of one track, each kind once. */
  readonly missingSignals: number;
}

/** Packets that nothing stands for: those that were given up, less what the redundancy of later ones brought back. */
export function lostPackets(copy: CopyAccount | undefined): number {
  if (copy === undefined) return 0;
  const lostOf = ({ packets }: CopyStream): number =>
    Object.values(packets.lost).reduce((sum, lost) => sum + lost, 0);
  return lostOf(copy.video) + Math.max(0, lostOf(copy.audio) - copy.audio.frames.redundant);
}

/** Grades a file as {@link gradeLosses} does; of what was to be copied nothing may be missing, however little it is. */
export function gradeOfFile(
  losses: Losses,
  gaps: readonly { readonly durationMs: number }[],
  gapsLeftOut: number,
  copy: CopyAccount | undefined,
): LossGrade {
  const grade = gradeLosses(losses, gaps, gapsLeftOut);
  return grade === 'complete' && lostPackets(copy) > 0 ? 'smallLosses' : grade;
}

/**
 * The statement about a take whose files may lack stamps, because it was interrupted or is of an older version: what its
 * counts know to be missing is said all the same. Null when nothing is known to be missing and not every file has a stamp.
 */
export function knownContentOf(
  files: readonly (ContentOfFile &
    LossCounts & { readonly gaps?: readonly { readonly durationMs: number }[] | undefined })[],
): Content | null {
  return contentOf(
    files.map((file) => {
      if (file.stamps !== undefined) return file;
      const losses = lossesOf(file);
      const { gaps = [] } = file;
      const grade = gradeLosses(losses, gaps);
      return grade === 'complete'
        ? {}
        : { stamps: { complete: { isEarned: false, grade, losses, gaps: gaps.length } } };
    }),
  );
}

/** By which signals of a take are told apart: a track that is published anew has another ID, and is the same to a reader. */
export function signalKey({ identity, kind, role }: Pick<SignalGap, 'identity' | 'kind' | 'role'>): string {
  return JSON.stringify([role, identity, kind]);
}

/** How many signals are missing by some gaps. */
export function countSignals(gaps: readonly Pick<SignalGap, 'identity' | 'kind' | 'role'>[]): number {
  return new Set(gaps.map(signalKey)).size;
}

/** What the account of one file is drawn up from while it grows. */
export function lossCountsOf({ video, audio }: Pick<SinkSnapshot, 'video' | 'audio'>): LossCounts {
  const { accounting, lostMs, concealedMs } = audio;
  return {
    video: video?.accounting ?? null,
    missedFrames: video?.missedFrames ?? 0,
    audio: accounting,
    audioLostMs: lostAudioMs({ lostMs, dropped: accounting.dropped }),
    audioConcealedMs: concealedMs,
  };
}

/** What of a snapshot an account is drawn up from. */
export type SnapshotToAccount = Pick<Snapshot, 'missing'> & { readonly sinks: readonly SinkSnapshot[] };

/** The account of a take that runs, or of some of its files. */
export function accountOfSnapshot({
  sinks,
  missing = { tracks: 0, signals: 0 },
}: SnapshotToAccount): LossAccount {
  const files = sinks.map(({ audio, copy, gaps, video }) => {
    const losses = lossesOf(lossCountsOf({ video, audio }));
    const { count = 0, longestMs = 0 } = gaps ?? {};
    const longest = count === 0 ? [] : [{ durationMs: longestMs }];
    return { losses, grade: gradeOfFile(losses, longest, Math.max(0, count - 1), copy) };
  });
  return {
    grade: missing.tracks > 0 ? 'losses' : worstGrade(files.map(({ grade }) => grade)),
    losses: sumOfLosses(files.map(({ losses }) => losses)),
    dropped: {
      video: sumOfDrops(sinks.map(({ video }) => video?.accounting)),
      audio: sumOfDrops(sinks.map(({ audio }) => audio.accounting)),
    },
    gaps: sinks.reduce((sum, { gaps }) => sum + (gaps?.count ?? 0), 0),
    lostPackets: sinks.reduce((sum, { copy }) => sum + lostPackets(copy), 0),
    missingTracks: missing.tracks,
    ...(missing.tracksNow !== undefined && { missingNow: missing.tracksNow }),
    missingSignals: missing.signals,
  };
}

/** The account of a take that has ended: that of its manifest, and of the exit code. */
export function accountOfManifest({
  files,
  notRecorded,
  signalGaps = [],
}: Pick<Manifest, 'files' | 'notRecorded' | 'signalGaps'>): LossAccount {
  const content = contentOfTake(knownContentOf(files), notRecorded);
  const streams = files.flatMap((file) => [file, ...(file.furtherAudio ?? [])]);
  return {
    grade: content?.grade ?? null,
    losses: sumOfLosses(streams.map(lossesOf)),
    dropped: {
      video: sumOfDrops(files.map(({ video }) => video)),
      audio: sumOfDrops(streams.map(({ audio }) => audio)),
    },
    gaps: streams.reduce((sum, stream) => sum + gapsOf(stream), 0),
    lostPackets: files.reduce((sum, { copy }) => sum + lostPackets(copy), 0),
    missingTracks: content?.missingTracks ?? 0,
    ...(content?.missingNow !== undefined && { missingNow: content.missingNow }),
    missingSignals: countSignals(signalGaps),
  };
}

function gapsOf({
  gaps = [],
  gapsLeftOut = 0,
  stamps,
}: Pick<ManifestFile, 'gaps' | 'gapsLeftOut' | 'stamps'>): number {
  return stamps?.complete.gaps ?? gaps.length + gapsLeftOut;
}

function sumOfDrops(accounts: readonly ({ readonly dropped: DropCounts } | undefined)[]): DropCounts {
  const sum: Record<string, number> = {};
  for (const account of accounts)
    for (const [cause, count] of Object.entries(account?.dropped ?? {}))
      sum[cause] = (sum[cause] ?? 0) + count;
  return withEveryCause(sum);
}
