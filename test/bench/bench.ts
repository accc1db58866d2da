import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Profile, profiles } from '#engine/contract/profile.js';
import type { Source } from '#engine/contract/recording.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import type { Cleanup } from './cleanup.js';
import { Subject } from './subject.js';
import type { RecordArgument } from './subject-messages.js';

/** What every measurement needs. */
export interface Bench {
  readonly isQuick: boolean;
  readonly server: EmbeddedServer;
  readonly ffmpegPath: string;
  /** For takes and captured frames; removed at the end. */
  readonly folder: string;
  readonly cleanup: Cleanup;
  readonly progress: (line: string) => void;
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

export const sizes = {
  '360p': { width: 640, height: 360 },
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
} as const satisfies Record<string, FrameSize>;

export const fps = 30;

export async function startBench(
  isQuick: boolean,
  cleanup: Cleanup,
  progress: Bench['progress'],
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-bench-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const server = await startLivekitServer();
  cleanup.add(() => server.stop());
  const ffmpeg = await findFfmpeg();
  return { isQuick, server, ffmpegPath: ffmpeg.path, folder, cleanup, progress };
}

/** A room with synthetic participants, for as long as `body` runs. VP8, no simulcast, with audio. */
export async function withRoom<Result>(
  bench: Bench,
  {
    size,
    participants,
    bitrateKbps,
  }: { readonly size: FrameSize; readonly participants: number; readonly bitrateKbps?: number },
  body: (room: SyntheticRoom, source: Source) => Promise<Result>,
): Promise<Result> {
  const { url, apiKey, apiSecret } = bench.server;
  const room = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const synthetic = await startSyntheticRoom({
    url,
    apiKey,
    apiSecret,
    room,
    participants: Array.from({ length: participants }, (_, index) => ({
      identity: `p${index + 1}`,
      camera: { ...size, fps, codec: 'vp8', ...(bitrateKbps !== undefined && { bitrateKbps }) },
    })),
  });
  const stop = bench.cleanup.add(() => synthetic.stop());
  try {
    return await body(synthetic, { url, room, credentials: { apiKey, apiSecret } });
  } finally {
    await stop();
  }
}

/** A recorder in a process of its own, for as long as `body` runs; its take is finalized, then deleted. */
export async function withRecorder<Result>(
  bench: Bench,
  source: Source,
  profile: Profile,
  body: (recorder: Subject) => Promise<Result>,
  onLaunched: (recorder: Subject) => void = () => undefined,
): Promise<Result> {
  const nothing = (): Promise<void> => Promise.resolve();
  return (await withTake(bench, source, profile, { during: body, after: nothing }, onLaunched)).during;
}

/** The same; `after` looks into the folder of the finalized take before it is deleted. */
export async function withTake<During, After>(
  bench: Bench,
  source: Source,
  profile: Profile,
  look: {
    readonly during: (recorder: Subject) => Promise<During>;
    readonly after: (folder: string) => Promise<After>;
  },
  onLaunched: (recorder: Subject) => void = () => undefined,
): Promise<{ readonly during: During; readonly after: After }> {
  const outputFolder = await mkdtemp(join(bench.folder, 'take-'));
  const recorder = await Subject.launch('recorder', bench.cleanup);
  onLaunched(recorder);
  try {
    await recorder.ask('start', { source, profile, outputFolder } satisfies RecordArgument);
    const during = await look.during(recorder);
    await recorder.stop();
    const [folder = ''] = await readdir(outputFolder);
    return { during, after: await look.after(join(outputFolder, folder)) };
  } finally {
    await recorder.kill();
    await rm(outputFolder, { recursive: true, force: true });
  }
}

/** The recorder's own defaults for a frame of that size. */
export function profileFor(size: FrameSize): Profile {
  if (size.height === 720) return profiles['720p30'];
  if (size.height === 1080) return profiles['1080p30'];
  return profiles.source;
}

export { wait };
