import type { Feed } from '../../../derive/people.js';
import { absenceOf } from '../../../derive/track-state.js';
import { AudioMeter } from './audio-meter.js';
import { ArmSwitch, feedName, PersonName, Reasons, RecSign, TrackSigns } from './person-parts.js';
import { Preview } from './preview.js';
import { SoloButton } from './solo-button.js';
import { useFeed } from './use-feed.js';

/** As a tile, where there is no room for tiles. */
export function PersonRow({ feed }: { readonly feed: Feed }): React.JSX.Element {
  const { participant, kind } = feed;
  const { identity, isPresent } = participant;
  const state = useFeed(feed);
  const name = feedName(feed);
  const isScreen = kind === 'screenShare';
  const isHeard = isPresent && state.audio !== undefined && !state.audio.isMuted;
  return (
    <li className={isPresent ? 'person-row' : 'person-row person-row--gone'}>
      <div className="person-row__stage">
        <Preview
          feed={feed}
          name={name}
          absence={absenceOf(isPresent, state.video, isScreen ? 'Screen' : 'Camera')}
          isEnlarged={false}
          isSmall
        />
        {isPresent && state.audio !== undefined && <SoloButton feed={feed} name={name} isSmall />}
      </div>
      <div className="person-row__facts">
        <div className="person-row__line">
          {state.isRecording && <RecSign />}
          <PersonName feed={feed} />
          {!isPresent && <span className="tag">left</span>}
          {!isScreen && <ArmSwitch participant={participant} />}
        </div>
        <div className="person-row__line">
          {isPresent && <TrackSigns kind={kind} state={state} />}
          {state.format !== 'No video' && (
            <span className="tile__format" title={state.format}>
              {state.format}
            </span>
          )}
          {isHeard && <AudioMeter identity={identity} kind={kind} name={name} />}
        </div>
        <Reasons state={state} />
      </div>
    </li>
  );
}
