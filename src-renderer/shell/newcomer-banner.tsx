import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import { shownName } from '../derive/participants.js';
import { useArmDisabledReason, useConsole, useModel } from '../model/model-context.js';

const nobody: readonly ConsoleParticipant[] = [];

/** Somebody joined, and it is asked whether they are recorded: it stays until it is answered, or they leave. */
export function NewcomerBanner(): React.JSX.Element | null {
  const participants = useConsole((state) => state.participants, nobody);
  const [first, ...others] = participants.filter(({ isAsked, isPresent }) => isAsked === true && isPresent);
  return first === undefined ? null : <Question participant={first} others={others.length} />;
}

function Question({
  participant,
  others,
}: {
  readonly participant: ConsoleParticipant;
  readonly others: number;
}): React.JSX.Element {
  const model = useModel();
  const { identity } = participant;
  const recordReason = useArmDisabledReason(identity, true);
  const leaveReason = useArmDisabledReason(identity, false);
  return (
    <div className="banner banner--warning" role="status">
      <Icon name="participants" />
      <div className="banner__text">
        <strong>{shownName(participant)} joined and is not recorded yet.</strong>
        {recordReason !== null && ` ${recordReason}`}
        {others > 0 && ` ${others} more ${others === 1 ? 'waits' : 'wait'} for an answer.`}
      </div>
      <Button
        label="Record"
        icon="record"
        size="small"
        disabledReason={recordReason}
        onPress={() => void model.arm(identity, true)}
      />
      <Button
        label="Not now"
        variant="quiet"
        size="small"
        disabledReason={leaveReason}
        onPress={() => void model.arm(identity, false)}
      />
    </div>
  );
}
