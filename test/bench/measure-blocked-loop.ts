import type { Bench } from './bench.js';
import { type Holder, holdUpPlainReader, holdUpRecorder, type HoldUpTimes } from './hold-up.js';
import { limitedFigure, type Measurement, plainFigure } from './measurement.js';

const growthLimitMb = 48;

/** Growth while the event loop does not turn, beside a reader whose loop does not turn. */
export async function measureBlockedLoop(bench: Bench): Promise<Measurement> {
  const times: HoldUpTimes = bench.isQuick
    ? { settleMs: 6_000, holdMs: 3_000, recoverMs: 4_000 }
    : { settleMs: 25_000, holdMs: 8_000, recoverMs: 10_000 };
  const block: Holder = async (subject, holdMs) => {
    await subject.ask('block', { durationMs: holdMs });
  };
  bench.progress(`d: the recorder's event loop is blocked for ${times.holdMs / 1000} s`);
  const recorder = await holdUpRecorder(bench, times, block);
  bench.progress(`d: a plain reader's event loop is blocked for ${times.holdMs / 1000} s`);
  const reader = await holdUpPlainReader(bench, times, block);
  const mb = { unit: 'MB' };
  return {
    id: 'd',
    title: `Growth while the event loop is blocked for ${times.holdMs / 1000} s, 1x 720p30`,
    method:
      `A busy loop in the recorder's process; the highest RSS until ${times.recoverMs / 1000} s after it. Beside it ` +
      "rtc-node's VideoStream of an equal track, its process blocked likewise.",
    figures: [
      limitedFigure('growth', recorder.growthMb, growthLimitMb, mb),
      plainFigure(`above the start ${times.recoverMs / 1000} s after`, recorder.remainderMb, mb),
      plainFigure('growth of a plain VideoStream reader', reader.growthMb, mb),
    ],
    notes: [
      `Recorder: ${recorder.startMb.toFixed(1)} MB at the start, peak ${recorder.peakMb.toFixed(1)} MB, ` +
        `${recorder.watchdogTrips} streams closed by the watchdog and opened again.`,
      `Plain reader: ${reader.startMb.toFixed(1)} MB at the start` +
        (reader.wasCutShort
          ? ', ended at 2 GB.'
          : `, ${reader.remainderMb.toFixed(1)} MB above it ${times.recoverMs / 1000} s after.`),
    ],
    details: { times, recorder, reader },
  };
}
