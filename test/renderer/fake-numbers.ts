import { noDrops } from '../../src-main/contract/drop-causes.js';
import type { TakeMemory } from '../../src-main/contract/history.js';
import type { Accounting } from '../../src-main/contract/manifest.js';
import type { LiveImage, Thumbnail } from '../../src-main/contract/media-events.js';
import type { RecorderEvent, SinkSnapshot, Snapshot } from '../../src-main/contract/snapshot.js';
import type { UnboundedSnapshot } from '../../src-main/contract/unbounded.js';
import type { MemoryVerdict, ProcessVerdict } from '../../src-main/contract/verdict.js';
import { copiedSink } from './fake-copied.js';

/**
 * `stormy`: queues are full, frames are dropped, and memory goes above its budget. `tight`: a ceiling just above
 * what is used, for which frames are left out. `losing`: the encoders of ada and eve do not keep up. `unbounded`: calm, with a recorder without caps beside it from
 * second 60 of the take on, ended at 2 GB 45 seconds later. `copied`: calm, of a take in copy mode.
 */
export type Weather = 'calm' | 'stormy' | 'tight' | 'losing' | 'unbounded' | 'copied';

const megabyte = 1_000_000;

function accounting(received: number, queueFull: number, queued: number, governed = 0): Accounting {
  return {
    received,
    queued,
    written: received - queueFull - queued - governed,
    dropped: { ...noDrops(), queueFull, governed },
  };
}

function sink(identity: string, kind: SinkSnapshot['kind'], takeMs: number, weather: Weather): SinkSnapshot {
  const frames = Math.floor((takeMs / 1000) * 30);
  const isStormy = weather === 'stormy' && identity === 'ada';
  const isLosing = weather === 'losing' && identity !== 'ben' && kind === 'participant';
  const queued = isStormy || isLosing ? 30 : Math.floor(takeMs / 700) % 3;
  const dropped = isStormy ? Math.floor(frames / 40) : isLosing ? Math.floor(frames * 0.7) : 0;
  return {
    file: kind === 'screenShare' ? `${identity}-screen.mp4` : `${identity}.mp4`,
    identity,
    participantName: identity === 'ada' ? 'Ada Lovelace' : identity,
    kind,
    trackNumber: 1,
    isRecording: true,
    video: {
      isLive: identity !== 'ben',
      width: 1280,
      height: 720,
      fpsIn: 30,
      fpsOut: isLosing ? 9 : 30,
      queuedFrames: queued,
      maxQueuedFrames: Math.min(30, queued + 2),
      queueCapFrames: 30,
      framesInFlight: 1,
      frameGapMs: isStormy ? 640 : 34,
      maxFrameGapMs: 90,
      missedFrames: isStormy ? 12 : 0,
      filledFrames: 0,
      rtc: {
        receivedBytes: Math.floor(takeMs * 190),
        packetsReceived: Math.floor(takeMs / 6),
        packetsLost: isStormy ? 40 : 0,
        jitterMs: 2,
        jitterBufferMs: 14,
        bitsPerSecond: 1_520_000,
      },
      accounting: accounting(frames, dropped, queued, weather === 'tight' ? Math.floor(frames / 4) : 0),
    },
    audio: {
      isLive: true,
      queuedFrames: 2,
      maxQueuedFrames: 6,
      queueCapFrames: 100,
      driftMs: 1.2,
      playoutOffsetMs: 44,
      silenceMs: 0,
      lostMs: isLosing ? Math.floor(takeMs / 40) * 10 : 0,
      rtc: null,
      accounting: accounting(Math.floor(takeMs / 10), isLosing ? Math.floor(takeMs / 40) : 0, 2),
    },
    inputBytes: Math.floor(takeMs * 41_000),
    inputPendingBytes: 1_382_400,
    diskQueueBytes: isStormy ? 41 * megabyte : 2 * megabyte,
    diskQueueCapBytes: 64 * 1024 * 1024,
    writtenBytes: Math.floor(takeMs * 180),
    maxDiskWriteMs: 12,
    ffmpegRssBytes: 84 * megabyte,
  };
}

function governorAt(weather: Weather): Snapshot['governor'] {
  const isTight = weather === 'tight';
  return {
    step: isTight ? 4 : 0,
    stepCount: 5,
    action: isTight ? '5 fps' : 'everything is recorded',
    limitBytes: (isTight ? 200 : 460) * megabyte,
    limitedBy: isTight ? 'ceiling' : 'budget',
  };
}

