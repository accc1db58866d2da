import { refusalOfFault } from '../../contract/copy-availability.js';
import { PlateauError, toPlateauError } from '../../contract/errors.js';
import type { ActiveFault, Fault } from '../../contract/faults.js';
import type { Impairments } from '../unbounded/unbounded-messages.js';
import { type UnboundedOutcome, UnboundedRun } from '../unbounded/unbounded-run.js';
import { beginFault, faultMs, type FaultTargets } from './fault-actions.js';

/** Why a fault ends: somebody asked for it, its time is over, or the take is. */
type EndCause = 'asked' | 'time' | 'takeEnded';

interface Running {
  /** What a console may know of it; timer and end stay here. */
  readonly active: ActiveFault;
  /** Undoes it; what it resolves with is said of its end. */
  readonly end: (cause: EndCause) => Promise<UnboundedOutcome | null>;
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
  /** What is being begun: a second one of its kind must not begin meanwhile. */
  readonly #starting = new Map<number, Fault>();
  readonly #beside: UnboundedRun;
  #nextId = 1;

  constructor(targets: FaultTargets, onChanged: () => void = () => undefined) {
    this.#targets = targets;
    this.#onChanged = onChanged;
    this.#beside = new UnboundedRun(targets.recorder, targets.source ?? null);
    targets.recorder.lab.unbounded = () => this.#beside.figures;
    targets.recorder.on('state', this.#stateChanged);
  }

  /** The faults that run now, in the order of their start. */
  get active(): ActiveFault[] {
    return [...this.#running.values()].map(({ active }) => active);
  }

  /**
   * Starts a fault, and ends it when its time is over or the take is.
   *
   * @param isConfirmed somebody has said that it may be done outside of the demo room
   * @throws PlateauError when it is refused, or there is nothing to do it to
   */
  async start(fault: Fault, isConfirmed: boolean): Promise<ActiveFault> {
    const { recorder, people } = this.#targets;
    if (people === null && !isConfirmed) {
      throw new PlateauError(
        'invalidState',
        'This is not the demo room: a fault may damage the take.',
        'Confirm the fault if the take may be lost.',
      );
    }
    if (recorder.state !== 'recording') {
      throw new PlateauError('invalidState', 'Faults need a running take.', 'Start a take first.');
    }
    const refusal = refusalOfFault(fault.name, { take: recorder.take });
    if (refusal !== null) throw new PlateauError(refusal.code, refusal.reason, refusal.hint);
    const target = targetOf(fault);
    for (const other of [...this.#faults, ...this.#starting.values()]) {
      if (targetOf(other) !== target) continue;
      throw new PlateauError('invalidState', `${other.name} is running already.`, 'Stop it first.');
    }
    const id = this.#nextId;
    this.#nextId += 1;
    recorder.lab.noteFault('faultStarted', `Fault: ${describeFault(fault)}`, { ...detailsOf(fault), id });
    this.#starting.set(id, fault);
    let end: Running['end'];
    try {
      end = await this.#begin(id, fault);
    } catch (thrown) {
      recorder.lab.noteFault('faultEnded', `Fault ended: ${toPlateauError(thrown).message}`, { id });
      throw thrown;
    } finally {
      this.#starting.delete(id);
    }
    const startedAt = new Date();
    const durationMs = faultMs(fault);
    const active: ActiveFault = {
      id,
      fault,
      startedAt: startedAt.toISOString(),
      endsAt: new Date(startedAt.getTime() + durationMs).toISOString(),
    };
    const timer = setTimeout(() => void this.#end(id, 'time'), durationMs);
    this.#running.set(id, { active, end, timer });
    this.#changed();
    // The take may have ended while it began.
    if (this.#hasTakeEnded()) await this.#end(id, 'takeEnded');
    return active;
  }

  /** Ends a fault before its time; one that has ended is left alone. */
  stop(id: number): Promise<void> {
    return this.#end(id, 'asked');
  }

  async #begin(id: number, fault: Fault): Promise<Running['end']> {
    if (fault.name !== 'unbounded') {
      const end = await beginFault(fault, this.#targets);
      return async () => {
        await end();
        return null;
      };
    }
    // It may end by itself, at its safety stop.
    await this.#beside.begin(fault, impairmentsOf(this.#faults), () => void this.#end(id, 'time'));
    return (cause) => this.#beside.end(cause);
  }

  async #end(id: number, cause: EndCause): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    clearTimeout(running.timer);
    const { recorder } = this.#targets;
    try {
      const outcome = await running.end(cause);
      const message = outcome?.message ?? `Fault ended: ${describeFault(running.active.fault)}`;
      recorder.lab.noteFault('faultEnded', message, { ...outcome?.details, id });
    } catch (thrown) {
      // A participant that has left cannot be thawed: there is nothing left to mend.
      recorder.lab.noteFault('faultEnded', `Fault ended: ${toPlateauError(thrown).message}`, { id });
    }
    this.#changed();
  }

  get #faults(): Fault[] {
    return this.active.map(({ fault }) => fault);
  }

  #hasTakeEnded(): boolean {
    return this.#targets.recorder.state !== 'recording';
  }

  /** The recorder without caps shares what the take suffers. */
  #changed(): void {
    this.#beside.applyImpairments(impairmentsOf(this.#faults));
    this.#onChanged();
  }

  /** Ends every fault, and waits until all are undone. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.#end(id, 'takeEnded')));
  }

  /** Mends everything and lets go of the recorder. */
  async close(): Promise<void> {
    this.#targets.recorder.off('state', this.#stateChanged);
    await this.stopAll();
    this.#targets.recorder.lab.unbounded = () => null;
  }

  /** A take that ends must find its encoders running and its disk open. */
  readonly #stateChanged = (state: string): void => {
    if (state !== 'recording') void this.stopAll();
    else this.#beside.forget();
  };
}

function targetOf({ name }: Fault): string {
  return sharedTargets[name] ?? name;
}

/** What of the faults that run the recorder without caps shares: its disk and its ffmpeg are others. */
export function impairmentsOf(faults: readonly Fault[]): Impairments {
  const impairments: Impairments = { disk: 'open', isPaused: false };
  for (const fault of faults) {
    if (fault.name === 'stallSink') impairments.disk = 'held';
    if (fault.name === 'slowDisk') impairments.disk = fault.kilobytesPerSecond * 1000;
    if (fault.name === 'pauseFfmpeg') impairments.isPaused = true;
  }
  return impairments;
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
    stopAtMegabytes: ' MB',
  };
  const parts = Object.entries(detailsOf(fault))
    .filter(([key]) => key !== 'name')
    .map(([key, value]) => `${value}${units[key] ?? ''}`);
  return [fault.name, ...parts].join(', ');
}
