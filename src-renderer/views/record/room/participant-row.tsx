import type { ConsoleParticipant } from '../../../../src-main/contract/console.js';
import { signalAlarmSentence } from '../../../../src-main/format/signal-text.js';
import { Icon } from '../../../controls/icon.js';
import { Switch } from '../../../controls/switch.js';
import {
  useDisabledReason,
  useLossAlarm,
  useModel,
  useTelemetryValues,
} from '../../../model/model-context.js';
import { AudioMeter } from './audio-meter.js';
import { alarmOf, TrackSign } from './participant-card.js';

/** Whether there is, or was, something to see of somebody. */
export function hasVideo({ tracks }: ConsoleParticipant): boolean {
  return tracks.some(({ role }) => role === 'camera' || role === 'screenShare');
}

/** One person of many who are only heard: as a card, without the place for a picture. */
export function ParticipantRow({
  participant,
}: {
  readonly participant: ConsoleParticipant;
}): React.JSX.Element {
  const { identity, isPresent, isArmed, tracks } = participant;
  const name = participant.name === '' ? identity : participant.name;
  const model = useModel();
  const disabledReason = useDisabledReason('arm');
  const loss = useLossAlarm();
  const microphone = tracks.find(({ role }) => role === 'microphone');
  const { isRecording, file, alarm } = useTelemetryValues(({ snapshot }) => {
    const sink = snapshot?.sinks.find((one) => one.identity === identity && one.kind === 'participant');
    return {
      isRecording: sink?.isRecording === true,
      file: sink?.file ?? null,
      alarm: alarmOf(snapshot, identity, 'microphone'),
    };
  });
  const isLosing = loss?.streams.some((stream) => stream.file === file && stream.isLosing) === true;
  const reasons = [
    ...(isLosing ? ['Losing audio'] : []),
    ...(isPresent ? tracks.flatMap(({ missingReason }) => missingReason ?? []) : []),
    ...(alarm === null ? [] : [signalAlarmSentence(alarm)]),
  ];
  return (
    <li
      className={
        isPresent ? 'participant participant--row' : 'participant participant--row participant--gone'
      }
    >
      <div className="participant__head">
        {isRecording && (
          <span className="feed__rec">
            <Icon name="record" />
            REC
          </span>
        )}
        <span className="participant__name" title={identity}>
          {name}
        </span>
        {isPresent ? (
          <TrackSign icon="microphone" noun="Microphone" track={microphone} alarm={alarm} />
        ) : (
          <span className="tag">left</span>
        )}
        <Switch
          label={isArmed ? 'Armed' : 'Off'}
          description={`Record ${name}`}
          isOn={isArmed}
          disabledReason={disabledReason}
          onChange={(isOn) => void model.arm(identity, isOn)}
        />
      </div>
      {isPresent && microphone !== undefined && (
        <AudioMeter identity={identity} kind="participant" name={name} />
      )}
      {reasons.map((reason) => (
        <p key={reason} className="feed__alarm">
          <Icon name="warning" />
          {reason}
        </p>
      ))}
    </li>
  );
}
