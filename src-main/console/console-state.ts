import type { ConsoleState } from '../contract/console.js';
import type { PlateauError } from '../contract/errors.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import { type MissingTrack, withoutKey } from '../livekit/missing-tracks.js';
import type { Recorder } from '../recorder/recorder.js';
import { plateauVersion } from '../version.js';
import type { ConsoleDelivery } from './console-delivery.js';
import type { ConsoleRoom } from './console-room.js';
import type { ConsoleShow } from './console-show.js';
import type { ConsoleSoak } from './console-soak.js';
import type { EndedTakes } from './ended-takes.js';
import type { InterruptedTakes } from './interrupted-takes.js';
import type { ResumedChecks } from './resumed-checks.js';
import type { SecretStore } from './secret-store.js';
import type { SettingsStore } from './settings-store.js';
import type { TakesRevision } from './takes-revision.js';

/** Whom the state is read from. */
export interface StateSources {
  readonly recorder: Recorder;
  readonly room: ConsoleRoom;
  readonly soak: ConsoleSoak;
  readonly show: ConsoleShow;
  readonly interrupted: InterruptedTakes;
  readonly resumed: ResumedChecks;
  readonly ended: EndedTakes;
  readonly delivery: ConsoleDelivery;
  readonly takes: TakesRevision;
  readonly settings: SettingsStore;
  readonly secrets: SecretStore;
  readonly host: ConsoleState['host'];
  /** Seconds until a take begins; null while none is about to. */
  readonly countdownSeconds: number | null;
  /** 0 to 1 while a take is finalized, null otherwise. */
  readonly finalizingFraction: number | null;
  readonly problem: PlateauError | null;
}

/** The console's state at this moment, made anew: nothing of it changes later, and no secret is in it. */
export function consoleStateOf(sources: StateSources): ConsoleState {
  const { recorder, room, soak, show, settings, secrets, host, finalizingFraction, problem } = sources;
  const { joined } = recorder;
  return {
    schema: 'plateau.console/2',
    version: plateauVersion,
    // The demo's server is started before the recorder has anything to connect to.
    recorder: room.isOpeningDemo ? 'connecting' : recorder.state,
    connection: room.isOpeningDemo ? 'connecting' : recorder.connection,
    source: joined === null ? null : { kind: room.isDemo ? 'demo' : 'server', ...joined },
    participants: room.roster.list(
      recorder.participants,
      recorder.publications,
      settings.settings.armsNewcomers,
      missingOf(recorder),
    ),
    take: takeOf(recorder),
    countdownSeconds: sources.countdownSeconds,
    soak: soak.soak,
    show: show.show,
    faults: room.faults?.active ?? [],
    checks: [...recorder.checks.list, ...sources.resumed.list],
    delivery: sources.delivery.progress,
    deliveryQueue: [...sources.delivery.queue],
    endedDeliveries: [...sources.delivery.ended],
    endedTakes: [...sources.ended.list],
    finalizingFraction,
    problem: problem?.toReport() ?? null,
    serverProblem: recorder.unreachable?.toReport() ?? null,
    takesRevision: sources.takes.count,
    interruptedTakes: [...sources.interrupted.names],
    earlierConnections: earlierConnections(),
    settings: settings.settings,
    remembered: {
      hasToken: secrets.read('token') !== null,
      hasApiSecret: secrets.read('apiSecret') !== null,
      hasMediaKey: secrets.read('mediaKey') !== null,
    },
    host,
  };
}

function takeOf({ take }: Recorder): ConsoleState['take'] {
  if (take === null) return null;
  const { isPaused, markers, mode, name, startedAt } = take;
  return { name, startedAt: startedAt.toISOString(), markers: [...markers], isPaused, mode };
}

/** Why tracks are not recorded, or not received. What previews lack beside a copied take is nothing that it lacks. */
function missingOf({
  missing,
  publications,
  take,
}: Recorder): readonly Pick<MissingTrack, 'error' | 'info'>[] {
  if (take?.mode !== 'copy') return missing;
  return withoutKey(publications);
}
