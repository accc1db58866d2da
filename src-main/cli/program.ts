import { Command, CommanderError } from 'commander';
import { type PlateauError, toPlateauError } from '../contract/errors.js';
import { flatnessLimits } from '../contract/verdict-rules.js';
import { setFileAccess, setFileAccessLike } from '../process/file-access.js';
import { assertOpenFileLimit, isOpenFileLimit, tooManyOpenFiles } from '../process/open-files.js';
import { provideHome } from '../process/user-folders.js';
import { plateauVersion } from '../version.js';
import type { ServeOptions } from './commands/serve.js';
import { fromCommanderError, unknownOptions } from './options/command-errors.js';
import { Complaints, SeveralErrors } from './options/complaints.js';
import { doctorHelp, programHelp, recordHelp, soakHelp, unboundedHelp } from './options/help-text.js';
import { readPath } from './options/read-path.js';
import type { RecordOptions } from './options/record-options.js';
import { addRoomOptions, groupOption } from './options/room-options.js';
import { Redactor, secretsOf } from './options/secrets.js';
import type { SoakOptions } from './options/soak-plan.js';
import type { UnboundedOptions } from './options/unbounded-plan.js';
import { CommandConsole } from './output/command-console.js';
import { addTakeCommands } from './take-commands.js';

/** As of shells and getopt: the command line was not understood (docs/exit-codes.md). */
const usageExitCode = 2;
/** These read files one after the other, and join no room. */
const readingCommands: ReadonlySet<string> = new Set(['verify', 'report', 'compare', 'takes']);

/**
 * Runs one command line to its end.
 *
 * @returns the exit code; failures are printed, never thrown
 */
export async function runCommandLine(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const console = new CommandConsole({
    isJson: args.includes('--json'),
    redactor: new Redactor(secretsOf(args, environment)),
    environment,
  });
  const invocation = new Invocation(console, environment);
  const home = provideHome(environment);
  if (home !== null) console.say(`There is no home folder: ${home} stands in.`);
  const exitCode = await invocation.run(args);
  await console.flush();
  return exitCode;
}

class Invocation {
  readonly #console: CommandConsole;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #program = new Command('plateau');
  #exitCode = 0;

