import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rm } from 'node:fs/promises';
import { PlateauError } from '../contract/errors.js';
import type { Source, TakeRequest } from '../contract/recording.js';
import type { FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';
import { Recorder } from '../recorder.js';
import { theilSenSlope } from '../telemetry/flatness.js';
import { ownMemory, type ProcessMemory } from '../telemetry/process-memory.js';

/** Memory after one cycle, when everything of it was given back and garbage was collected. */
export interface CycleReading extends ProcessMemory {
  /** From 1; 0 is before the first. */
  readonly cycle: number;
}

export interface CycleRun {
  readonly source: Source;
  readonly cycles: number;
  readonly onReading: (reading: CycleReading) => void;
  /** Ends the run after the present cycle. */
  readonly isEnding: () => boolean;
}

/** How long a cycle waits for a picture and a sound before it counts as failed: milliseconds. */
const firstFramesPatienceMs = 20_000;

/**
 * Joins the room, waits until a picture and a sound were decoded, leaves; again and again. Finds what a
 * session leaves behind, which a slope over time cannot.
 *
 * @throws PlateauError when a cycle cannot join, or nothing is heard and seen in it
 */
export async function runConnectCycles({ source, cycles, onReading, isEnding }: CycleRun): Promise<void> {
  const collectGarbage = garbageCollector();
  onReading(read(0, collectGarbage));
  for (let cycle = 1; cycle <= cycles && !isEnding(); cycle += 1) {
    const first = new FirstFrames();
    // Each with a recorder of its own, as a console that is opened and closed has.
    const recorder = new Recorder(() => first);
    try {
      await recorder.connect(source, { participants: null, audioOnly: false });
      await first.wait();
    } finally {
      await recorder.disconnect();
    }
    onReading(read(cycle, collectGarbage));
  }
}

/**
 * Starts and stops takes of some seconds in one connection. Each take is removed when it was finalised.
 *
 * @throws PlateauError when a take cannot be started or finalised
 */
export async function runTakeCycles(
  { source, cycles, onReading, isEnding }: CycleRun,
  request: TakeRequest,
  secondsEach: number,
): Promise<void> {
  const collectGarbage = garbageCollector();
  const recorder = new Recorder();
  try {
    await recorder.connect(source, { participants: null, audioOnly: false });
    onReading(read(0, collectGarbage));
    for (let cycle = 1; cycle <= cycles && !isEnding(); cycle += 1) {
      const takePath = await recorder.startTake(request);
      await takeTime(recorder, secondsEach);
      await recorder.stopTake();
      await rm(takePath, { recursive: true, force: true });
      onReading(read(cycle, collectGarbage));
    }
  } finally {
    await recorder.disconnect();
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
        reject(recorder.stoppedBy ?? new PlateauError('internal', 'The take ended early.', 'Try it again.'));
      else resolve();
    };
    recorder.on('snapshot', onSnapshot);
  });
}

/** Waits for one picture and one sound of anybody. */
class FirstFrames {
  #hasPicture = false;
  #hasSound = false;
  #resolve: () => void = () => undefined;

  onVideoFrame(): void {
    this.#hasPicture = true;
    this.#check();
  }

  onPcm(): void {
    this.#hasSound = true;
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
            `No ${this.#hasPicture ? 'sound' : 'picture'} arrived within ${firstFramesPatienceMs / 1000} s.`,
            'Cycles need somebody in the room who sends both.',
          ),
        );
      }, firstFramesPatienceMs);
      this.#check();
    }).finally(() => {
      clearTimeout(timer);
    });
  }

  #check(): void {
    if (this.#hasPicture && this.#hasSound) this.#resolve();
  }
}

function read(cycle: number, collectGarbage: () => void): CycleReading {
  collectGarbage();
  return { cycle, ...ownMemory() };
}

/** What is garbage is no leak: it is collected before each reading. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Cycles left out at the start: code is compiled, caches and thread pools are filled. */
export const warmUpCycles = 10;
/** The bound on what a hundred cycles may leave behind is 30 MB. */
const limitMbPerCycle = 0.3;
const minCycles = 10;

export interface CycleVerdict {
  readonly verdict: FlatnessVerdict;
  /** Megabytes per cycle, with the 90 % interval. */
  readonly slope: ProcessVerdict['slope'];
  /** From the median of the first five judged cycles to that of the last five. */
  readonly growthBytes: number | null;
}

/**
 * Theil-Sen over the readings after the warm-up: LEAK when the whole 90 % interval is above 0.3 MB per
 * cycle, FLAT when it is below.
 */
export function judgeCycles(readings: readonly CycleReading[]): CycleVerdict {
  const judged = readings.filter(({ cycle }) => cycle > warmUpCycles);
  if (judged.length < minCycles) return { verdict: 'undecided', slope: null, growthBytes: null };
  const minuteMs = 60_000;
  // A cycle takes the place of a minute.
  const slope = theilSenSlope(judged.map(({ cycle, rssBytes }) => ({ atMs: cycle * minuteMs, rssBytes })));
  const middle = (part: readonly CycleReading[]): number =>
    [...part].map(({ rssBytes }) => rssBytes).sort((a, b) => a - b)[2] ?? NaN;
  const verdict =
    slope.lowerMbPerMinute > limitMbPerCycle
      ? 'leaking'
      : slope.upperMbPerMinute < limitMbPerCycle
        ? 'flat'
        : 'undecided';
  return { verdict, slope, growthBytes: middle(judged.slice(-5)) - middle(judged.slice(0, 5)) };
}
