import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PlateauError } from '../../contract/errors.js';
import type { TakeRequest } from '../../contract/recording.js';
import type { FlatnessVerdict, ProcessVerdict } from '../../contract/verdict.js';
import { limitMbPerCycle } from '../../contract/verdict-rules.js';
import { earlierConnections } from '../../livekit/leaked-connections.js';
import { Recorder } from '../../recorder/recorder.js';
import { theilSenSlope } from '../../telemetry/flatness.js';
import { ownMemory, type ProcessMemory } from '../../telemetry/process-memory.js';

/** Memory after one cycle, when everything of it was given back and garbage was collected. */
export interface CycleReading extends ProcessMemory {
  /** From 1; 0 is after the warm-up, and those of the warm-up are below it. */
  readonly cycle: number;
  /** Read some time after the cycle: what is freed late is no leak. These are what is judged. */
  readonly isSettled: boolean;
  /** What the SDK is known to keep of the connections so far, whatever a program does. */
  readonly earlierConnectionsBytes: number;
}

export interface CycleRun {
  /** Joins the room, and subscribes to everything in it. */
  readonly connect: (recorder: Recorder) => Promise<void>;
  /** Without those of the warm-up, which come before. */
  readonly cycles: number;
  readonly onReading: (reading: CycleReading) => void;
  /** Ends the run after the present cycle. */
  readonly isEnding: () => boolean;
}

/** How long a cycle waits for a video frame and an audio frame before it counts as failed: milliseconds. */
const firstFramesPatienceMs = 20_000;

/**
 * Joins the room, waits until a video frame and an audio frame were decoded, leaves; again and again. Finds what a
 * session leaves behind, which a slope over time cannot.
 *
 * @throws PlateauError when a cycle cannot join, or nothing is heard and seen in it
 */
export async function runConnectCycles(run: CycleRun): Promise<void> {
  await repeat(run, async () => {
    const first = new FirstFrames();
    // Each with a recorder of its own, as a console that is opened and closed has.
    const recorder = new Recorder(() => first);
    try {
      await run.connect(recorder);
      await first.wait();
    } finally {
      await recorder.disconnect();
    }
  });
}

/**
 * Starts and stops takes of some seconds in one connection. Each take is removed when it was finalized.
 *
 * @throws PlateauError when a take cannot be started or finalized
 */
export async function runTakeCycles(run: CycleRun, request: TakeRequest, secondsEach: number): Promise<void> {
  const recorder = new Recorder();
  try {
    await run.connect(recorder);
    await repeat(run, async () => {
      const takePath = await recorder.startTake(request);
      await takeTime(recorder, secondsEach);
      await recorder.stopTake();
      await rm(takePath, { recursive: true, force: true });
    });
  } finally {
    await recorder.disconnect();
  }
}

async function repeat(run: CycleRun, once: () => Promise<void>): Promise<void> {
  const { cycles, onReading, isEnding } = run;
  const collectGarbage = garbageCollector();
  const read = (cycle: number, isSettled: boolean): void => {
    collectGarbage();
    const { bytes } = earlierConnections();
    onReading({ cycle, isSettled, earlierConnectionsBytes: bytes, ...ownMemory() });
  };
  const settleEvery = Math.max(1, Math.ceil(cycles / settledReadings));
  for (let cycle = 1 - warmUpCycles; cycle <= cycles && !isEnding(); cycle += 1) {
    await once();
    const isSettled = cycle === cycles || (cycle >= 0 && cycle % settleEvery === 0);
    if (isSettled) await wait(settleMs);
    read(cycle, isSettled);
  }
}

/** Resolves when the running take is that long; rejects when the engine stops it. */
function takeTime(recorder: Recorder, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onSnapshot = (snapshot: { readonly takeMs: number | null; readonly state: string }): void => {
      const hasEnded = snapshot.state !== 'recording';
      if (!hasEnded && (snapshot.takeMs ?? 0) < seconds * 1000) return;
      recorder.off('snapshot', onSnapshot);
      if (hasEnded)
        reject(
          recorder.problem?.error ?? new PlateauError('internal', 'The take ended early.', 'Try it again.'),
        );
      else resolve();
    };
    recorder.on('snapshot', onSnapshot);
  });
}

/** Waits for one video frame and one audio frame of anybody. */
class FirstFrames {
  #hasVideo = false;
  #hasAudio = false;
  #resolve: () => void = () => undefined;

  onVideoFrame(): void {
    this.#hasVideo = true;
    this.#check();
  }

  onPcm(): void {
    this.#hasAudio = true;
    this.#check();
  }

  async wait(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      timer = setTimeout(() => {
        reject(
          new PlateauError(
            'nothingRecorded',
            `No ${this.#hasVideo ? 'audio' : 'video'} arrived within ${firstFramesPatienceMs / 1000} s.`,
            'Cycles need a participant who publishes both.',
          ),
        );
      }, firstFramesPatienceMs);
      this.#check();
    }).finally(() => {
      clearTimeout(timer);
    });
  }

  #check(): void {
    if (this.#hasVideo && this.#hasAudio) this.#resolve();
  }
}

/** What is garbage is no leak: it is collected before each reading. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Cycles before the first that counts: code is compiled, caches and thread pools are filled. */
export const warmUpCycles = 10;
/** WebRTC frees sockets and the stacks of threads up to 15 s after a session. */
const settleMs = 20_000;
/** Parts that a run is divided into; each ends with a settled reading. */
const settledReadings = 6;
export interface CycleVerdict {
  readonly verdict: FlatnessVerdict;
  /** Megabytes per cycle, with the 90 % interval. */
  readonly slope: ProcessVerdict['slope'];
  /** From the first settled reading to the last. */
  readonly growthBytes: number | null;
  /** The part of it that the SDK is known to keep. */
  readonly keptBySdkBytes: number | null;
}

/**
 * Theil-Sen over the settled readings: LEAK when the whole 90 % interval is above 0.3 MB a cycle, FLAT when
 * it is below. What was left behind in all is told beside it: a slope below the limit need not be zero.
 */
export function judgeCycles(readings: readonly CycleReading[]): CycleVerdict {
  const settled = readings.filter(({ isSettled }) => isSettled);
  const [first, last] = [settled[0], settled.at(-1)];
  if (first === undefined || last === undefined || settled.length < minSettled) {
    return { verdict: 'undecided', slope: null, growthBytes: null, keptBySdkBytes: null };
  }
  const minuteMs = 60_000;
  // A cycle takes the place of a minute.
  const slope = theilSenSlope([settled.map(({ cycle, rssBytes }) => ({ atMs: cycle * minuteMs, rssBytes }))]);
  const isLeaking = slope.lowerMbPerMinute > limitMbPerCycle;
  const isFlat = slope.upperMbPerMinute < limitMbPerCycle;
  return {
    verdict: isLeaking ? 'leaking' : isFlat ? 'flat' : 'undecided',
    slope,
    growthBytes: last.rssBytes - first.rssBytes,
    keptBySdkBytes: last.earlierConnectionsBytes - first.earlierConnectionsBytes,
  };
}

/** As `flatnessLimits.minBlocks`: with fewer the interval is as wide as all slopes together. */
const minSettled = 5;
