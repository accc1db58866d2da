import { useEffect } from 'react';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { markersReason } from '../../derive/take-access.js';
import { jumpMs } from '../../derive/take-tracks.js';
import { useModel, usePlayback } from '../../model/model-context.js';
import { MediaTile } from './media-tile.js';
import { MixerPanel } from './mixer-panel.js';
import { SeekBar } from './seek-bar.js';

/** Plays all tracks of a take together, on its one timeline. */
export function WholeTakePlayer({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const { playback } = useModel();
  const tracks = usePlayback((state) => state.tracks);
  const played = usePlayback((state) => state.played);
  useEffect(() => {
    playback.open(entry);
  }, [playback, entry]);
  useEffect(() => () => playback.suspend(), [playback]);
  const shown = tracks.filter(({ id }) => played.includes(id));
  const videos = shown.filter(({ hasVideo }) => hasVideo);
  const left = tracks.length - shown.length;
  return (
    <section className="playback" aria-label="Player of the take">
      <div className={`playback__tiles playback__tiles--${Math.min(videos.length, 3)}`}>
        {videos.map((track) => (
          <MediaTile key={track.id} entry={entry} track={track} />
        ))}
      </div>
      <div className="playback__strips">
        {shown
          .filter(({ hasVideo }) => !hasVideo)
          .map((track) => (
            <MediaTile key={track.id} entry={entry} track={track} />
          ))}
      </div>
      <SeekBar markers={entry.markers ?? []} />
      <Transport entry={entry} />
      <MixerPanel />
      {left > 0 && (
        <p className="quiet">
          {shown.length} of {tracks.length} tracks play at once. Choose others in the mixer.
        </p>
      )}
      <FurtherStreams />
    </section>
  );
}

function Transport({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const model = useModel();
  const { playback, takes } = model;
  const isPlaying = usePlayback((state) => state.isPlaying);
  const isWaiting = usePlayback((state) => state.isWaiting);
  const positionMs = usePlayback((state) => Math.floor(state.positionMs / 100) * 100);
  const lengthMs = usePlayback((state) => state.lengthMs);
  const noMarkers = (entry.markers ?? []).length === 0 ? 'The take has no markers.' : null;
  return (
    <div className="playback__transport" role="group" aria-label="Transport">
      <Button
        label="Previous marker"
        icon="previous"
        isIconOnly
        shortcut="previousMarker"
        disabledReason={noMarkers}
        onPress={() => model.jumpToMarker(-1)}
      />
      <Button label="−5 s" shortcut="jumpBack" onPress={() => playback.seekBy(-jumpMs)} />
      <Button
        label={isPlaying ? 'Pause' : 'Play'}
        icon={isPlaying ? 'pause' : 'play'}
        variant="primary"
        isIconOnly
        shortcut="playPause"
        onPress={() => playback.toggle()}
      />
      <Button label="+5 s" shortcut="jumpForward" onPress={() => playback.seekBy(jumpMs)} />
      <Button
        label="Next marker"
        icon="next"
        isIconOnly
        shortcut="nextMarker"
        disabledReason={noMarkers}
        onPress={() => model.jumpToMarker(1)}
      />
      <span className="playback__clock">
        {formatTimecode(positionMs, true)}{' '}
        <span className="playback__length">/ {formatTimecode(lengthMs)}</span>
      </span>
      <span className="playback__state" role="status">
        {isPlaying && isWaiting ? 'Loading…' : ''}
      </span>
      <span className="take-actions__space" />
      <Button
        label="Add marker"
        icon="marker"
        shortcut="playerMarker"
        disabledReason={markersReason(entry.condition)}
        onPress={() => void takes.addMarker(playback.positionMs)}
      />
    </div>
  );
}

/** A browser plays the first audio stream of a file: what is not heard here is named. */
function FurtherStreams(): React.JSX.Element | null {
  const tracks = usePlayback((state) => state.tracks);
  const several = tracks.flatMap(({ files }) => files).filter(({ audioStreams }) => audioStreams.length > 1);
  if (several.length === 0) return null;
  return (
    <p className="quiet">
      {several.map(({ file, audioStreams }) => `${file} has ${audioStreams.length} audio streams`).join(', ')}
      . You hear the first one here; play the file alone, or in a media player, to choose.
    </p>
  );
}
