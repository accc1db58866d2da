import type { ManifestFile } from '../../contract/manifest.js';
import type { BudgetLine } from '../../telemetry/budget.js';
import { type CopiedShape, copyBudgetLines } from './copy-budget.js';
import type { CopySink } from './copy-sink.js';
import { diskOf, openCountOf, rename, shapeOf } from './figures-of-sinks.js';
import { OnePart } from './one-part.js';

/** What a copied take is told of all of its files together. */
export abstract class CopyFigures extends OnePart {
  /** Those that stand, in the order in which they were made. */
  abstract readonly sinks: Iterable<CopySink>;

  /** Of the files that are recorded now: the largest, in bytes. */
  get largest(): number {
    return Math.max(0, ...[...this.sinks].map(({ disk }) => disk.partBytes));
  }

  /** Files stay open until the take ends: whoever comes back goes on in theirs. */
  get openCount(): number {
    return openCountOf([...this.sinks]);
  }

  /** Bytes on disk, over all of them. */
  get writtenBytes(): number {
    return this.disk.writtenBytes;
  }

  /** What the disk has taken, and what waits for it. */
  get disk(): { readonly writtenBytes: number; readonly queuedBytes: number } {
    return diskOf([...this.sinks]);
  }

  /** What it has open by now. */
  get shape(): CopiedShape {
    return shapeOf([...this.sinks]);
  }

  /** Its buffers at their caps, with the files and tracks that there are by now. */
  get budgetLines(): readonly BudgetLine[] {
    return copyBudgetLines(this.shape);
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, name: string): boolean {
    return rename([...this.sinks], identity, name);
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    return [...this.sinks].flatMap((sink) => sink.entries());
  }
}