const minuteMs = 60_000;

/** Eve's file is opened, with 66 MB of buffers. */
const eveMs = 80_000;

function budgetAt(takeMs: number): number {
  return (takeMs < eveMs ? 394 : 460) * megabyte;
}

/** What the engine says when the first files are opened, and when Eve's is. */
export function budgetEvents(takeStartMs: number, nowMs: number): RecorderEvent[] {
  const step = (takeMs: number, label: string, why: string, frames: number): RecorderEvent => ({
    at: new Date(takeStartMs + takeMs).toISOString(),
    takeMs,
    level: 'info',
    name: 'budgetChanged',
    message: `Memory budget ${budgetAt(takeMs) / megabyte} MB, ${why}`,
    identity: null,
    details: {
      ...{ totalBytes: budgetAt(takeMs), encoderBytes: 330 * megabyte, label },
      'baseline (Node, SDK)': 136_314_880,
      'young objects (V8)': 33_554_432,
      'frame queues': 41_000_000 * frames,
      'frames in flight': 5_529_600 * frames,
      'compressed data to disk': budgetAt(takeMs) - 136_314_880 - 33_554_432 - 46_529_600 * frames,
      'earlier connections (SDK)': 0,
    },
  });
  const files = 'ada.mp4 (Ada Lovelace), ada-screen.mp4 (Ada Lovelace) and ben.mp4 (ben) were opened';
  return [
    step(0, '+ 3 files', `232 MB more: ${files}`, 2),
    step(eveMs, '+ eve', '66 MB more: eve.mp4 (eve) was opened', 3),
  ].filter(({ at }) => Date.parse(at) <= nowMs);
}

/** From second 60 on, for 45 seconds until it is ended at 2 GB. */
function unboundedAt(takeMs: number): UnboundedSnapshot | null {
  const forMs = takeMs - minuteMs;
  if (forMs < 0) return null;
  const growingMs = Math.max(0, Math.min(forMs, 45_000) - 3_000);
  const rssBytes = Math.round(120 * megabyte + growingMs * 0.0447 * megabyte);
  const queuedFrames = Math.floor(growingMs / 33);
  const isRunning = forMs < 45_000;
  return {
    state: isRunning ? 'running' : 'stopped',
    stopReason: isRunning ? null : 'memory',
    ...{ rssBytes, peakRssBytes: rssBytes, stopAtBytes: 2_000 * megabyte },
    ...{ queuedFrames, peakQueuedFrames: queuedFrames, queuedBytes: queuedFrames * 1_382_400 },
    receivedFrames: queuedFrames + 90,
    writtenFrames: 90,
    people: 1,
    ofPeople: 3,
  };
}

/** Undecided at first; flat after ten minutes of calm, leaking after as many of storm. */
export function verdictAt(takeMs: number, weather: Weather): MemoryVerdict {
  const windowMs = Math.max(0, Math.floor((takeMs - minuteMs) / 20_000) * 20_000);
  const isStormy = weather === 'stormy';
  const main: ProcessVerdict =
    windowMs < 9 * minuteMs
      ? { verdict: 'undecided', slope: null }
      : {
          verdict: isStormy ? 'leaking' : 'flat',
          slope: isStormy
            ? { mbPerMinute: 15, lowerMbPerMinute: 14.2, upperMbPerMinute: 15.9 }
            : { mbPerMinute: 0.04, lowerMbPerMinute: -0.11, upperMbPerMinute: 0.19 },
        };
  return { main, ffmpeg: main, renderer: null, warmUpMs: minuteMs, windowMs, blockMs: 20_000, restarts: 0 };
}

