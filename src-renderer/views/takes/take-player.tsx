import { useState } from 'react';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { Icon } from '../../controls/icon.js';
import { useConsole } from '../../model/model-context.js';

interface TakePlayerProps {
  readonly entry: TakeEntry;
  readonly file: string;
}

/** Plays one file of a take inside the window. */
export function TakePlayer({ entry, file }: TakePlayerProps): React.JSX.Element {
  const base = useConsole((state) => state.host.mediaBaseUrl, '');
  const [isAudioOnly, setAudioOnly] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const address = `${base}${encodeURIComponent(entry.takeName)}/${encodeURIComponent(file)}`;
  return (
    <div className="player">
      {hasFailed ? (
        <p className="player__failure" role="alert">
          <Icon name="warning" />
          This window cannot play {file}. Open it in a media player, or use “Verify again” to find out whether
          it is damaged.
        </p>
      ) : (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- a recording has no captions
        <video
          className={isAudioOnly ? 'player__media player__media--audio' : 'player__media'}
          src={address}
          controls
          autoPlay
          playsInline
          aria-label={file}
          onLoadedMetadata={(event) => setAudioOnly(event.currentTarget.videoWidth === 0)}
          onError={() => setFailed(true)}
        />
      )}
    </div>
  );
}
