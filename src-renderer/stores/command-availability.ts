import { refusalOf, settingRefusal } from '../../src-main/contract/command-availability.js';
import type { CommandName, ConsoleState } from '../../src-main/contract/console.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { SessionState } from './session.js';

type DecidingSession = Pick<SessionState, 'link' | 'console' | 'pending'>;

/** Why a command cannot be given now, as a sentence for its tooltip; null when it can. */
export function disabledReasonFor(command: CommandName, session: DecidingSession): string | null {
  const console = reachable(session);
  if (console === null) return outOfReach;
  return refusalOf(command, console, session.pending)?.reason ?? null;
}

/** Why a setting cannot be changed now, as a sentence for its tooltip; null when it can. */
export function disabledReasonForSetting(name: keyof Settings, session: DecidingSession): string | null {
  const console = reachable(session);
  return console === null ? outOfReach : (settingRefusal(name, console)?.reason ?? null);
}

const outOfReach = 'Recorder not responding.';

/** What was heard last of a recorder that is out of reach decides nothing. */
function reachable({ link, console }: DecidingSession): ConsoleState | null {
  return link === 'open' ? console : null;
}
