import { useEffect, useRef, useState } from 'react';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { Icon } from '../../controls/icon.js';
import { fileAt, mediaAddress, type PlacedFile, type TakeTrack } from '../../derive/take-tracks.js';
import { useConsole, useModel, usePlayback } from '../../model/model-context.js';
import { MakeMp4Button } from './deliverables.js';

interface MediaTileProps {
  readonly entry: TakeEntry;
  readonly track: TakeTrack;
}

const none: readonly PlacedFile[] = [];

/** One track of a take in the player: its picture, or a strip where there is none. */
export function MediaTile({ entry, track }: MediaTileProps): React.JSX.Element {
  const loaded = usePlayback((state) => state.loaded[track.id] ?? none);
  const current = usePlayback((state) => fileAt(track, state.positionMs)?.file ?? null);
  const media = usePlayback((state) => fileAt(track, state.positionMs)?.media ?? null);
  const hasFailed = usePlayback((state) => current !== null && state.failed.includes(current));
  const [soundOnly, setSoundOnly] = useState<string | null>(null);
  const isBlind = !hasFailed && current !== null && soundOnly === media;
  const kind = track.hasVideo ? 'media-tile' : 'media-tile media-tile--audio';
  const name = track.label === '' ? track.participantName : `${track.participantName}, ${track.label}`;
  return (
    <figure className={kind} aria-label={name}>
      {loaded.map((placed) => (
        <TileMedia
          key={placed.media}
          entry={entry}
          track={track}
          placed={placed}
          onSoundOnly={() => setSoundOnly(placed.media)}
          isShown={placed.file === current && !hasFailed && !isBlind}
        />
      ))}
      {hasFailed || isBlind ? (
        <div
          className="media-tile__failure"
          role="alert"
          title={`${current ?? ''} is not in the take’s folder, or its format is none that this window plays.`}
        >
          <Icon name="warning" />
          <span>
            {isBlind
              ? `This window plays only the sound of ${current}`
              : `This window cannot play ${current ?? ''}`}
          </span>
          {media === current && <MakeMp4Button entry={entry} size="small" />}
        </div>
      ) : (
        current === null && <p className="media-tile__absent">No file at this time</p>
      )}
      <figcaption className="media-tile__name">
        {!track.hasVideo && <Icon name="audio" />}
        <span>{name}</span>
      </figcaption>
    </figure>
  );
}

interface TileMediaProps extends MediaTileProps {
  readonly placed: PlacedFile;
  readonly onSoundOnly: () => void;
  readonly isShown: boolean;
}

function TileMedia(props: TileMediaProps): React.JSX.Element {
  const { entry, isShown, onSoundOnly, placed, track } = props;
  const { file, media: played } = placed;
  const { playback } = useModel();
  const base = useConsole((state) => state.host.mediaBaseUrl, '');
  const ref = useRef<HTMLVideoElement>(null);
  const trackId = track.id;
  useEffect(() => {
    const media = ref.current;
    if (media === null) return;
    media.src = mediaAddress(base, entry.takeName, played);
    playback.attach(trackId, file, media);
    return () => {
      playback.detach(file, media);
      // Lets go of its data and its connection at once, and not when it is collected.
      media.removeAttribute('src');
      media.load();
    };
  }, [playback, base, entry.takeName, file, played, trackId]);
  return (
    // eslint-disable-next-line jsx-a11y/media-has-caption -- a recording has no captions
    <video
      ref={ref}
      className={isShown ? 'media-tile__media' : 'media-tile__media media-tile__media--hidden'}
      preload="auto"
      playsInline
      aria-label={file}
      onLoadedMetadata={({ currentTarget }) => {
        playback.learnLength(file, currentTarget.duration);
        // A picture that it cannot decode is no error for a browser that can play the sound.
        if (placed.hasVideo && currentTarget.videoWidth === 0) onSoundOnly();
      }}
      onError={({ currentTarget }) => {
        if (currentTarget.hasAttribute('src')) playback.fail(file);
      }}
    />
  );
}
