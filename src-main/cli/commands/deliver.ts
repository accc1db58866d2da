import { interruptedExitCode } from '../../contract/errors.js';
import type { DeliveredFile } from '../../deliver/deliver-folder.js';
import { type DeliverOptions, readDeliverSettings } from '../options/deliver-options.js';
import type { CommandConsole } from '../output/command-console.js';
import { exitCodeOf, fileLines, lastLine, progressTeller, reportOf } from '../run/delivery-telling.js';
import { Interrupts } from '../run/interrupts.js';

/**
 * `plateau deliver`: makes MP4 files of a take that has none, at low priority, and proves them against their originals.
 *
 * @returns 0 when every file is there; 7 when one could not be made, or something of its name is in the way; 8 when all are there
 *   but those of originals that hold nothing; 130 after Ctrl-C
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
  const onProgress = progressTeller(console);
  const onFile = (file: DeliveredFile): void => {
    console.showLive([]);
    for (const line of fileLines(file)) console.say(line);
  };
  try {
    const { files, folder: madeIn } = await deliverTake(folder, {
      ...{ settings, outputFolder: options.out, priority: 'belowNormal', signal, onProgress, onFile },
    });
    const exitCode = exitCodeOf(files);
    console.say(lastLine(files, madeIn));
    console.emit('result', { exitCode, folder: madeIn, files: files.map(reportOf) });
    return exitCode;
  } catch (thrown) {
    console.showLive([]);
    if (!signal.aborted) throw thrown;
    console.say('Ended. Finished files are kept; start it again, and it goes on where it was.');
    console.emit('result', { exitCode: interruptedExitCode, folder: null, files: [] });
    return interruptedExitCode;
  }
}
