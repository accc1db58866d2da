import type { AwaitedFile } from '../../storage/awaited-file.js';

/** What a growing file asks of the disk. */
export interface GrowingFile extends Pick<
  AwaitedFile,
  'append' | 'check' | 'close' | 'isGone' | 'overwrite' | 'settle' | 'sync'
> {
  readonly made: Promise<unknown>;
}

const done = (): Promise<void> => Promise.resolve();

/** A file on no disk: what goes into it is seen by its keeper, and by nobody else. */
export const noFile: GrowingFile = {
  ...{ append: done, check: done, close: done, overwrite: done, settle: done, sync: done },
  ...{ isGone: false, made: done() },
};
