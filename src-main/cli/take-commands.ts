import { type Command, Option } from 'commander';
import { type MarkerFormat, markerFormats } from '../format/marker-text.js';
import type { DeliverOptions } from './options/deliver-options.js';
import {
  compareHelp,
  deliverHelp,
  recoverHelp,
  reportHelp,
  takesHelp,
  verifyHelp,
} from './options/help-text.js';
import { readPath } from './options/read-path.js';
import type { CommandConsole } from './output/command-console.js';

/**
 * Adds the commands that work on what was recorded. Each is loaded when it runs.
 *
 * @param ended hears the exit code of the one that ran
 */
export function addTakeCommands(
  program: Command,
  console: CommandConsole,
  ended: (exitCode: number) => void,
): void {
  program
    .command('takes')
    .description('list what was recorded, the newest first, or the markers of one take')
    .argument(
      '[folder]',
      'the folder with takes in it (default: ./takes); with --markers that of one take',
      readPath,
    )
    .addOption(
      new Option('--markers [format]', 'the markers of one take: a table, csv, or youtube (HH:MM:SS name)')
        .choices(['table', ...markerFormats])
        .preset('table'),
    )
    .option('--json', 'NDJSON on stdout: the result')
    .addHelpText('after', takesHelp)
    .action(async (folder: string | undefined, options: { markers?: MarkerFormat | 'table' }) => {
      if (options.markers !== undefined) {
        const { markers } = await import('./commands/markers.js');
        ended(await markers(folder ?? '.', options.markers, console));
        return;
      }
      const { takes } = await import('./commands/takes.js');
      ended(await takes(folder ?? 'takes', console));
    });
  program
    .command('verify')
    .description('check the files of a take')
    .argument('<folder>', 'the take’s folder, with its manifest.json', readPath)
    .option('--quick', 'read headers and decode the last frames only')
    .option('--json', 'NDJSON on stdout: the result')
    .addHelpText('after', verifyHelp)
    .action(async (folder: string, options: { quick?: boolean }) => {
      const { verify } = await import('./commands/verify.js');
      ended(await verify(folder, options.quick === true ? 'quick' : 'full', console));
    });
  program
    .command('recover')
    .description('finish what an interrupted recorder left')
    .argument('[folder]', 'a take’s folder, or one with takes in it (default: ./takes)', readPath)
    .option('--json', 'NDJSON on stdout: the result')
    .addHelpText('after', recoverHelp)
    .action(async (folder: string | undefined) => {
      const { recover } = await import('./commands/recover.js');
      ended(await recover(folder ?? 'takes', console));
    });
  program
    .command('deliver')
    .description('make MP4 files of a take that has none: one of copy mode, MKV or WebM')
    .argument('<folder>', 'the take’s folder, with its manifest.json', readPath)
    .option('--fps <number>', '24, 25, 30, 50 or 60 frames per second, constant (default: 30)')
    .option('--size <name>', 'source, 720p or 1080p (default: source, the largest that was sent)')
    .option('--out <folder>', 'gets a folder of the take’s name (default: beside the originals)', readPath)
    .option('--json', 'NDJSON on stdout: progress, the result')
    .addHelpText('after', deliverHelp)
    .action(async (folder: string, options: DeliverOptions) => {
      const { deliver } = await import('./commands/deliver.js');
      ended(await deliver(folder, options, console));
    });
  program
    .command('report')
    .description('write a take’s report: verdict, charts, tables, conditions')
    .argument('<folder>', 'the take’s folder, with its manifest.json', readPath)
    .option(
      '--out <file>',
      'x.html or x.json: both are written, beside each other; or a folder (default: report.html in the take’s)',
      readPath,
    )
    .option('--json', 'NDJSON on stdout: the result')
    .addHelpText('after', reportHelp)
    .action(async (folder: string, options: { out?: string }) => {
      const { report } = await import('./commands/report.js');
      ended(await report(folder, options, console));
    });
  program
    .command('compare')
    .description('compare two runs side by side, and say whether the second is worse')
    .argument('<A>', 'a take’s folder, or its report.json', readPath)
    .argument('<B>', 'the other one', readPath)
    .option('--html <file>', 'the same as a page, with both memory curves in one chart', readPath)
    .option('--json', 'NDJSON on stdout: the result')
    .addHelpText('after', compareHelp)
    .action(async (a: string, b: string, options: { html?: string }) => {
      const { compare } = await import('./commands/compare.js');
      ended(await compare(a, b, options, console));
    });
}
