import type { HandedOver } from './handed-over.js';

/**
 * The callback of a write, called once whatever happens. Node calls it twice when a pipe breaks while several writes are
 * handed over in one (writable.js of Node 20: `errorBuffer`, and then the batch's own callback): a frame was accounted for
 * twice.
 *
 * @param handed told of so many units as well, when they have left this process
 * @param fillersBefore units that are put in before them by whoever gets them
 */
export function toldOnce(
  onWritten: (written: boolean) => void,
  handed: HandedOver | null = null,
  units = 0,
  isFiller = false,
  fillersBefore = 0,
): (error?: Error | null) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    const isWritten = error === undefined || error === null;
    if (isWritten && fillersBefore > 0) handed?.add(fillersBefore, true);
    if (isWritten) handed?.add(units, isFiller);
    onWritten(isWritten);
  };
}
