import { type Feed, shownName } from '../../../derive/participants.js';
import { absenceOf } from '../../../derive/track-state.js';
import { AudioMeter } from './audio-meter.js';
import { ArmSwitch, feedName, ParticipantName, Reasons, RecSign, TrackSigns } from './participant-parts.js';
import { Preview } from './preview.js';
import { SoloButton } from './solo-button.js';
import { useFeed } from './use-feed.js';

/** As a tile, where there is no room for tiles. */
export function ParticipantRow({ feed }: { readonly feed: Feed }): React.JSX.Element {
  const { participant, kind } = feed;
  const { identity, isPresent } = participant;
  const state = useFeed(feed);
  const name = feedName(feed);
  const isScreen = kind === 'screenShare';
  const isHeard = isPresent && state.audios.some(({ isMuted }) => !isMuted);
  return (
    <li className={isPresent ? 'participant-row' : 'participant-row participant-row--gone'}>
      <div className="participant-row__stage">
        <Preview
          feed={feed}
          name={name}
          absence={absenceOf(isPresent, state.videos, isScreen ? 'Screen' : 'Camera', state.isCutOff)}
          isEnlarged={false}
          isSmall
        />
        {isPresent && state.audio !== undefined && <SoloButton feed={feed} name={name} isSmall />}
      </div>
      <div className="participant-row__facts">
        <div className="participant-row__line">
          {(state.isRecording || state.isAwaited) && <RecSign isWaiting={state.isAwaited} />}
          <ParticipantName feed={feed} />
          {!isPresent && !state.isCutOff && <span className="tag">left</span>}
          {!isScreen && <ArmSwitch participant={participant} />}
        </div>
        <div className="participant-row__line">
          {isPresent && <TrackSigns kind={kind} state={state} name={shownName(participant)} />}
          {state.format !== 'No video' && (
            <span className="tile__format" title={state.format}>
              {state.format}
            </span>
          )}
          {isHeard && <AudioMeter identity={identity} kind={kind} name={name} tracks={state.audios.length} />}
        </div>
        <Reasons state={state} />
      </div>
    </li>
  );
}
