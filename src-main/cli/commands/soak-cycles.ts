import type { Source } from '../../contract/recording.js';
import { limitMbPerCycle, verdictWords } from '../../contract/verdict-rules.js';
import { formatBytes } from '../../format/bytes.js';
import type { CycleReading } from '../../lab/soak/run-cycles.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { SoakPlan } from '../options/soak-plan.js';
import { describeSlope, soakExitCode } from '../output/soak-outcome.js';
import { textTable } from '../output/text-table.js';
import type { RecordingSession } from '../run/recording-command.js';

/** Long enough for an encoder to start and for its first fragment to be written. */
const secondsPerTake = 3;

/** Where lines cannot be redrawn in place. */
const cyclesPerLine = 10;

/**
 * Repeats sessions and says what each of them leaves behind. Ctrl-C ends them after the present one.
 *
 * @returns the exit code
 * @throws PlateauError when a session cannot join, or nothing is heard and seen in it
 */
export async function soakCycles(plan: SoakPlan, source: Source, session: RecordingSession): Promise<number> {
  const { console, shutdownSignal } = session;
  const { judgeCycles, runConnectCycles, runTakeCycles, warmUpCycles } =
    await import('../../lab/soak/run-cycles.js');
  const cycles = plan.cycles ?? plan.takes ?? 0;
  const what = plan.cycles === null ? 'takes' : 'connections';
  const readings: CycleReading[] = [];
  const run = {
    connect: (recorder: Recorder) => {
      const joining = recorder.connect(source, { participants: null, audioOnly: false });
      // Later on there is something to report.
      return readings.length === 0 ? session.orForceExit(joining) : joining;
    },
    cycles,
    isEnding: () => shutdownSignal.aborted,
    onReading: (reading: CycleReading) => {
      readings.push(reading);
      console.emit('cycle', reading);
      const { cycle, rssBytes } = reading;
      const isWarmingUp = cycle <= 0;
      const count = isWarmingUp ? `${warmUpCycles + cycle} of ${warmUpCycles}` : `${cycle} of ${cycles}`;
      const progress = `${count} ${what}${isWarmingUp ? ' to warm up' : ''}, ${formatBytes(rssBytes)}`;
      console.showLive([progress]);
      if (!console.isLive && cycle % cyclesPerLine === 0) console.say(progress);
    },
  };
  if (plan.cycles === null) await runTakeCycles(run, plan.request, secondsPerTake);
  else await runConnectCycles(run);
  console.showLive([]);

  const { verdict, slope, growthBytes, keptBySdkBytes } = judgeCycles(readings);
  const counted = readings.at(-1)?.cycle ?? 0;
  console.say(
    `\nMemory 20 s after some of ${counted} ${what}, garbage collected (${warmUpCycles} before them to warm up):`,
  );
  for (const line of cycleTable(readings)) console.say(line);
  console.say(
    growthBytes === null
      ? '\nToo few cycles for a verdict.'
      : `\nGrowth over ${counted} ${what}: ${formatBytes(growthBytes)}.`,
  );
  if (slope !== null)
    console.say(`  recorder  ${describeSlope(slope, 'MB a cycle')}; the limit is ${limitMbPerCycle} MB`);
  if (keptBySdkBytes !== null && keptBySdkBytes > 0)
    console.say(`  of it     ${sdkShare(keptBySdkBytes, counted)}`);
  const word = verdictWords[verdict];
  console.say(word);
  const exitCode = soakExitCode(word, plan.assertion);
  console.emit('result', {
    exitCode,
    error: null,
    verdict: word,
    slope,
    growthBytes,
    keptBySdkBytes,
    what,
    readings,
  });
  return exitCode;
}

function sdkShare(keptBySdkBytes: number, cycles: number): string {
  return `${formatBytes(keptBySdkBytes)} are what LiveKit’s SDK is known to keep, ${formatBytes(keptBySdkBytes / cycles)} a cycle (node-sdks #514)`;
}

function cycleTable(readings: readonly CycleReading[]): string[] {
  return textTable(
    ['cycle', 'memory (RSS)', 'heap', 'external', 'native'].map((title) => ({
      title,
      align: 'right' as const,
    })),
    readings
      .filter(({ isSettled }) => isSettled)
      .map(({ cycle, rssBytes, heapTotalBytes, externalBytes, nativeBytes }) => [
        String(cycle),
        ...[rssBytes, heapTotalBytes, externalBytes, nativeBytes].map((bytes) => formatBytes(bytes)),
      ]),
  );
}
