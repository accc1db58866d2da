import type { RecorderEvent, Snapshot } from '../contract/snapshot.js';
import type { NetworkScenario } from '../livekit/simulated-scenario.js';
import { DiskThrottle } from '../sink/disk-throttle.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { invalidState } from './invalid-state.js';
import type { RecorderRoom } from './recorder-room.js';

/** What the lab may do to a recorder, and nobody else. */
export class RecorderLab {
  readonly diskThrottle = new DiskThrottle();
  /** The figures of the recorder without caps that runs beside the take. */
  unbounded: () => Snapshot['unbounded'] = () => null;
  readonly #report: EventReporter;
  readonly #room: () => RecorderRoom;

  /** @param room asked at each command */
  constructor(report: EventReporter, room: () => RecorderRoom) {
    this.#report = report;
    this.#room = room;
  }

  /** Writes what the lab does into the event log. */
  noteFault(name: 'faultStarted' | 'faultEnded', message: string, details: RecorderEvent['details']): void {
    this.#report.warning(name, message, null, details);
  }

  /**
   * Breaks the connection on purpose, as LiveKit's own tests do.
   *
   * @throws PlateauError `invalidState` without a room
   */
  async simulateScenario(scenario: NetworkScenario): Promise<void> {
    const { session } = this.#room();
    if (session === null) throw invalidState('break the connection', 'idle');
    await session.simulateScenario(scenario);
  }
}
