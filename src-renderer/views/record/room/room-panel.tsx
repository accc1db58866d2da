import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';
import type { Newcomers } from '../../../../src-main/contract/settings.js';
import { Button } from '../../../controls/button.js';
import { Icon } from '../../../controls/icon.js';
import { Panel } from '../../../controls/panel.js';
import { SegmentedControl } from '../../../controls/segmented-control.js';
import { emptyRoomWords } from '../../../derive/empty-room.js';
import type { ParticipantOrder } from '../../../derive/participants.js';
import {
  useArmDisabledReason,
  useConsole,
  useDisabledReason,
  useModel,
  useSettingDisabledReason,
  useViewChoice,
} from '../../../model/model-context.js';
import { keysOf } from '../../../shortcuts/shortcuts.js';
import { ListeningBar } from './listening-bar.js';
import { ParticipantGrid } from './participant-grid.js';

const orders: readonly { readonly value: ParticipantOrder; readonly label: string }[] = [
  { value: 'join', label: 'Joined' },
  { value: 'name', label: 'Name' },
  { value: 'problems', label: 'Problems' },
];

const newcomers: readonly { readonly value: Newcomers; readonly label: string }[] = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
  { value: 'ask', label: 'Ask' },
];

/** Everybody in the room, and who of them is going to be recorded. */
export function RoomPanel(): React.JSX.Element {
  const model = useModel();
  const participants = useConsole((state) => state.participants, noParticipants);
  const room = useConsole((state) => state.source?.room ?? '', '');
  const isWaiting = useConsole((state) => state.connection === 'waiting', false);
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  const leaveDisabledReason = useDisabledReason('disconnect');
  const canStart = useDisabledReason('startTake') === null;
  const armsNewcomers = useConsole((state) => state.settings.armsNewcomers, 'on');
  const newcomersDisabledReason = useSettingDisabledReason('armsNewcomers');
  const order = useViewChoice(({ participantOrder }) => participantOrder);
  const serverProblem = useConsole((state) => state.serverProblem?.message ?? null, null);
  const words = emptyRoomWords({ room, isWaiting, isRecording, canStart, armsNewcomers, serverProblem });
  const armed = participants.filter(({ isArmed }) => isArmed).length;
  const isEverybody = armed === participants.length;
  const [changed] = participants.filter(({ isArmed }) => isArmed === isEverybody);
  const armDisabledReason = useArmDisabledReason(changed?.identity ?? '', !isEverybody);
  const aside = (
    <>
      {participants.length > 1 && (
        <Button
          label={isEverybody ? 'Disarm all' : 'Arm all'}
          variant="quiet"
          size="small"
          shortcut="armAll"
          disabledReason={armDisabledReason}
          onPress={() => void model.armAll()}
        />
      )}
      <Button
        label="Leave"
        variant="quiet"
        size="small"
        shortcut="leave"
        disabledReason={leaveDisabledReason}
        onPress={() => void model.disconnect()}
      />
    </>
  );
  return (
    <Panel title={`Participants ${participants.length}`} aside={aside} className="panel--grows participants">
      <div className="participants__tools">
        <div className="newcomers">
          <span aria-hidden="true">Arm people who join</span>
          <SegmentedControl
            legend="Arm people who join"
            value={armsNewcomers}
            options={newcomers}
            title={newcomersDisabledReason ?? 'With Ask, each of them is announced until you answer'}
            isDisabled={newcomersDisabledReason !== null}
            onChoose={(chosen) => void model.session.run('updateSettings', { armsNewcomers: chosen })}
          />
        </div>
        {participants.length > 1 && (
          <SegmentedControl
            legend="Order of the participants"
            value={order}
            options={orders}
            title={`Order of the participants (${keysOf('participantOrder')})`}
            onChoose={(participantOrder) => model.view.setState({ participantOrder })}
          />
        )}
      </div>
      <ListeningBar />
      {participants.length === 0 ? (
        <div className="empty">
          <Icon name="participants" />
          <p className="empty__title">{words.title}</p>
          <p className="empty__text">{words.text}</p>
        </div>
      ) : (
        <ParticipantGrid />
      )}
    </Panel>
  );
}

const noParticipants: readonly ConsoleParticipant[] = [];
