import { Button } from '../../../controls/button.js';
import { type Feed, shownName } from '../../../derive/participants.js';
import { absenceOf, micAbsence } from '../../../derive/track-state.js';
import { useModel } from '../../../model/model-context.js';
import { AudioMeter } from './audio-meter.js';
import { ArmSwitch, feedName, ParticipantName, Reasons, RecSign, TrackSigns } from './participant-parts.js';
import { Preview } from './preview.js';
import { SoloButton } from './solo-button.js';
import { useFeed } from './use-feed.js';

interface ParticipantTileProps {
  readonly feed: Feed;
  /** It has the place of all. */
  readonly isEnlarged: boolean;
  /** There is no room for the word beside its switch. */
  readonly isSmall?: boolean;
}

/** One person, or the screen that they share: what is seen and heard of them, and whether it is written. */
export function ParticipantTile({
  feed,
  isEnlarged,
  isSmall = false,
}: ParticipantTileProps): React.JSX.Element {
  const model = useModel();
  const { participant, kind } = feed;
  const { identity, isPresent, isArmed } = participant;
  const state = useFeed(feed);
  const name = feedName(feed);
  const isScreen = kind === 'screenShare';
  const trouble = state.losing !== null ? ' tile--losing' : state.reasons.length > 0 ? ' tile--warned' : '';
  const silence = isScreen ? null : micAbsence(isPresent, state.audios);
  return (
    <li
      className={`tile${isPresent ? '' : ' tile--gone'}${isArmed ? '' : ' tile--off'}${isSmall ? ' tile--small' : ''}${trouble}`}
    >
      <div className="tile__head">
        {(state.isRecording || state.isAwaited) && <RecSign isWaiting={state.isAwaited} />}
        <ParticipantName feed={feed} />
        {!isPresent && !state.isCutOff && <span className="tag">left</span>}
        {isEnlarged && (
          <Button
            label="Back"
            size="small"
            shortcut="back"
            showsKeys
            onPress={() => model.view.setState({ enlarged: null })}
          />
        )}
        {!isScreen && <ArmSwitch participant={participant} />}
      </div>
      <div className="tile__stage">
        <Preview
          feed={feed}
          name={name}
          absence={absenceOf(isPresent, state.videos, isScreen ? 'Screen' : 'Camera', state.isCutOff)}
          isEnlarged={isEnlarged}
        />
        {isPresent && state.audio !== undefined && <SoloButton feed={feed} name={name} isSmall={isSmall} />}
        <Reasons state={state} />
      </div>
      <div className="tile__foot">
        <p className="tile__line">
          <TrackSigns kind={kind} state={state} name={shownName(participant)} />
          <span className="tile__format" title={state.format}>
            {state.format}
          </span>
        </p>
        {silence !== null && <p className="tile__silence">{silence}</p>}
        {silence === null && isPresent && state.audio !== undefined && (
          <AudioMeter identity={identity} kind={kind} name={name} tracks={state.audios.length} />
        )}
      </div>
    </li>
  );
}
