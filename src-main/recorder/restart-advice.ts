import { restartAdviceBytes } from '../contract/limits.js';
import { formatBytes } from '../format/bytes.js';
import { formatQuantity } from '../format/number.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** Tells when what the SDK keeps of earlier connections is worth a restart, and again when it is as much more. */
export class RestartAdvice {
  readonly #report: EventReporter;
  #toldBytes = 0;

  constructor(report: EventReporter) {
    this.#report = report;
  }

  /** A room was left: warns when what the SDK keeps has grown by {@link restartAdviceBytes} since the last warning. */
  connectionLeft(): void {
    const { count, bytes } = earlierConnections();
    if (bytes < this.#toldBytes + restartAdviceBytes) return;
    this.#toldBytes = bytes;
    this.#report.warning(
      'earlierConnections',
      `LiveKit’s SDK still holds about ${formatBytes(bytes)} for ${formatQuantity(count, 'connection')} that ended; a restart between two takes frees them.`,
      null,
      { count, bytes },
    );
  }
}
