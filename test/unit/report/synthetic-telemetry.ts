import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropCauseNames } from '../../../src-main/contract/drop-causes.js';
import type { Accounting, Manifest } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { Session } from '../../../src-main/contract/session.js';

export const startedAt = new Date('2026-11-24T09:00:00.000Z');
const megabyte = 1e6;

export interface SyntheticTake {
  readonly minutes: number;
  readonly leakMbPerMinute?: number;
  readonly budgetBytes?: number;
  readonly identity?: string;
  readonly hasSession?: boolean;
  /** Seconds at which no snapshot was written. */
  readonly isSilentAt?: (second: number) => boolean;
  readonly isUnreadableAt?: (second: number) => boolean;
  /** What a snapshot has beside, or instead. */
  readonly snapshotChange?: (second: number) => object | undefined;
  /** Lines put in at a second, as they are. */
  readonly extra?: Readonly<Record<number, readonly unknown[]>>;
  /** Put at the end of the file without a line feed. */
  readonly cutOffLine?: string;
  readonly state?: Manifest['state'];
}

export function accounting(received: number, dropped: number, queued: number): Accounting {
  const causes = Object.fromEntries(
    dropCauseNames.map((cause) => [cause, cause === 'queueFull' ? dropped : 0]),
  );
  return { received, written: received - dropped - queued, queued, dropped: causes as Accounting['dropped'] };
}

export const session: Session = {
  schema: 'plateau.session/1',
  at: startedAt.toISOString(),
  machine: {
    platform: 'linux',
    osRelease: '6.1.0',
    architecture: 'x64',
    cpuModel: 'Synthetic CPU',
    logicalCpuCount: 4,
    memoryTotalBytes: 16e9,
  },
  versions: { plateau: '0.1.0', node: '20.20.0', rtcNode: '1.1.0', ffmpeg: '7.1', electron: null },
  caps: { frameQueueFrames: 30, audioQueueFrames: 100 },
  room: 'standup',
  profile: profiles['720p30'],
  audioOnly: false,
};

/** Saw-teeth of a garbage collector around a line: what the verdict has to see through. */
function rssBytesAt(second: number, leakMbPerMinute: number): number {
  const sawtooth = (second % 37) * 0.35;
  const noise = ((Math.imul(second, 2654435761) >>> 0) / 2 ** 32) * 1.5;
  return Math.round((150 + sawtooth + noise + (leakMbPerMinute * second) / 60) * megabyte);
}

/** Writes a take's manifest and telemetry, as a recorder would have, into a new folder. @returns its path; the caller removes it */
export async function makeSyntheticTake(take: SyntheticTake): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-report-'));
  const { minutes, leakMbPerMinute = 0, budgetBytes = 285 * megabyte, identity = 'ada' } = take;
  const seconds = minutes * 60;
  const lines: string[] = take.hasSession === false ? [] : [JSON.stringify(session)];
  for (let second = 0; second <= seconds; second += 1) {
    for (const extra of take.extra?.[second] ?? []) lines.push(JSON.stringify(extra));
    if (take.isSilentAt?.(second) === true) continue;
    const rssBytes = take.isUnreadableAt?.(second) === true ? null : rssBytesAt(second, leakMbPerMinute);
    const change = take.snapshotChange?.(second);
    lines.push(JSON.stringify({ ...snapshot(second, rssBytes, budgetBytes, identity), ...change }));
  }
  await writeFile(join(folder, 'telemetry.ndjson'), `${lines.join('\n')}\n${take.cutOffLine ?? ''}`);
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify(manifest(take, seconds, identity, budgetBytes)),
  );
  return folder;
}

export function snapshot(
  second: number,
  rssBytes: number | null,
  budgetBytes: number,
  identity: string,
): object {
  const at = new Date(startedAt.getTime() + second * 1000).toISOString();
  return {
    schema: 'plateau.snapshot/1',
    at,
    state: 'recording',
    takeMs: second * 1000,
    memory: {
      rssBytes,
      heapTotalBytes: 30 * megabyte,
      externalBytes: 20 * megabyte,
      nativeBytes: (rssBytes ?? 0) - 50 * megabyte,
      ffmpegRssBytes: 85 * megabyte,
      budgetBytes,
    },
    eventLoopMaxLateMs: second === 90 ? 412 : 3,
    sinks: [
      {
        file: 'ada.mp4',
        identity,
        isRecording: true,
        video: {
          maxQueuedFrames: second % 7,
          queueCapFrames: 30,
          frameGapMs: second === 90 ? 640 : 34,
          maxFrameGapMs: second >= 90 ? 640 : 34,
          accounting: accounting(second * 30 + 2, Math.floor(second / 60), 2),
        },
        audio: { accounting: accounting(second * 100 + 1, 0, 1) },
      },
    ],
  };
}

function manifest(take: SyntheticTake, seconds: number, identity: string, budgetBytes: number): Manifest {
  return {
    schema: 'plateau.manifest/1',
    plateauVersion: '0.1.0',
    room: 'standup',
    server: 'example.livekit.cloud',
    takeName: 'standup-20261124-090000',
    state: take.state ?? 'complete',
    startedAt: startedAt.toISOString(),
    stoppedAt: null,
    durationMs: take.state === 'recording' ? null : seconds * 1000,
    profile: profiles['720p30'],
    audioOnly: false,
    budgetBytes,
    peakRssBytes: 170 * megabyte,
    files: [
      {
        file: 'ada.mp4',
        identity,
        participantName: identity,
        kind: 'participant',
        trackNumber: 1,
        state: 'verified',
        canvas: { width: 1280, height: 720 },
        videoCodec: 'h264',
        audioCodec: 'aac',
        segments: [],
        tracks: [],
        tracksNotListed: 0,
        durationMs: seconds * 1000,
        sizeBytes: 12_000_000,
        sha256: 'ab'.repeat(32),
        problem: null,
        video: accounting(seconds * 30, 5, 0),
        audio: accounting(seconds * 100, 0, 0),
        audioSilenceMs: 0,
        maxFrameGapMs: 640,
        missedFrames: 3,
      },
    ],
    notRecorded: [],
    markers: [],
    problem: null,
  };
}

export function event(
  second: number,
  name: string,
  message: string,
  level: string,
  identity: string | null,
): object {
  const at = new Date(startedAt.getTime() + second * 1000).toISOString();
  return {
    schema: 'plateau.event/1',
    at,
    takeMs: second * 1000,
    level,
    name,
    message,
    identity,
    details: {},
  };
}
