/**
 * The watchdog's thread. The queue between the native side and the event loop has no cap: while the
 * loop is blocked each event keeps a frame buffer alive. So when the heartbeat is late, the streams are
 * closed from here, those of audio later, which ends the growth; the main thread opens them again when it is back.
 */
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import type * as FfiBindings from '@livekit/rtc-ffi-bindings';
import { type StreamKind, StreamTable } from './stream-table.js';

/** What the main thread hands over. */
export interface WatchdogData {
  readonly table: SharedArrayBuffer;
  readonly checkEveryMs: number;
  /** How long the loop may be blocked before the streams of a kind are closed. */
  readonly lateAfterMs: Readonly<Record<StreamKind, number>>;
  /** This thread only sleeps: when it wakes this much too late, the whole process stood still. */
  readonly standstillMs: number;
}

// Only the addon itself: the package's index would load all of its protobuf classes into this thread.
const { FfiHandle } = createRequire(import.meta.url)(
  '@livekit/rtc-ffi-bindings/native.js',
) as typeof FfiBindings;

const { table: buffer, checkEveryMs, lateAfterMs, standstillMs } = workerData as WatchdogData;
const table = new StreamTable(buffer);

/**
 * Handles that were closed from here. Node's finalizers of such objects run as tasks behind a garbage collection, and one
 * that comes while the thread ends has crashed the process (seen with Node 12 in Electron 9): what is kept is finalized by
 * the end of the thread itself. It hangs on the global object because what only this file holds is free to be collected
 * as soon as its last line has run.
 */
const closed: FfiBindings.FfiHandle[] = [];
Object.assign(globalThis, { closedStreamHandles: closed });
/** A hundred bytes each. */
const mostKept = 10_000;

let seenBeats = table.beats;
let lateMs = 0;
let lastCheckMs = performance.now();
while (!table.isStopped) {
  table.sleep(checkEveryMs);
  const nowMs = performance.now();
  const overslept = nowMs - lastCheckMs - checkEveryMs;
  if (overslept >= standstillMs) table.noteStandstill(Math.round(overslept));
  // A machine that was asleep, or starved this thread as well, says nothing about the event loop.
  const elapsedMs = Math.min(nowMs - lastCheckMs, 2 * checkEveryMs);
  lastCheckMs = nowMs;
  const beats = table.beats;
  lateMs = beats === seenBeats ? lateMs + elapsedMs : 0;
  seenBeats = beats;
  for (const kind of ['video', 'audio'] as const) {
    if (lateMs < lateAfterMs[kind]) continue;
    for (const id of table.claimAllByWatchdog(kind)) {
      const handle = new FfiHandle(id);
      handle.dispose();
      if (closed.length < mostKept) closed.push(handle);
    }
  }
}