/** @param guests how many there are of those that `guests` in fake-states.ts makes, in the place of everybody else */
export function snapshotAt(atMs: number, takeStartMs: number | null, weather: Weather, guests = 0): Snapshot {
  const takeMs = takeStartMs === null || atMs < takeStartMs ? null : atMs - takeStartMs;
  const wave = Math.sin(atMs / 7_000) * 4 + Math.sin(atMs / 1_900) * 2;
  const climb = takeMs === null ? 0 : Math.min(1, takeMs / 8_000);
  const storm = weather === 'stormy' && takeMs !== null ? Math.min(380, takeMs / 400) : 0;
  const heapTotalBytes = (34 + (wave > 2 ? 6 : 0)) * megabyte;
  const externalBytes = (9 + climb * 18) * megabyte;
  const nativeBytes = (72 + climb * 38 + wave + storm) * megabyte;
  const rssBytes = heapTotalBytes + externalBytes + nativeBytes;
  const ada = takeMs === null ? [] : [sink('ada', 'participant', takeMs, weather)];
  const others =
    takeMs === null
      ? []
      : [
          sink('ada', 'screenShare', takeMs, weather),
          sink('ben', 'participant', takeMs, weather),
          sink('eve', 'participant', takeMs, weather),
        ];
  const whole = Math.round;
  return {
    schema: 'plateau.snapshot/1',
    at: new Date(atMs).toISOString(),
    state: takeMs === null ? 'ready' : 'recording',
    connection: 'connected',
    takeMs,
    memory: {
      rssBytes: whole(rssBytes),
      heapUsedBytes: whole(heapTotalBytes * 0.7),
      heapTotalBytes: whole(heapTotalBytes),
      externalBytes: whole(externalBytes),
      arrayBuffersBytes: whole(externalBytes * 0.8),
      nativeBytes: whole(nativeBytes),
      ffmpegRssBytes: takeMs === null || weather === 'copied' ? 0 : whole((256 + wave) * megabyte),
      budgetBytes: takeMs === null ? null : budgetAt(takeMs),
      ceilingBytes: weather === 'tight' ? 200 * megabyte : null,
      peakRssBytes: whole(Math.max(rssBytes, 165 * megabyte)),
      earlierConnections: { count: 2, bytes: 900_000 },
      consoleProcesses: [],
    },
    governor: takeMs === null ? null : governorAt(weather),
    verdict: takeMs === null ? null : verdictAt(takeMs, weather),
    eventLoop: { p50Ms: 0.1, p99Ms: 2, maxMs: 6 },
    frameQueueBytes: takeMs === null ? 0 : weather === 'stormy' ? 44 * megabyte : 3 * megabyte,
    frameQueueCapBytes: 64 * 1024 * 1024,
    nativeFramesAlive: takeMs === null ? 0 : 5,
    eventLoopMaxLateMs: weather === 'stormy' ? 180 + 10 * wave : 6 + Math.abs(wave),
    watchdogTrips: weather === 'stormy' ? 2 : 0,
    disk: {
      freeBytes: weather === 'stormy' ? 1_900 * megabyte : 412_000 * megabyte,
      secondsToFull: takeMs === null ? null : weather === 'stormy' ? 610 : 137_000,
    },
    sinks:
      weather === 'copied'
        ? [...ada, ...others].map(copiedSink)
        : guests === 0 || takeMs === null
          ? [...ada, ...others]
          : Array.from({ length: guests }, (_, index) =>
              sink(`guest-${index}`, 'participant', takeMs, index === 1 ? weather : 'calm'),
            ),
    conditions: takeMs !== null && weather === 'losing' ? conditionsAt(takeMs) : [],
    unbounded: weather === 'unbounded' && takeMs !== null ? unboundedAt(takeMs) : null,
  };
}

/** An encoder that is behind on a machine that has too little time, and a clock that drifts, which the loss bar does not name. */
function conditionsAt(takeMs: number): Snapshot['conditions'] {
  const durationMs = Math.min(takeMs, 42_000);
  return [
    {
      ...{ name: 'encoderBehind', file: 'ada.mp4', identity: 'ada', durationMs },
      what: 'The encoder of ada.mp4 is slower than its camera',
      advice: 'Frames wait, and are dropped. Close other programs, or choose a smaller profile.',
    },
    {
      ...{ name: 'machineOverloaded', file: null, identity: null, durationMs },
      what: 'This machine has too little time for the recorder',
      advice: 'Close other programs, or record fewer participants or a smaller profile.',
    },
    {
      ...{ name: 'clockDrift', file: 'eve.mp4', identity: 'eve', durationMs: 2_400 },
      what: 'The audio clock of eve drifts',
      advice: 'Audio is moved to where it belongs. Check the sound card of eve.',
    },
  ];
}

