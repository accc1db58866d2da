import { availableParallelism, totalmem } from 'node:os';
import { PlateauError } from '../contract/errors.js';
import { formatQuantity } from '../format/number.js';

/** What ffmpeg needs for a 720p30 file, measured, and the recorder beside it with its buffers partly filled. */
const bytesPerFile = 110e6;
/** The rest is for the system, the console and whatever else runs. */
const shareOfMemory = 0.6;
/** Of 720p30 a core encodes three to five, of audio alone many more: beyond this not even audio is on time. */
const filesPerCore = 16;

/** What a machine has. */
export interface MachineSize {
  readonly memoryBytes: number;
  readonly cores: number;
}

/** This machine, or the part of it that a container may use. */
export function thisMachine(): MachineSize {
  const constrained = process.constrainedMemory();
  const memoryBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { memoryBytes, cores: availableParallelism() };
}

/** How many files a machine can hold open at once, unless somebody says otherwise. */
export function maxFilesOf({ memoryBytes, cores }: MachineSize): number {
  return Math.max(
    1,
    Math.min(Math.floor((shareOfMemory * memoryBytes) / bytesPerFile), filesPerCore * cores),
  );
}

/** Why somebody is not recorded, although everything else is right. */
export function tooManyFiles(identity: string, maxFiles: number): PlateauError {
  return new PlateauError(
    'tooManyFiles',
    `${identity} is not recorded: the take already has ${formatQuantity(maxFiles, 'open file')}, the most that it may have.`,
    'Raise it with --max-files if memory and cores allow, or record fewer with --participants.',
  );
}
