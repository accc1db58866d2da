import { type Bench, wait } from './bench.js';
import { holdUpPlainReader, holdUpRecorder, type HoldUpTimes } from './hold-up.js';
import { limitedFigure, type Measurement, plainFigure } from './measurement.js';
import { signalProcess } from './proc.js';
import { encoderPid } from './recorder-reading.js';
import type { Subject } from './subject.js';

const growthLimitMb = 64;
const remainderLimitMb = 10;

/** Growth while the sink stands still, beside a reader that stands still. */
export async function measureStall(bench: Bench): Promise<Measurement> {
  const times: HoldUpTimes = bench.isQuick
    ? { settleMs: 6_000, holdMs: 6_000, recoverMs: 6_000 }
    : { settleMs: 25_000, holdMs: 30_000, recoverMs: 10_000 };
  bench.progress(`c: the recorder's ffmpeg stands still for ${times.holdMs / 1000} s`);
  const recorder = await holdUpRecorder(bench, times, (subject, holdMs) =>
    stopEncoder(bench, subject, holdMs),
  );
  bench.progress(`c: a plain reader stands still for ${times.holdMs / 1000} s`);
  const reader = await holdUpPlainReader(bench, times, stopReading);
  const readerRate = reader.growthMb / (reader.heldMs / 1000);
  const mb = { unit: 'MB' };
  return {
    id: 'c',
    title: `Growth of the recorder while its sink stands still for ${times.holdMs / 1000} s, 1x 720p30`,
    method:
      'SIGSTOP to ffmpeg, then SIGCONT. Start: median of the 2 s before; back: median of the second that ends ' +
      `${times.recoverMs / 1000} s after. Beside it rtc-node's VideoStream of an equal track, not read for as long.`,
    figures: [
      limitedFigure('growth', recorder.growthMb, growthLimitMb, mb),
      limitedFigure('peak, against the printed budget', recorder.peakMb, Math.floor(recorder.budgetMb), mb),
      limitedFigure(
        `above the start ${times.recoverMs / 1000} s after`,
        recorder.remainderMb,
        remainderLimitMb,
        mb,
      ),
      plainFigure('growth of a plain VideoStream reader', reader.growthMb, mb),
      plainFigure('growth of the plain reader', readerRate, { unit: 'MB/s' }),
    ],
    notes: [
      `Recorder: ${recorder.startMb.toFixed(1)} MB at the start, peak ${recorder.peakMb.toFixed(1)} MB.`,
      `Plain reader: ${reader.startMb.toFixed(1)} MB at the start` +
        (reader.wasCutShort
          ? `, ended at 2 GB after ${(reader.heldMs / 1000).toFixed(0)} s.`
          : `, ${reader.remainderMb.toFixed(1)} MB above it ${times.recoverMs / 1000} s after it read on.`),
    ],
    details: { times, recorder, reader },
  };
}

async function stopEncoder(bench: Bench, recorder: Subject, holdMs: number): Promise<void> {
  const pid = encoderPid(recorder);
  const letGo = bench.cleanup.add(() => signalProcess(pid, 'SIGCONT'));
  signalProcess(pid, 'SIGSTOP');
  await wait(holdMs);
  await letGo();
}

async function stopReading(reader: Subject, holdMs: number): Promise<void> {
  await reader.ask('stall');
  await wait(holdMs);
  await reader.ask('resume');
}
