import { channelOf, faderLimits, formatGain, volumeOf } from '../../derive/mixer.js';
import { maxTracksPlayed, type TakeTrack } from '../../derive/take-tracks.js';
import { useModel, usePlayback } from '../../model/model-context.js';

/** A fader, mute and solo for each track; and which tracks play, where there are more than can. */
export function MixerPanel(): React.JSX.Element {
  const tracks = usePlayback((state) => state.tracks);
  return (
    <ul className="mixer" aria-label="Mixer">
      {tracks.map((track) => (
        <ChannelStrip key={track.id} track={track} hasChoice={tracks.length > maxTracksPlayed} />
      ))}
    </ul>
  );
}

interface ChannelStripProps {
  readonly track: TakeTrack;
  readonly hasChoice: boolean;
}

function ChannelStrip({ track, hasChoice }: ChannelStripProps): React.JSX.Element {
  const { playback, session } = useModel();
  const mixer = usePlayback((state) => state.mixer);
  const isPlayed = usePlayback((state) => state.played.includes(track.id));
  const { gainDb, isMuted, isSoloed } = channelOf(mixer, track.id);
  const isHeard = isPlayed && volumeOf(mixer, track.id) > 0;
  const name = track.label === '' ? track.participantName : `${track.participantName}, ${track.label}`;
  return (
    <li className={isHeard ? 'channel' : 'channel channel--off'} aria-label={name}>
      {hasChoice && (
        <input
          type="checkbox"
          className="channel__played"
          checked={isPlayed}
          aria-label={`Play ${name}`}
          onChange={({ target }) => {
            if (!playback.setPlayed(track.id, target.checked))
              session.notify('info', `At most ${maxTracksPlayed} tracks play at once. Leave one out first.`);
          }}
        />
      )}
      <span className="channel__name" title={name}>
        {name}
      </span>
      <ChannelButton
        text="M"
        label={`Mute ${name}`}
        kind="mute"
        isOn={isMuted}
        onPress={() => playback.mix(track.id, { isMuted: !isMuted })}
      />
      <ChannelButton
        text="S"
        label={`Solo ${name}`}
        kind="solo"
        isOn={isSoloed}
        onPress={() => playback.mix(track.id, { isSoloed: !isSoloed })}
      />
      <input
        type="range"
        className="fader"
        min={faderLimits.lowestDb}
        max={faderLimits.highestDb}
        step={1}
        value={gainDb}
        aria-label={`Volume of ${name}`}
        aria-valuetext={formatGain(gainDb)}
        onChange={({ target }) => playback.mix(track.id, { gainDb: Number(target.value) })}
      />
      <span className="channel__gain">{formatGain(gainDb)}</span>
    </li>
  );
}

interface ChannelButtonProps {
  readonly text: string;
  readonly label: string;
  readonly kind: 'mute' | 'solo';
  readonly isOn: boolean;
  readonly onPress: () => void;
}

function ChannelButton({ text, label, kind, isOn, onPress }: ChannelButtonProps): React.JSX.Element {
  return (
    <button
      type="button"
      className={`channel__button channel__button--${kind}`}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      onClick={onPress}
    >
      {text}
    </button>
  );
}
