import type { CommandName } from '../../src-main/contract/console.js';
import type { SessionState } from './session.js';

/** The commands that do not fit every state. */
export type GuardedCommand =
  | 'connect'
  | 'connectDemo'
  | 'disconnect'
  | 'arm'
  | 'startTake'
  | 'stopTake'
  | 'addMarker'
  | 'updateSettings';

/**
 * Why a command cannot be given now, as a sentence for its tooltip; null when it can. The engine refuses it
 * anyway: this is so that nobody has to try.
 */
export function disabledReasonFor(
  command: GuardedCommand,
  { link, console, pending }: Pick<SessionState, 'link' | 'console' | 'pending'>,
): string | null {
  if (link !== 'open' || console === null) return 'Recorder not responding.';
  const { recorder, connection } = console;
  const isTakeRunning = recorder === 'recording' || recorder === 'finalizing';
  const isConnected = connection !== 'disconnected';
  switch (command) {
    case 'connect':
    case 'connectDemo':
      if (isTakeRunning) return 'A take is running.';
      if (isPending(pending, 'connect', 'connectDemo') || recorder === 'connecting')
        return 'Already connecting.';
      return connection === 'connected' || connection === 'reconnecting' ? 'Already in a room.' : null;
    case 'disconnect':
      if (isTakeRunning) return 'Stop the take before you leave the room.';
      if (!isConnected) return 'Not in a room.';
      return isPending(pending, 'disconnect') ? 'Already leaving.' : null;
    case 'arm':
      return isTakeRunning ? 'You can change this after the take.' : null;
    case 'updateSettings':
      return isTakeRunning ? 'You can change the settings after the take.' : null;
    case 'startTake':
      if (recorder === 'recording') return 'Already recording.';
      if (recorder === 'finalizing') return 'The previous take is being finalized.';
      if (connection === 'reconnecting') return 'Reconnecting to the room.';
      if (connection !== 'connected') return 'Connect to a room first.';
      return isPending(pending, 'startTake') ? 'Already starting.' : null;
    case 'stopTake':
      if (recorder === 'finalizing') return 'Already finalizing.';
      if (recorder !== 'recording') return 'Nothing is being recorded.';
      return isPending(pending, 'stopTake') ? 'Already stopping.' : null;
    case 'addMarker':
      return recorder === 'recording' ? null : 'You can add markers while a take runs.';
  }
}

function isPending(pending: ReadonlySet<CommandName>, ...names: readonly CommandName[]): boolean {
  return names.some((name) => pending.has(name));
}