  constructor(console: CommandConsole, environment: NodeJS.ProcessEnv) {
    this.#console = console;
    this.#environment = environment;
    this.#program
      .description('Records LiveKit rooms with ffmpeg, with memory that stays flat.')
      .version(plateauVersion, '-V, --version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .helpCommand('help [command]', 'print the help of a command')
      .addHelpText('after', programHelp);
    this.#addRecord();
    addTakeCommands(this.#program, console, (exitCode) => {
      this.#exitCode = exitCode;
    });
    this.#addDoctor();
    this.#addServe();
    this.#addDemo();
    this.#addSoak();
    this.#addUnbounded();
    this.#program.hook('preAction', (_program, command) => {
      const [folder] = command.processedArgs as readonly unknown[];
      const { group, mode } = command.opts<{ group?: boolean; mode?: string }>();
      setFileAccess(group === true ? 'group' : 'owner');
      if (typeof folder === 'string') setFileAccessLike(folder);
      // Before anything big is loaded: with too few descriptors not even that would work.
      if (!readingCommands.has(command.name())) assertOpenFileLimit(mode === 'copy');
    });
    for (const command of [this.#program, ...this.#program.commands]) {
      command.exitOverride().configureOutput({
        writeOut: (text) => {
          this.#console.say(text.trimEnd());
        },
        writeErr: () => undefined,
      });
    }
  }

  async run(args: readonly string[]): Promise<number> {
    if (args.length === 0) {
      this.#console.say(this.#program.helpInformation().trimEnd());
      this.#console.say(programHelp.trimEnd());
      return usageExitCode;
    }
    try {
      await this.#program.parseAsync([...args], { from: 'user' });
      return this.#exitCode;
    } catch (thrown) {
      if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
      const error = await this.#errorOf(thrown, args);
      const { exitCode } = error;
      const errors = (error instanceof SeveralErrors ? error.errors : [error]).map((one) => one.toReport());
      const [first = error.toReport(), ...others] = errors;
      this.#console.fail(first, others);
      this.#console.emit('result', {
        exitCode,
        error: error.toReport(),
        // Each with its own hint, where `error` is one sentence after the other.
        ...(others.length > 0 && { errors }),
        takeFolder: null,
        manifestPath: null,
      });
      return exitCode;
    }
  }

  async #errorOf(thrown: unknown, args: readonly string[]): Promise<PlateauError> {
    // A file of the program itself could not be opened either.
    if (isOpenFileLimit(thrown)) return tooManyOpenFiles(thrown);
    if (!(thrown instanceof CommanderError)) return toPlateauError(thrown);
    const [name = '', ...rest] = args;
    const command = this.#program.commands.find((one) => one.name() === name);
    const first = fromCommanderError(thrown, command === undefined ? 'plateau' : `plateau ${name}`);
    if (command === undefined || thrown.code !== 'commander.unknownOption') return first;
    return this.#allErrors([first, ...unknownOptions(command, rest)], command);
  }

  /** Whoever has an option misspelled hears what else is wrong as well. */
  async #allErrors(errors: readonly PlateauError[], command: Command): Promise<PlateauError> {
    const wrong = new Complaints();
    for (const error of errors) wrong.add(error);
    try {
      if (command.name() === 'record') {
        const { readRecordPlan } = await import('./options/record-plan.js');
        wrong.read(() => readRecordPlan(command.opts<RecordOptions>(), this.#environment), null);
      } else if (command.name() === 'soak') {
        const { readSoakPlan } = await import('./options/soak-plan.js');
        wrong.read(() => readSoakPlan(command.opts<SoakOptions>(), this.#environment), null);
      }
      wrong.end();
    } catch (thrown) {
      return toPlateauError(thrown);
    }
    return toPlateauError(errors[0]);
  }

  // Each command is loaded when it runs: help and mistyped command lines answer at once.
  #addRecord(): void {
    const command = this.#program.command('record').description('record a room until Ctrl-C, or for a time');
    addRoomOptions(command, {
      url: 'the LiveKit server, wss://... (LIVEKIT_URL)',
      room: 'the room; a token may name it, too',
    })
      .option('--fallback <folder>', 'where the take goes on when the output folder’s disk fails', readPath)
      .option('--backup <folder>', 'where a second copy of the take is made while it is recorded', readPath)
      .option('--duration <time>', 'length of the take: 90, 90s, 5m or 1h30m (default: until Ctrl-C)')
      .option('--split-every <time>', 'go on in new files after each 30m, 1h; no frame is lost there')
      .option('--split-size <size>', 'go on in new files before one is larger: 2G, 500M')
      .option('--replay <time>', 'keep the last 30s to 5m: the key R saves them as a take of its own')
      .option('--start-at <time>', 'when to join: 14:30 of this machine’s time, or 2026-11-26T14:30Z')
      .option('--wait <time>', 'how long to wait for the first track (default: until Ctrl-C)')
      .option('--wait-for-next', 'after a meeting: wait for the next one in the room, and record it, too')
      .option(
        '--mode <name>',
        'encode by the profile (default), copy what was sent as it was sent, or auto: encode while this machine can',
      )
      .option(
        '--copy-token <token>',
        'with copy, auto and --token: one of another identity (LIVEKIT_COPY_TOKEN)',
      )
      .option('--deliver', 'with copy and auto: make MP4 files of the take when it has ended')
      .option('--deliver-fps <number>', 'of these: 24, 25, 30, 50 or 60, constant (default: 30)')
      .option('--deliver-size <name>', 'of these: source, 720p or 1080p (default: source)')
      .option('--profile <name>', '720p30, 1080p30 or source (default: 720p30)')
      .option('--crf <number>', 'constant quality, 0 to 51, lower is better (default: 23)')
      .option('--bitrate <rate>', 'video bit rate instead of a constant quality: 2500k, 4M')
      .option('--preset <name>', 'x264’s speed, ultrafast to slow (default: veryfast)')
      .option('--format <name>', 'mp4, mkv or webm (default: mp4)')
      .option('--frame-rate <kind>', 'constant or variable (default: constant, with source variable)')
      .option('--participants <identities>', 'record only these, separated by commas')
      .option('--audio-only', 'record no video')
      .option('--max-files <number>', 'files open at once (default: by this machine’s memory and cores)')
      .option(
        '--further-audio <where>',
        'a further microphone of somebody: file (its own, default) or stream',
      )
      .option('--memory-ceiling <size>', 'reduce video before memory reaches it: 400M, 1.5G')
      .option('--json', 'NDJSON on stdout: events, a snapshot a second, the result')
      .addHelpText('after', recordHelp)
      .action(async (options: RecordOptions) => {
        const { record } = await import('./commands/record.js');
        this.#exitCode = await record(options, this.#console, this.#environment);
      });
  }

  #addDoctor(): void {
    const command = this.#program
      .command('doctor')
      .description('look at everything that a recording needs, and join a room for a moment');
    addRoomOptions(command, {
      url: 'the LiveKit server; without one only this machine is looked at (LIVEKIT_URL)',
      room: 'the room to join (default: plateau-doctor, or the token’s)',
    })
      .option('--json', 'NDJSON on stdout: the result')
      .addHelpText('after', doctorHelp)
      .action(async (options: RecordOptions) => {
        const { doctor } = await import('./commands/doctor.js');
        this.#exitCode = await doctor(options, this.#console, this.#environment);
      });
  }

  #addServe(): void {
    this.#program
      .command('serve')
      .description('the console in a browser on this machine')
      .option('--port <number>', 'port on 127.0.0.1 (default: any that is free)')
      .option('--out <folder>', 'where takes are created (default: what was set last, or ./takes)', readPath)
      .option('--user-data <folder>', 'where settings are remembered', readPath)
      .option(...groupOption)
      .option('--open', 'open the browser')
      .option('--json', 'NDJSON on stdout: the links, the result')
      .action(async (options: ServeOptions) => {
        const { serve } = await import('./commands/serve.js');
        this.#exitCode = await serve(options, this.#console, this.#environment);
      });
  }

  #addDemo(): void {
    this.#program
      .command('demo')
      .description('record a synthetic room on a local server, and show that memory stays flat')
      .option('--seconds <number>', 'length of the take (default: 30)')
      .option('--out <folder>', 'where the take’s folder is created (default: ./takes)', readPath)
      .option(...groupOption)
      .option('--json', 'NDJSON on stdout: events, a snapshot a second, the result')
      .action(async (options: { seconds?: string; out?: string }) => {
        const { demo } = await import('./commands/demo.js');
        this.#exitCode = await demo(options, this.#console);
      });
  }

  #addSoak(): void {
    const { flatBelowMbPerMinute, leakAboveMbPerMinute, longWindow } = flatnessLimits;
    const command = this.#program
      .command('soak')
      .description('record for some minutes, or repeat sessions, and judge whether memory is flat')
      .option('--minutes <number>', 'length of the take (default: 10)')
      .option('--cycles <number>', 'connect and disconnect this many times instead')
      .option('--takes <number>', 'start and stop this many takes instead')
      .option('--faults <schedule>', 'inject faults: "stallSink:seconds=10@60; leak@90" (docs/faults.md)')
      .option('--confirm-real-room', 'allow faults in a real room')
      .option('--assert <what>', 'flat, or no-leak, which lets an undecided soak pass (default: flat)')
      .option(
        '--flat-below <number>',
        `FLAT: the interval is below so many MB/min (default: ${flatBelowMbPerMinute}; ${longWindow.flatBelowMbPerMinute} from ${longWindow.fromMs / 60_000} min)`,
      )
      .option(
        '--leak-above <number>',
        `LEAK: the interval is above so many MB/min (default: ${leakAboveMbPerMinute})`,
      );
    addRoomOptions(command, {
      url: 'a real server instead of the demo room (LIVEKIT_URL)',
      room: 'the room there',
    })
      .option('--profile <name>', '720p30, 1080p30 or source (default: 720p30), in a real room')
      .option('--memory-ceiling <size>', 'reduce video before memory reaches it: 400M, 1.5G')
      .option('--json', 'NDJSON on stdout: events, a snapshot a second, the result')
      .addHelpText('after', soakHelp)
      .action(async (options: SoakOptions) => {
        const { soak } = await import('./commands/soak.js');
        this.#exitCode = await soak(options, this.#console, this.#environment);
      });
  }

  #addUnbounded(): void {
    this.#program
      .command('unbounded')
      .description('record the demo room with caps and without, side by side')
      .option('--seconds <number>', 'length of the take (default: 60)')
      .option(
        '--stop-at <memory>',
        'memory at which the recorder without caps stops: 2000M, 2G (default: 2000M)',
      )
      .option('--out <folder>', 'where the take’s folder is created (default: ./takes)', readPath)
      .option(...groupOption)
      .option('--json', 'NDJSON on stdout: events, a snapshot a second, the result')
      .addHelpText('after', unboundedHelp)
      .action(async (options: UnboundedOptions) => {
        const { unbounded } = await import('./commands/unbounded.js');
        this.#exitCode = await unbounded(options, this.#console);
      });
  }
}
