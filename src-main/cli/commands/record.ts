import { resolve } from 'node:path';
import type { PlateauError } from '../../contract/errors.js';
import type { Manifest } from '../../contract/manifest.js';
import type { CommandConsole } from '../output/command-console.js';
import { Ending, takeResult } from '../run/exit-result.js';
import { FirstTrackWait, type FirstTrack } from '../run/first-track.js';
import { Interrupts } from '../run/interrupts.js';
import { printable } from '../output/printable.js';
import { formatBytes } from '../../format/bytes.js';
import { readRecordPlan, type RecordOptions, type RecordPlan } from '../options/record-plan.js';
import { runTake, type TakeRun } from '../run/take-run.js';
import { nothingRecorded, takeProblem, takeSummary } from '../output/take-summary.js';
import { RecorderStatusPrinter } from '../run/status-printer.js';

/**
 * `plateau record`: joins a room and records one take.
 *
 * @returns the exit code
 * @throws PlateauError for everything that happens before the take
 */
export async function record(
  options: RecordOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const plan = readRecordPlan(options, environment);
  const { checkBeforeConnecting } = await import('../../recorder/preflight.js');
  const found = await checkBeforeConnecting(plan.request.outputFolder);
  const space = found.freeBytes === null ? '' : `, ${formatBytes(found.freeBytes)} free`;
  console.say(
    `ffmpeg ${printable(found.ffmpegVersion)}; takes go to ${resolve(plan.request.outputFolder)}${space}`,
  );

  const ending = new Ending(console);
  const interrupts = new Interrupts(() => {
    ending.endAtOnce();
  });
  interrupts.listen();
  return connectAndRun(plan, console, interrupts, ending);
}

async function connectAndRun(
  plan: RecordPlan,
  console: CommandConsole,
  interrupts: Interrupts,
  ending: Ending,
): Promise<number> {
  const { Recorder } = await import('../../recorder/recorder.js');
  const { shutDownLivekit } = await import('../../livekit/shut-down.js');
  const recorder = new Recorder();
  try {
    const watch = new RecorderStatusPrinter(recorder, console);
    const firstTrack = new FirstTrackWait(recorder);
    const { participants, audioOnly } = plan.request;
    const connecting = recorder.connect(plan.source, { participants, audioOnly });
    if (await isInterrupted(connecting, interrupts)) ending.endAtOnce();
    const first = await firstTrack.end(interrupts.first, plan.waitMs, participants, console);
    assertPublished(first, recorder.lostBy);
    const run = await runTake({
      recorder,
      request: plan.request,
      durationMs: plan.durationMs,
      console,
      interrupts,
      onStarted: (takePath) => {
        ending.takePath = takePath;
      },
    });
    watch.close();
    return ending.reached(report(run, console));
  } finally {
    await recorder.disconnect();
    await shutDownLivekit();
  }
}

/** Nothing can be lost before the room is joined: Ctrl-C need not wait for the network. */
async function isInterrupted(connecting: Promise<void>, interrupts: Interrupts): Promise<boolean> {
  return Promise.race([connecting.then(() => false), interrupts.first.then(() => true)]);
}

function assertPublished(first: FirstTrack, lostBy: PlateauError | null): void {
  switch (first) {
    case 'published':
      return;
    case 'lost':
      throw lostBy ?? nothingRecorded();
    case 'interrupted':
    case 'waitedTooLong':
      throw nothingRecorded();
  }
}

function report(run: TakeRun, console: CommandConsole): number {
  const { manifest, takePath } = run;
  if (manifest !== null) for (const line of takeSummary(manifest, takePath)) console.say(line);
  else console.say(`The recording is in ${resolve(takePath)}; its fragmented files play.`);
  const problem = run.problem ?? (manifest === null ? null : takeProblem(manifest.files));
  if (problem !== null) console.fail(problem.toReport());
  const exitCode = problem?.exitCode ?? 0;
  console.emit('result', {
    ...takeResult(exitCode, problem?.toReport() ?? null, takePath),
    files: resultFiles(manifest),
  });
  return exitCode;
}

function resultFiles(manifest: Manifest | null): object[] {
  return (manifest?.files ?? []).map(
    ({ file, identity, kind, state, durationMs, sizeBytes, sha256, video }) => ({
      file,
      identity,
      kind,
      state,
      durationMs,
      sizeBytes,
      sha256,
      video,
    }),
  );
}
