import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Profile, profiles } from '#engine/contract/profile.js';
import type { Source } from '#engine/contract/recording.js';
import { offsetStatistics } from '#engine/lab/content/content-statistics.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { mintToken } from '#engine/livekit/connect/access-token.js';
import { median } from '#engine/telemetry/flatness.js';
import { type Bench, sizes, wait, withRoom, withTake } from './bench.js';
import { type Figure, limitedFigure, type Measurement, plainFigure } from './measurement.js';
import { recorderCpuMs, recorderSnapshot } from './recorder-reading.js';

/** Nobody sees audio that is so early (ITU-R BT.1359), in milliseconds; taken to both sides. */
const syncLimitMs = 45;
/** WebRTC's jitter buffers find their length in the first seconds of a take, in milliseconds. */
const settledFromMs = 8_000;

interface Windows {
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Takes of each form, in turns. */
  readonly rounds: number;
}

const forms = ['stereo, constant rate', 'stereo, variable rate', 'mono, constant rate'] as const;
type Form = (typeof forms)[number];

/** One take of a form. */
interface Run {
  readonly form: Form;
  readonly recorderCores: number;
  readonly ffmpegCores: number;
  /** Of the whole take so far. */
  readonly recorderMb: number;
  readonly ffmpegMb: number;
  /** As WebRTC says; null when it does not. */
  readonly isStereoKept: boolean | null;
  /** Positive: the audio is late. NaN without a pair of flash and beep. */
  readonly offsetMs: number;
  /** How far 95 % of the pairs stay within the median. */
  readonly spreadMs: number;
}

/** What stereo and a constant frame rate cost, by takes with and without them in turns. */
export async function measureForms(bench: Bench): Promise<Measurement> {
  const windows: Windows = bench.isQuick
    ? { warmUpMs: 4_000, windowMs: 8_000, rounds: 1 }
    : { warmUpMs: 8_000, windowMs: 17_000, rounds: 3 };
  const runs: Run[] = [];
  await withRoom(bench, { size: sizes['720p'], participants: 1 }, async (_room, source) => {
    for (let round = 1; round <= windows.rounds; round += 1) {
      for (const form of forms) {
        const run = await record(bench, await sourceFor(form, bench, source), form, windows);
        runs.push(run);
        bench.progress(`g: ${form}, ${(100 * (run.recorderCores + run.ffmpegCores)).toFixed(1)} % of a core`);
      }
    }
  });
  return report(runs, windows);
}

function profileOf(form: Form): Profile {
  const profile = profiles['720p30'];
  return form === 'stereo, variable rate' ? { ...profile, frameRate: 'variable' } : profile;
}

/** Stereo needs one peer connection, which a token that may not publish does not get (docs/decisions/0017). */
async function sourceFor(
  form: Form,
  { server: { apiKey, apiSecret } }: Bench,
  source: Source,
): Promise<Source> {
  if (form !== 'mono, constant rate' || source.room === null) return source;
  const video = {
    roomJoin: true,
    room: source.room,
    canPublish: false,
    canSubscribe: true,
    hidden: true,
    recorder: true,
  };
  const identity = `mono-${crypto.randomUUID()}`;
  const token = await mintToken({ apiKey, apiSecret, identity, ttlSeconds: 3_600, video });
  return { ...source, room: null, credentials: { token } };
}

async function record(
  bench: Bench,
  source: Source,
  form: Form,
  { warmUpMs, windowMs }: Windows,
): Promise<Run> {
  const { after, during } = await withTake(bench, source, profileOf(form), {
    during: async (recorder) => {
      await wait(warmUpMs);
      const before = { atMs: performance.now(), ...recorderCpuMs(recorder) };
      await wait(windowMs);
      const now = { atMs: performance.now(), ...recorderCpuMs(recorder) };
      const elapsedMs = now.atMs - before.atMs;
      const { memory, sinks } = await recorderSnapshot(recorder);
      return {
        recorderCores: (now.main - before.main) / elapsedMs,
        ffmpegCores: (now.ffmpeg - before.ffmpeg) / elapsedMs,
        recorderMb: memory.peakRssBytes / 1e6,
        ffmpegMb: (memory.ffmpegRssBytes ?? Number.NaN) / 1e6,
        isStereoKept: sinks[0]?.audio.rtc?.isStereoKept ?? null,
      };
    },
    after: (folder) => syncOf(folder),
  });
  return { form, ...during, ...after };
}

async function syncOf(folder: string): Promise<Pick<Run, 'offsetMs' | 'spreadMs'>> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.mp4'));
  if (file === undefined) throw new Error('the take has no file');
  const { pairs } = await analyseTakeContent(join(folder, file), { frames: [sizes['720p']] });
  const settled = offsetStatistics(pairs.filter(({ flashMs }) => flashMs >= settledFromMs));
  return {
    offsetMs: settled?.medianMs ?? Number.NaN,
    spreadMs: settled?.p95AbsAfterMedianMs ?? Number.NaN,
  };
}

function report(runs: readonly Run[], { rounds, warmUpMs, windowMs }: Windows): Measurement {
  const figures = forms.flatMap((form): Figure[] => {
    const own = runs.filter((run) => run.form === form);
    const middle = (pick: (run: Run) => number): number => median(own.map(pick));
    return [
      plainFigure(`${form}: recorder`, 100 * middle(({ recorderCores }) => recorderCores), {
        unit: '% of a core',
      }),
      plainFigure('  its ffmpeg', 100 * middle(({ ffmpegCores }) => ffmpegCores), { unit: '% of a core' }),
      plainFigure(
        '  memory of both',
        middle(({ ffmpegMb, recorderMb }) => recorderMb + ffmpegMb),
        { unit: 'MB' },
      ),
      limitedFigure('  sound and picture apart, at the most', worstOffset(own), syncLimitMs, { unit: 'ms' }),
      plainFigure(
        '  95 % within',
        middle(({ spreadMs }) => spreadMs),
        { unit: 'ms' },
      ),
    ];
  });
  return {
    id: 'g',
    title: 'What stereo and a constant frame rate cost, 1x 720p30 VP8 with audio',
    method:
      `${rounds} takes of each, in turns, the median of them; a window of ${windowMs / 1000} s after ${warmUpMs / 1000} s. Mono has two ` +
      'peer connections, as a token gets that may not publish. Apart: the median of the flashes and beeps of a file, from 8 s on.',
    figures,
    notes: runs.map(
      ({ ffmpegMb, form, isStereoKept, offsetMs, recorderMb, spreadMs }) =>
        `${form} (${isStereoKept === null ? 'channels not known' : isStereoKept ? 'two channels' : 'mixed to mono'}): ` +
        `${recorderMb.toFixed(0)} + ${ffmpegMb.toFixed(0)} MB, ${offsetMs.toFixed(0)} ms, 95 % within ${spreadMs.toFixed(0)} ms.`,
    ),
    details: { rounds, warmUpMs, windowMs, runs },
  };
}

/** NaN when one of them has none. */
function worstOffset(runs: readonly Run[]): number {
  return Math.max(...runs.map(({ offsetMs }) => Math.abs(offsetMs)));
}
