/**
 * The callback of a write, called once whatever happens. Node calls it twice when a pipe breaks while several writes are
 * handed over in one (writable.js of Node 20: `errorBuffer`, and then the batch's own callback): a frame was accounted for
 * twice.
 */
export function toldOnce(onWritten: (written: boolean) => void): (error?: Error | null) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    onWritten(error === undefined || error === null);
  };
}
