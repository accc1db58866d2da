import type { CopyAccount, CopyStream } from '../../contract/copy-account.js';
import { noDrops } from '../../contract/drop-causes.js';
import type { Accounting, ManifestFile } from '../../contract/manifest.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import { fileKeyOf } from '../../take/file-counts.js';
import { extentOf } from '../../take/gap-list.js';
import type { AccountOfFile } from '../take/copy-account.js';
import { copySnapshot } from '../take/copy-snapshot.js';
import type { CopyFileState } from './copy-reports.js';

/** A file as it was told of last, with the entry that says what is in it by now. */
export type EndedFile = Pick<CopyFileState, 'entry' | 'snapshot'>;
type Parts = readonly [EndedFile, ...EndedFile[]];

/** Of nothing. */
const none = {
  account: { received: 0, written: 0, queued: 0 },
  packets: { expected: 0, received: 0, recovered: 0, missing: 0 },
  lost: { expired: 0, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
  frames: { begun: 0, written: 0, dropped: 0, queued: 0, redundant: 0, lowerLayer: 0, filled: 0 },
};

/**
 * What screen and telemetry have of files whose process is gone: nothing comes for them any more, and their counts are those of
 * their entries, over all parts of a person's file together.
 */
export function endedSnapshots(files: readonly EndedFile[]): SinkSnapshot[] {
  const byKey = new Map<string, [EndedFile, ...EndedFile[]]>();
  for (const file of files) {
    const key = fileKeyOf(file.entry);
    const parts = byKey.get(key);
    if (parts === undefined) byKey.set(key, [file]);
    else parts.push(file);
  }
  return [...byKey.values()].map(snapshotOf);
}

function snapshotOf(parts: Parts): SinkSnapshot {
  const entries = parts.map(({ entry }) => entry);
  const { file, identity, kind, participantName, trackNumber } = (parts.at(-1) ?? parts[0]).entry;
  const account = accountOf(entries);
  const sum = (of: (entry: ManifestFile) => number): number => entries.reduce((all, one) => all + of(one), 0);
  return copySnapshot({
    ...{ file, isRecording: false, isLive: { video: false, audio: false } },
    subject: { identity, kind, participantName, trackNumber },
    account: {
      ...account,
      line: {
        video: {
          longestStepMs: Math.max(...entries.map(({ maxFrameGapMs }) => maxFrameGapMs)),
          missed: sum(({ missedFrames }) => missedFrames),
          filled: account.copy.video.frames.filled,
        },
        audio: {
          filledMs: sum(({ audioSilenceMs }) => audioSilenceMs),
          lostMs: sum(({ audioLostMs = 0 }) => audioLostMs),
        },
      },
    },
    gaps: extentOf(entries.map(({ gaps = [], gapsLeftOut = 0 }) => ({ gaps, gapsLeftOut }))),
    disk: { queuedBytes: 0, slowestWriteMs: 0, writtenBytes: bytesOf(parts) },
    size: entries.findLast(({ canvas }) => canvas !== null)?.canvas ?? null,
    hasVideoTrack: parts.some(({ snapshot }) => (snapshot?.video ?? null) !== null),
    rates: () => ({ fpsIn: null, fpsOut: null }),
  });
}

/** Those of the files, once all of them are known; what was told of last until then. */
function bytesOf(parts: Parts): number {
  const told = Math.max(0, ...parts.map(({ snapshot }) => snapshot?.writtenBytes ?? 0));
  const sizes = parts.flatMap(({ entry }) => entry.sizeBytes ?? []);
  return sizes.length < parts.length ? told : sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Of all parts together; what they reach over is left out. */
function accountOf(entries: readonly ManifestFile[]): AccountOfFile {
  const copies = entries.flatMap(({ copy }) => copy ?? []);
  return {
    video: sumOfAccounts(entries.map(({ video }) => video)),
    audio: sumOfAccounts(entries.map(({ audio }) => audio)),
    copy: { video: sumOfStreams(copies, 'video'), audio: sumOfStreams(copies, 'audio') },
  };
}

function sumOfAccounts(accounts: readonly Accounting[]): Accounting {
  const counts = accounts.map(({ queued, received, written }) => ({ queued, received, written }));
  const dropped = accounts.map((account) => account.dropped);
  return { ...added(none.account, counts), dropped: added(noDrops(), dropped) };
}

function sumOfStreams(copies: readonly CopyAccount[], kind: keyof CopyAccount): CopyStream {
  const streams = copies.map((copy) => copy[kind]);
  const packets = streams.map(({ packets: { expected, missing, received, recovered } }) => ({
    ...{ expected, missing, received, recovered },
  }));
  const lost = streams.map((stream) => stream.packets.lost);
  const frames = streams.map((stream) => stream.frames);
  return {
    packets: { ...added(none.packets, packets), lost: added(none.lost, lost) },
    frames: added(none.frames, frames),
  };
}

/** Of each count the sum. */
function added<Counts extends Readonly<Record<string, number>>>(
  zero: Counts,
  all: readonly Counts[],
): Counts {
  const sums = Object.keys(zero).map((name) => [name, all.reduce((sum, one) => sum + (one[name] ?? 0), 0)]);
  return Object.fromEntries(sums) as Counts;
}
