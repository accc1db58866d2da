import type { Marker } from '../../../src-main/contract/manifest.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { jumpMs } from '../../derive/take-tracks.js';
import { useModel, usePlayback } from '../../model/model-context.js';

/** The take's timeline: where the player is, where it can go, and where the markers are. */
export function SeekBar({ markers }: { readonly markers: readonly Marker[] }): React.JSX.Element {
  const { playback } = useModel();
  const lengthMs = usePlayback((state) => state.lengthMs);
  const positionMs = usePlayback((state) => Math.round(state.positionMs / 100) * 100);
  const share = (takeMs: number): string =>
    `${(Math.min(1, takeMs / Math.max(1, lengthMs)) * 100).toFixed(3)}%`;
  return (
    <div className="seek">
      <svg className="seek__line" aria-hidden="true" focusable="false">
        <rect className="seek__whole" x="0" y="9" width="100%" height="4" rx="2" />
        <rect className="seek__played" x="0" y="9" width={share(positionMs)} height="4" rx="2" />
        {markers.map(({ takeMs, label }, index) => (
          <line
            key={`${takeMs}/${label}/${index}`}
            className="seek__marker"
            x1={share(takeMs)}
            x2={share(takeMs)}
            y1="3"
            y2="19"
          />
        ))}
      </svg>
      <input
        type="range"
        className="seek__input"
        min={0}
        max={Math.max(1, Math.round(lengthMs))}
        step={1}
        value={positionMs}
        aria-label="Position in the take"
        aria-valuetext={`${formatTimecode(positionMs)} of ${formatTimecode(lengthMs)}`}
        onChange={({ target }) => playback.seekTo(Number(target.value))}
        onKeyDown={(event) => {
          // A step of the slider is a millisecond; arrows mean five seconds everywhere in the player.
          if (event.shiftKey || !event.key.startsWith('Arrow')) return;
          event.preventDefault();
          playback.seekBy(event.key === 'ArrowRight' || event.key === 'ArrowUp' ? jumpMs : -jumpMs);
        }}
      />
    </div>
  );
}
