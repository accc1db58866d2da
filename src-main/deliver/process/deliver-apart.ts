import { type ErrorReport, PlateauError } from '../../contract/errors.js';
import { ForkedChild } from '../../process/forked-child.js';
import { lowerPriority } from '../../process/low-priority.js';
import { type DeliveredFile, type DeliverOptions, type Delivery, interrupted } from '../deliver-folder.js';
import { type DeliveryReport, deliveryReportSchema, type DeliveryRequest } from './delivery-messages.js';

/** Its ffmpeg gets two seconds to end after SIGTERM; then whoever started it is not waited for any more. In seconds. */
const graceSeconds = 6;
/** The same for a channel that this process has closed, in milliseconds. */
const endPatienceMs = graceSeconds * 1_000;

/** What is made, without where and how urgently: in the take's folder, and behind everything else. */
export type DeliverApartOptions = Pick<DeliverOptions, 'onFile' | 'onProgress' | 'settings' | 'signal'>;

/**
 * Does what {@link deliverTake} does in a process of its own, at the lowest priority, in the take's own folder: for whoever
 * records as well. It ends with this process.
 *
 * @throws PlateauError as {@link deliverTake}; `internal` when the process ends by itself
 */
export async function deliverApart(takeFolder: string, options: DeliverApartOptions): Promise<Delivery> {
  const { onFile, onProgress, settings, signal } = options;
  const files: DeliveredFile[] = [];
  const child = new ForkedChild<DeliveryRequest, DeliveryReport>({
    entry: new URL('./delivery-process.js', import.meta.url),
    subject: 'The process that makes MP4 files',
    hint: 'What is finished is kept. Start it again: it goes on where it was.',
    reportSchema: deliveryReportSchema,
    graceSeconds,
    onReport: (report) => {
      if (report.type === 'progress') onProgress?.(report.progress);
      if (report.type !== 'file') return;
      const file = { ...report.file, error: report.file.error === null ? null : errorOf(report.file.error) };
      files.push(file);
      onFile?.(file);
    },
  });
  if (child.pid !== undefined) lowerPriority(child.pid, 'low');
  const leave = (): void => child.disconnect();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    const ended = child.waitFor(isEnd, null);
    await child.waitFor(isReady, null);
    signal?.throwIfAborted();
    await child.send({ type: 'deliver', takeFolder, settings });
    const end = await ended;
    if (end.type === 'failed') throw errorOf(end.error);
    return { takeName: end.takeName, folder: end.folder, files };
  } catch (thrown) {
    throw signal?.aborted === true ? interrupted() : thrown;
  } finally {
    signal?.removeEventListener('abort', leave);
    await child.end([{ ask: leave, patienceMs: endPatienceMs }]);
  }
}

function isReady(report: DeliveryReport): report is Extract<DeliveryReport, { type: 'ready' }> {
  return report.type === 'ready';
}

function isEnd(report: DeliveryReport): report is Extract<DeliveryReport, { type: 'done' | 'failed' }> {
  return report.type === 'done' || report.type === 'failed';
}

function errorOf({ code, hint, message }: ErrorReport): PlateauError {
  return new PlateauError(code, message, hint);
}
