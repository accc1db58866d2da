import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { ActiveFault, Fault } from '../contract/faults.js';
import { beginFault, faultMs, type EndFault, type FaultTargets } from './fault-actions.js';

interface Running extends ActiveFault {
  readonly end: EndFault;
  readonly timer: NodeJS.Timeout;
}

/** Faults of the same kind would undo one another: the disk is either stuck or slow. */
const sharedTargets: Readonly<Partial<Record<Fault['name'], string>>> = {
  stallSink: 'disk',
  slowDisk: 'disk',
  fullDisk: 'disk',
};

/**
 * Breaks things on purpose, and mends them: each fault ends by itself, and all of them with the take. Each
 * start and end is an event of the recorder, and thereby a mark on the charts and a line of the telemetry.
 */
export class FaultBench {
  readonly #targets: FaultTargets;
  readonly #onChanged: () => void;
  readonly #running = new Map<number, Running>();
  #nextId = 1;

  constructor(targets: FaultTargets, onChanged: () => void = () => undefined) {
    this.#targets = targets;
    this.#onChanged = onChanged;
    targets.recorder.on('state', this.#stateChanged);
  }

  get active(): ActiveFault[] {
    return [...this.#running.values()].map(({ id, fault, startedAt, endsAt }) => ({
      id,
      fault,
      startedAt,
      endsAt,
    }));
  }

  /**
   * @param isConfirmed somebody has said that it may be done outside of the demo room
   * @throws PlateauError when it is refused, or there is nothing to do it to
   */
  async start(fault: Fault, isConfirmed: boolean): Promise<ActiveFault> {
    const { recorder, people } = this.#targets;
    if (people === null && !isConfirmed) {
      throw new PlateauError(
        'invalidState',
        'Faults are for the demo room: this is a real one.',
        'Confirm it explicitly, if the take may be lost.',
      );
    }
    if (recorder.state !== 'recording') {
      throw new PlateauError('invalidState', 'Faults are for a running take.', 'Start a take first.');
    }
    const target = sharedTargets[fault.name] ?? fault.name;
    for (const running of this.#running.values()) {
      if ((sharedTargets[running.fault.name] ?? running.fault.name) !== target) continue;
      throw new PlateauError('invalidState', `${running.fault.name} is running already.`, 'Stop it first.');
    }
    const id = this.#nextId;
    this.#nextId += 1;
    const startedAt = new Date();
    recorder.noteFault('faultStarted', `Fault: ${describeFault(fault)}`, { ...detailsOf(fault), id });
    const end = await beginFault(fault, this.#targets);
    const durationMs = faultMs(fault);
    const active: Running = {
      id,
      fault,
      startedAt: startedAt.toISOString(),
      endsAt: new Date(startedAt.getTime() + durationMs).toISOString(),
      end,
      timer: setTimeout(() => void this.stop(id), durationMs),
    };
    this.#running.set(id, active);
    this.#onChanged();
    return active;
  }

  /** Ends a fault before its time; one that has ended is left alone. */
  async stop(id: number): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    clearTimeout(running.timer);
    const { recorder } = this.#targets;
    try {
      await running.end();
      recorder.noteFault('faultEnded', `Fault over: ${describeFault(running.fault)}`, { id });
    } catch (thrown) {
      // A participant that has left cannot be thawed: there is nothing left to mend.
      recorder.noteFault('faultEnded', `Fault over: ${toPlateauError(thrown).message}`, { id });
    }
    this.#onChanged();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
  }

  /** Mends everything and lets go of the recorder. */
  async close(): Promise<void> {
    this.#targets.recorder.off('state', this.#stateChanged);
    await this.stopAll();
  }

  /** A take that ends must find its encoders running and its disk open. */
  readonly #stateChanged = (state: string): void => {
    if (state !== 'recording') void this.stopAll();
  };
}

/** Parameters that were left out are no details. */
function detailsOf(fault: Fault): Record<string, string | number> {
  const given = Object.entries(fault).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string | number>;
}

/** `stallSink, 10 s` */
export function describeFault(fault: Fault): string {
  const units: Readonly<Record<string, string>> = {
    seconds: ' s',
    kilobytesPerSecond: ' kB/s',
    kilobitsPerSecond: ' kbit/s',
    megabytesPerMinute: ' MB/min',
  };
  const parts = Object.entries(detailsOf(fault))
    .filter(([key]) => key !== 'name')
    .map(([key, value]) => `${value}${units[key] ?? ''}`);
  return [fault.name, ...parts].join(', ');
}
