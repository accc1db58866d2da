/**
 * The process that makes MP4 files of one take, apart from the recorder: what reading, comparing and checksums cost of a thread
 * and of memory is nothing that a take beside it has to share. Started and spoken to by `deliver-apart.ts` over Node's IPC
 * channel; what is closed first, that or its work, ends it.
 */
import { toPlateauError } from '../../contract/errors.js';
import { setFileAccessLike } from '../../process/file-access.js';
import type { DeliverProgress } from '../deliver-folder.js';
import { deliverTake } from '../deliver-take.js';
import { type DeliveryReport, type DeliveryRequest, deliveryRequestSchema } from './delivery-messages.js';

/** Of all files of the take, from 0 to 1. */
const leastStep = 0.001;

const end = new AbortController();

function tell(report: DeliveryReport): void {
  // A channel that is closed says so by itself.
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
}

let told: DeliverProgress | null = null;

/** A hundred times for each second of a take would cost its recorder more than the rest. */
function tellProgress(progress: DeliverProgress): void {
  const isSame = told?.file === progress.file && told.step === progress.step;
  if (isSame && progress.fraction - (told?.fraction ?? 0) < leastStep && progress.fileFraction < 1) return;
  told = progress;
  tell({ type: 'progress', progress });
}

async function deliver({ settings, takeFolder }: DeliveryRequest): Promise<void> {
  try {
    setFileAccessLike(takeFolder);
    const { folder, takeName } = await deliverTake(takeFolder, {
      ...{ settings, priority: 'low', signal: end.signal },
      onProgress: tellProgress,
      onFile: (file) => tell({ type: 'file', file: { ...file, error: file.error?.toReport() ?? null } }),
    });
    tell({ type: 'done', takeName, folder });
  } catch (thrown) {
    tell({ type: 'failed', error: toPlateauError(thrown).toReport() });
  }
  // What was told is on its way first.
  if (process.connected) process.disconnect();
}

// Whoever ends the recorder may signal all of its processes: it ends this one by its channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Its ffmpeg is ended, and what it has made stays for the next time.
process.on('disconnect', () => end.abort());
process.on('message', (message) => void deliver(deliveryRequestSchema.parse(message)));
tell({ type: 'ready' });
