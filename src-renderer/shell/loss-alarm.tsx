import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import type { LossAlarm } from '../../src-main/contract/loss-watch.js';
import type { SinkSnapshot } from '../../src-main/contract/snapshot.js';
import { lossTitles } from '../../src-main/format/loss-titles.js';
import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import {
  adviseOnLoss,
  type CopyChance,
  finalAmount,
  type LossAdvice,
  lossAmount,
  lossTone,
  type SettingsAction,
  withShownNames,
} from '../derive/loss-text.js';
import { shortName } from '../derive/participants.js';
import {
  useConsole,
  useDisabledReason,
  useLossAlarm,
  useModel,
  useSession,
  useTelemetry,
  useViewChoice,
} from '../model/model-context.js';

/**
 * Below the transport, in every view: what is being lost, whose, why, and what to do. It stays until it is acknowledged, or until the
 * take is checked and lacks nothing after all.
 */
export function LossAlarmBar(): React.JSX.Element | null {
  const alarm = useLossAlarm();
  const final = useConsole(({ endedTakes = [], recorder }) => {
    const isOver = recorder !== 'recording' && recorder !== 'finalizing';
    return isOver ? (endedTakes[endedTakes.length - 1]?.outcome?.account?.losses ?? null) : null;
  }, null);
  if (alarm === null) return null;
  const amount = final === null ? lossAmount(alarm) : finalAmount(final);
  return amount === '' ? null : <Losing alarm={alarm} amount={amount} />;
}

interface LosingProps {
  readonly alarm: LossAlarm;
  /** Of a take that is checked, all that it lacks; before that what was seen so far. */
  readonly amount: string;
}

function Losing({ alarm, amount }: LosingProps): React.JSX.Element {
  const model = useModel();
  const settings = useConsole((state) => state.settings, null);
  const governor = useTelemetry(({ snapshot }) => snapshot?.governor ?? null);
  const copy = useCopyChance();
  const advice = settings === null ? null : adviseOnLoss(alarm, settings, governor, copy);
  const tone = lossTone(alarm);
  const participants = useConsole((state) => state.participants, nobody);
  const sinks = useTelemetry(({ snapshot }) => snapshot?.sinks ?? noSinks);
  const titles = lossTitles(withShownNames(alarm, sinks, participants, shortName));
  const fullTitles = lossTitles(withShownNames(alarm, sinks, participants));
  return (
    <div className={`losing losing--${tone}${alarm.isLosing ? '' : ' losing--over'}`} role="alert">
      <Icon name={tone === 'error' ? 'error' : 'warning'} />
      <div className="losing__text">
        {titles.map((title, place) => (
          <strong key={title} className="losing__title" title={fullTitles[place]}>
            {title}
          </strong>
        ))}
        {/* It grows all the time: read out once, with the title. */}
        <span aria-hidden="true">
          {amount} {alarm.isLosing ? 'so far' : 'lost'}.
        </span>{' '}
        {advice !== null && <span>{advice.text}</span>}
      </div>
      {advice !== null && advice.action !== null && <AdviceAction action={advice.action} />}
      <Button label="Acknowledge" size="small" onPress={() => model.telemetry.acknowledgeLosses()} />
    </div>
  );
}

const nobody: readonly ConsoleParticipant[] = [];
const noSinks: readonly SinkSnapshot[] = [];

function useCopyChance(): CopyChance {
  const mode = useConsole((state) => state.take?.mode ?? null, null);
  const isGoingOver = useSession(({ pending }) => pending.has('continueCopied'));
  const refusal = useDisabledReason('continueCopied');
  if (mode === 'copy') return 'is';
  if (isGoingOver) return 'goingOver';
  return refusal === null ? 'may' : 'no';
}

/** The one thing that helps: now where a take allows it, and otherwise once it is over. */
function AdviceAction({ action }: { readonly action: NonNullable<LossAdvice['action']> }): React.JSX.Element {
  const model = useModel();
  if (!('command' in action)) return <SettingsActionButton {...action} />;
  return <Button label={action.label} size="small" onPress={() => void model.continueCopied()} />;
}

function SettingsActionButton({ label, change }: SettingsAction): React.JSX.Element {
  const model = useModel();
  const nextTake = useViewChoice((choices) => choices.nextTake);
  const isPlanned = Object.entries(change).every(
    ([name, value]) => nextTake[name as keyof typeof nextTake] === value,
  );
  return (
    <Button
      label={isPlanned ? 'Set for the next take' : label}
      {...(isPlanned
        ? { icon: 'check' as const, disabledReason: 'It is changed when the take is over.' }
        : {})}
      size="small"
      onPress={() => void model.changeForNextTake(change)}
    />
  );
}
