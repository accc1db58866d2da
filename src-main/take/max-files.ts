import { availableParallelism, totalmem } from 'node:os';
import { PlateauError } from '../contract/errors.js';
import { formatQuantity } from '../format/number.js';
import { allInUse, openFileLimit, openFilesHint } from '../process/open-files.js';

/**
 * What a file needs, measured: ffmpeg for 720p30 and for audio alone, and the recorder beside it with its buffers partly
 * filled. Of 720p30 a core encodes three to five. Audio alone takes 1.4 % of a core in ffmpeg and 0.9 % in the recorder.
 */
const needs = {
  withVideo: { bytes: 110e6, perCore: 16 },
  audioOnly: { bytes: 20e6, perCore: 40 },
} as const;
/** Program code of ffmpeg, which all files have in common. */
const commonBytes = 48e6;
/** The rest is for the system, the console and whatever else runs. */
const shareOfMemory = 0.6;
/** A pipe in, two out, the file, and one more while a segment follows another. */
const descriptorsPerFile = 5;
/** What the recorder has open beside its files: 45 measured. */
const otherDescriptors = 100;

/** What a machine has. */
export interface MachineSize {
  readonly memoryBytes: number;
  readonly cores: number;
  /** Files, pipes and sockets that this process may have open; null without a limit. */
  readonly descriptors: number | null;
}

/** Files that are open at once. */
export interface OpenFiles {
  readonly withVideo: number;
  readonly audioOnly: number;
}

/** This machine, or the part of it that a container may use. */
export function thisMachine(): MachineSize {
  const constrained = process.constrainedMemory();
  const memoryBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return {
    ...{ memoryBytes, cores: availableParallelism() },
    // It may be changed while the program runs.
    get descriptors() {
      return openFileLimit();
    },
  };
}

/** What there is too little of for one file more. */
type Shortage = 'said' | 'memory' | 'cores' | 'openFiles';

/** How many files may be open at once: as many as somebody said, or as a machine carries. */
export class FileAllowance {
  readonly #maxFiles: number | null;
  readonly #machine: MachineSize;

  /** @param maxFiles whatever they hold; null goes by the machine. Whatever is said, the system opens no more than it allows */
  constructor(maxFiles: number | null, machine: MachineSize = thisMachine()) {
    this.#maxFiles = maxFiles;
    this.#machine = machine;
  }

  /** Whether so many may be open. One always may. */
  allows(open: OpenFiles): boolean {
    return this.#shortageOf(open) === null;
  }

  #shortageOf(open: OpenFiles): Shortage | null {
    const count = open.withVideo + open.audioOnly;
    const machine = this.#machine;
    if (count <= 1) return null;
    if (otherDescriptors + descriptorsPerFile * count > (machine.descriptors ?? Infinity)) return 'openFiles';
    if (this.#maxFiles !== null) return count <= this.#maxFiles ? null : 'said';
    return shortageOf(open, machine);
  }

  /**
   * Why a track is not recorded, although everything else is right.
   *
   * @param who what is not recorded, as a subject: `ada`, or `The camera of ada`
   * @param open what is open already
   * @param wanted what would be, which {@link FileAllowance.allows} refuses
   */
  refusal(who: string, open: OpenFiles, wanted: OpenFiles): PlateauError {
    const shortage = this.#shortageOf(wanted) ?? 'said';
    const files = formatQuantity(open.withVideo + open.audioOnly, 'file');
    const most = {
      said: 'the most that it may have',
      memory: 'as many as the memory of this machine carries',
      cores: 'as many as the cores of this machine carry',
      openFiles: `and the system allows this program ${this.#machine.descriptors ?? 0} open files, pipes and sockets in all`,
    }[shortage];
    return new PlateauError(
      'tooManyFiles',
      `${who} is not recorded: the take already has ${files}, ${most}.`,
      shortage === 'openFiles'
        ? openFilesHint
        : 'Raise it with --max-files or in the settings if memory and cores allow, or record fewer participants.',
    );
  }
}

/** Why a track is not recorded for whose encoder the system allowed no more pipes. @param who as for a refusal */
export function refusedBySystem(who: string): PlateauError {
  return new PlateauError(
    'tooManyFiles',
    `${who} is not recorded: the system allows this program ${allInUse()}.`,
    openFilesHint,
  );
}

function shortageOf({ audioOnly, withVideo }: OpenFiles, machine: MachineSize): 'memory' | 'cores' | null {
  const bytes = commonBytes + withVideo * needs.withVideo.bytes + audioOnly * needs.audioOnly.bytes;
  if (bytes > shareOfMemory * machine.memoryBytes) return 'memory';
  const cores = withVideo / needs.withVideo.perCore + audioOnly / needs.audioOnly.perCore;
  return cores > machine.cores ? 'cores' : null;
}
