import { PlateauError } from '../../contract/errors.js';
import type { Fault } from '../../contract/faults.js';
import type { Source } from '../../contract/recording.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { ThrottledNetwork } from '../network/throttled-network.js';
import type { SyntheticRoom } from '../room/synthetic-room.js';
import { NativeLeak } from './native-leak.js';

/** What faults are done to. */
export interface FaultTargets {
  readonly recorder: Recorder;
  /** Null outside of the demo room. */
  readonly people: SyntheticRoom | null;
  /** The room, for the recorder without caps, which joins it a second time; refused without. */
  readonly source?: Source;
  /** The way on which the recorder came to the demo room; null or left out where it came by another. */
  readonly network?: Pick<ThrottledNetwork, 'throttle'> | null;
}

/** Undoes a fault; called exactly once. */
export type EndFault = () => void | Promise<void>;

const nothingToEnd: EndFault = () => undefined;

/**
 * Begins a fault.
 *
 * @returns what ends it
 * @throws PlateauError when there is nothing to do it to
 */
export async function beginFault(
  fault: Exclude<Fault, { name: 'unbounded' }>,
  targets: FaultTargets,
): Promise<EndFault> {
  const { recorder } = targets;
  switch (fault.name) {
    case 'stallSink':
      recorder.lab.diskThrottle.stall();
      return () => recorder.lab.diskThrottle.open();
    case 'slowDisk':
      recorder.lab.diskThrottle.limit(fault.kilobytesPerSecond * 1000);
      return () => recorder.lab.diskThrottle.open();
    case 'fullDisk':
      recorder.lab.diskThrottle.failWithEnospc();
      return () => recorder.lab.diskThrottle.open();
    case 'blockLoop':
      blockEventLoop(fault.seconds * 1000);
      return nothingToEnd;
    case 'pauseFfmpeg': {
      const pids = encoderPids(recorder, fault.file);
      for (const pid of pids) signal(pid, 'SIGSTOP');
      return () => {
        for (const pid of pids) signal(pid, 'SIGCONT');
      };
    }
    case 'killFfmpeg':
      for (const pid of encoderPids(recorder, fault.file)) signal(pid, 'SIGKILL');
      return nothingToEnd;
    case 'freezeParticipant':
      return actOn(targets, fault.identity, 'freeze', 'unfreeze');
    case 'floodParticipant':
      return actOn(targets, fault.identity, 'flood', 'unflood');
    case 'dropNetwork':
      await recorder.lab.simulateScenario(fault.scenario);
      return nothingToEnd;
    case 'throttleNetwork':
      return throttle(targets, fault.kilobitsPerSecond);
    case 'leak': {
      const leak = new NativeLeak(fault.megabytesPerMinute);
      return () => {
        leak.end();
      };
    }
  }
}

/** How long a fault lasts; 0 of one that is over at once. */
export function faultMs(fault: Fault): number {
  return 'seconds' in fault && fault.name !== 'blockLoop' ? fault.seconds * 1000 : 0;
}

function blockEventLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function encoderPids(recorder: Recorder, file: string | undefined): number[] {
  if (process.platform === 'win32') {
    throw new PlateauError('usage', 'Windows cannot suspend a process.', 'Try stallSink instead.');
  }
  const encoders = recorder.encoders.filter((encoder) => file === undefined || encoder.file === file);
  if (encoders.length > 0) return encoders.map(({ pid }) => pid);
  throw new PlateauError(
    'invalidState',
    file === undefined ? 'No encoder is running.' : `No encoder writes ${file}.`,
    'Start a take first; the Lab lists its files.',
  );
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile: what reads its exit tells of it.
  }
}

async function throttle({ network }: FaultTargets, kilobitsPerSecond: number): Promise<EndFault> {
  if (network === null || network === undefined) {
    throw new PlateauError(
      'usage',
      'Only the network of the demo room can be throttled.',
      'Open the demo room: Plateau relays the connection to its server.',
    );
  }
  await network.throttle(Math.round(kilobitsPerSecond * 1000));
  return () => network.throttle(0);
}

async function actOn(
  { people }: FaultTargets,
  identity: string | undefined,
  begin: 'freeze' | 'flood',
  end: 'unfreeze' | 'unflood',
): Promise<EndFault> {
  const who = identity ?? people?.identities[0];
  if (people === null || who === undefined || !people.identities.includes(who)) {
    throw new PlateauError(
      'usage',
      people === null
        ? 'Only synthetic participants can be frozen or flooded.'
        : `There is no synthetic participant “${identity ?? ''}”.`,
      'Open the demo room and name one of its participants.',
    );
  }
  await people.command(who, { type: begin });
  return async () => {
    await people.command(who, { type: end });
  };
}
