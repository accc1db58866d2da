import { FileAllowance } from '../../take/max-files.js';
import type { TakeMediaEvents } from '../../take/take-media.js';
import type { CopyFilesOptions } from './copy-files-options.js';
import type { CopiedTrack } from './copy-track.js';

/** So many files, where nobody has said how many; each may hold 64 MiB while its disk stands still. */
const mostFiles = 128;

/** Whether there is room for another file of a copied take; whoever finds none is told. */
export class CopyAllowance {
  readonly #report: CopyFilesOptions['take']['report'];
  readonly #onRefused: TakeMediaEvents['onRefused'];
  readonly #allowance: FileAllowance;

  constructor({ take }: CopyFilesOptions, { onRefused }: Pick<TakeMediaEvents, 'onRefused'>) {
    this.#report = take.report;
    this.#onRefused = onRefused;
    this.#allowance = new FileAllowance(take.maxFiles ?? mostFiles);
  }

  /** Asks for another one. @param files that there are already @returns whether a track may have it */
  mayOpen({ info }: CopiedTrack, files: number): boolean {
    const open = { withVideo: files, audioOnly: 0 };
    const wanted = { withVideo: files + 1, audioOnly: 0 };
    if (this.#allowance.allows(wanted)) return true;
    const error = this.#allowance.refusal(info.identity, open, wanted);
    this.#report.error(error.code, error.message, info.identity, { hint: error.hint });
    this.#onRefused(info, error);
    return false;
  }
}
