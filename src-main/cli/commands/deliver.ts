import { errorExitCodes, interruptedExitCode } from '../../contract/errors.js';
import type { DeliveredFile, DeliverProgress } from '../../deliver/deliver-take.js';
import { TimeLeft } from '../../deliver/time-left.js';
import { formatQuantity } from '../../format/number.js';
import { type DeliverOptions, readDeliverSettings } from '../options/deliver-options.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { deliverableText, progressLine } from '../output/deliver-lines.js';
import { printable } from '../output/printable.js';
import { Interrupts } from '../run/interrupts.js';

/** To a program that reads along, in milliseconds. */
const tellEveryMs = 1_000;

/**
 * `plateau deliver`: makes MP4 files of a take that has none, at low priority, and proves them against their originals.
 *
 * @returns 0 when every file is there; 7 when one could not be made, or something of its name is in the way; 130 after Ctrl-C
 * @throws PlateauError `usage`, and what `deliverTake` throws
 */
export async function deliver(
  folder: string,
  options: DeliverOptions,
  console: CommandConsole,
): Promise<number> {
  const settings = readDeliverSettings(options);
  const { deliverTake } = await import('../../deliver/deliver-take.js');
  const interrupts = new Interrupts(() => process.exit(interruptedExitCode));
  interrupts.listen();
  const signal = interrupts.shutdownSignal;
  const timeLeft = new TimeLeft();
  let toldAtMs = -Infinity;
  const onProgress = (progress: DeliverProgress): void => {
    const leftMs = timeLeft.at(progress.fraction);
    console.showLive([fitted(progressLine(progress, leftMs), console.columns)]);
    if (performance.now() - toldAtMs < tellEveryMs) return;
    toldAtMs = performance.now();
    console.emit('progress', { ...progress, leftMs: leftMs === null ? null : Math.round(leftMs) });
  };
  const onFile = (file: DeliveredFile): void => {
    console.showLive([]);
    for (const line of fileLines(file)) console.say(line);
  };
  try {
    const { files, folder: madeIn } = await deliverTake(folder, {
      ...{ settings, outputFolder: options.out, priority: 'belowNormal', signal, onProgress, onFile },
    });
    const failed = files.filter(({ outcome }) => outcome === 'failed').length;
    const exitCode = failed === 0 ? 0 : errorExitCodes.verificationFailed;
    console.say(lastLine(files, madeIn));
    const told = files.map(({ error, ...file }) => ({ ...file, error: error?.toReport() ?? null }));
    console.emit('result', { exitCode, folder: madeIn, files: told });
    return exitCode;
  } catch (thrown) {
    console.showLive([]);
    if (!signal.aborted) throw thrown;
    console.say('Ended. Finished files are kept; start it again, and it goes on where it was.');
    console.emit('result', { exitCode: interruptedExitCode, folder: null, files: [] });
    return interruptedExitCode;
  }
}

/** What became of one file. */
export function fileLines({ deliverable, error, file, outcome, source }: DeliveredFile): string[] {
  const name = printable(file);
  switch (outcome) {
    case 'made':
      return [
        `  ${name}: made of ${printable(source)}, ${deliverable === null ? '' : deliverableText(deliverable)}`,
      ];
    case 'kept':
      return [`  ${name}: is there already, and is as it was made`];
    case 'isMp4':
      return [`  ${name}: is MP4 already`];
    case 'failed':
      return [`  ${name}: ${printable(error?.message ?? '')} ${printable(error?.hint ?? '')}`];
  }
}

function lastLine(files: readonly DeliveredFile[], folder: string): string {
  const count = (outcome: DeliveredFile['outcome']): number =>
    files.filter((file) => file.outcome === outcome).length;
  if (files.length === 0) return 'The take has no files.';
  if (count('isMp4') === files.length) return 'Every file of the take is MP4 already: nothing to do.';
  const failed = count('failed');
  const there = count('made') + count('kept');
  const told = `${formatQuantity(there, 'file')} in ${printable(folder)}`;
  return failed === 0
    ? `${told}, each proven against its original.`
    : `${told}; ${failed} could not be made.`;
}