export function eventsOf(nowMs: number, takeStartMs: number | null, weather: Weather): RecorderEvent[] {
  const event = (
    secondsAgo: number,
    level: RecorderEvent['level'],
    name: string,
    message: string,
  ): RecorderEvent => {
    const atMs = nowMs - secondsAgo * 1000;
    return {
      at: new Date(atMs).toISOString(),
      takeMs: takeStartMs === null || atMs < takeStartMs ? null : atMs - takeStartMs,
      level,
      name,
      message,
      identity: null,
      details: {},
    };
  };
  const calm = [
    event(250, 'info', 'participantJoined', 'ada is in the room'),
    event(248, 'info', 'participantJoined', 'ben is in the room'),
    event(200, 'info', 'takeStarted', 'The take standup-20261124-090000 started'),
    event(120, 'info', 'participantJoined', 'eve is in the room'),
    event(60, 'info', 'marker', 'Marker 1'),
    ...(takeStartMs === null ? [] : budgetEvents(takeStartMs, nowMs)),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  if (weather === 'tight') {
    const saving = 'Saving memory, step 4 of 5: 5 fps. In use: 184 MB of a ceiling of 200 MB.';
    return [...calm, event(30, 'warning', 'governorDegraded', saving)];
  }
  if (weather !== 'stormy') return calm;
  return [
    ...calm,
    event(50, 'warning', 'longFrameGap', 'Long gap between frames: 640 ms'),
    event(40, 'warning', 'queueFillingUp', 'Frame queue filling up: 30/30'),
    event(20, 'error', 'overBudget', 'Memory usage too high: 481 MB, budget 460 MB'),
  ];
}

/** Half an hour of a calm take, as it is read from its telemetry. */
export function takeMemory(): TakeMemory {
  const rows = Array.from({ length: 459 }, (_, index) => {
    const atMs = (index + 0.5) * 4_000;
    const { memory } = snapshotAt(atMs, 0, 'calm');
    return {
      ...{ atMs, rssBytes: memory.rssBytes, rssMinBytes: memory.rssBytes },
      ...{ heapBytes: memory.heapTotalBytes, externalBytes: memory.externalBytes },
      ...{ nativeBytes: memory.nativeBytes, ffmpegBytes: memory.ffmpegRssBytes },
      ...{ budgetBytes: memory.budgetBytes, ceilingBytes: null, unboundedBytes: null },
      ...{ frameGapMs: 34, loopLateMs: 6 },
    };
  });
  const steps = budgetEvents(0, Number.MAX_SAFE_INTEGER).map(({ details, message, takeMs }) => ({
    ...{ takeMs: takeMs ?? 0, message, details },
  }));
  const mark = { takeMs: 903_000, name: 'marker', level: 'info', message: 'Ben’s answer' } as const;
  return { rows, steps, marks: [mark] };
}

const images = new Map<string, Thumbnail>();

/** Stripes in a color for each person. */
export function thumbnailOf(identity: string, kind: Thumbnail['kind']): Thumbnail {
  const key = `${kind}:${identity}`;
  const image = images.get(key) ?? paint(identity, kind);
  images.set(key, image);
  return image;
}

function paint(identity: string, kind: Thumbnail['kind']): Thumbnail {
  const [width, height] = [192, 108];
  const seed = identity.charCodeAt(0) + (kind === 'screenShare' ? 40 : 0);
  let bytes = '';
  for (let index = 0; index < width * height; index += 1) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const isHead = (x - 96) ** 2 + (y - 46) ** 2 < 700 || (y > 76 && Math.abs(x - 96) < 50);
    const shade = isHead ? 190 : 60 + ((x + y + seed) % 64) / 2;
    bytes += String.fromCharCode(shade, (shade + seed) % 200, (seed * 3) % 180, 255);
  }
  return { identity, kind, width, height, rgba: btoa(bytes) };
}

/** The same in a larger image, with a bar that moves: each of them is another. */
export function liveImageOf(identity: string, number: number): LiveImage {
  const [width, height] = [640, 360];
  const seed = identity.charCodeAt(0);
  const chromaBytes = (width / 2) * (height / 2);
  const i420 = new Uint8Array(width * height + 2 * chromaBytes);
  for (let index = 0; index < width * height; index += 1) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const isHead = (x - 320) ** 2 + (y - 153) ** 2 < 7800 || (y > 253 && Math.abs(x - 320) < 167);
    const isBar = Math.abs(x - ((number * 16) % width)) < 8;
    i420[index] = isBar ? 220 : isHead ? 180 : 50 + ((x + y + seed) % 64) / 2;
  }
  i420.fill(90 + (seed % 60), width * height, width * height + chromaBytes);
  i420.fill(170 - (seed % 60), width * height + chromaBytes);
  let bytes = '';
  for (let at = 0; at < i420.length; at += 4096)
    bytes += String.fromCharCode(...i420.subarray(at, at + 4096));
  return { width, height, i420: btoa(bytes) };
}
