import { useRef, useState } from 'react';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { Icon } from '../../controls/icon.js';
import { Select } from '../../controls/select.js';
import { isMp4File } from '../../derive/delivery.js';
import { mediaAddress, playedAs } from '../../derive/take-tracks.js';
import { useConsole } from '../../model/model-context.js';
import { MakeMp4Button } from './deliverables.js';

interface TakePlayerProps {
  readonly entry: TakeEntry;
  readonly file: string;
}

/** Plays one file of a take inside the window. */
export function TakePlayer({ entry, file }: TakePlayerProps): React.JSX.Element {
  const base = useConsole((state) => state.host.mediaBaseUrl, '');
  const [isAudioOnly, setAudioOnly] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const media = useRef<HTMLVideoElement>(null);
  const [trackCount, setTrackCount] = useState(0);
  const [stream, setStream] = useState('0');
  const streams = entry.files.find((one) => one.file === file)?.audioStreams ?? [];
  const played = playedAs(entry, file);
  const isOriginal = played === file;
  const hasVideo = entry.files.find((one) => one.file === file)?.hasVideo ?? false;
  const address = mediaAddress(base, entry.takeName, played);
  return (
    <div className="player">
      {hasFailed ? (
        <div className="player__failure" role="alert">
          <Icon name="warning" />
          <span>
            This window cannot play {played}. Open it in a media player, or use “Verify again” to find out
            whether it is damaged.{isOriginal && !isMp4File(file) && ' An MP4 file of it plays here.'}
          </span>
          {isOriginal && <MakeMp4Button entry={entry} size="small" />}
        </div>
      ) : (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- a recording has no captions
        <video
          ref={media}
          className={isAudioOnly ? 'player__media player__media--audio' : 'player__media'}
          src={address}
          controls
          autoPlay
          playsInline
          aria-label={played}
          onLoadedMetadata={({ currentTarget }) => {
            setAudioOnly(currentTarget.videoWidth === 0);
            setTrackCount(audioTracksOf(currentTarget)?.length ?? 0);
          }}
          onError={() => setFailed(true)}
        />
      )}
      {!isOriginal && !hasFailed && (
        <p className="quiet">
          You see {played}, which was made of {file}.
        </p>
      )}
      {hasVideo && isAudioOnly && !hasFailed && (
        <div className="player__failure" role="alert">
          <Icon name="warning" />
          <span>This window plays only the sound of {played}: it cannot decode the picture.</span>
          {isOriginal && <MakeMp4Button entry={entry} size="small" />}
        </div>
      )}
      {streams.length > 1 && !hasFailed && (
        <AudioChoice
          streams={streams}
          stream={stream}
          onChoose={
            trackCount === streams.length
              ? (chosen) => {
                  setStream(chosen);
                  hear(media.current, Number(chosen));
                }
              : null
          }
        />
      )}
    </div>
  );
}

/** HTML's list of audio tracks, which not every browser has. */
interface AudioTracks {
  readonly length: number;
  readonly [index: number]: { enabled: boolean };
}

function audioTracksOf(media: HTMLMediaElement): AudioTracks | undefined {
  return (media as HTMLMediaElement & { readonly audioTracks?: AudioTracks }).audioTracks;
}

/** Lets one audio stream be heard and no other. */
function hear(media: HTMLMediaElement | null, stream: number): void {
  const tracks = media === null ? undefined : audioTracksOf(media);
  for (let at = 0; at < (tracks?.length ?? 0); at += 1) {
    const track = tracks?.[at];
    if (track !== undefined) track.enabled = at === stream;
  }
}

interface AudioChoiceProps {
  readonly streams: readonly string[];
  readonly stream: string;
  /** Null where only the first one can be heard. */
  readonly onChoose: ((stream: string) => void) | null;
}

/** Which of several audio streams is heard. */
function AudioChoice({ streams, stream, onChoose }: AudioChoiceProps): React.JSX.Element {
  if (onChoose === null) {
    return (
      <p className="quiet">
        This file has {streams.length} audio streams ({streams.join(', ')}). You hear the first one here; a
        media player lets you choose.
      </p>
    );
  }
  const options = streams.map((label, index) => ({ value: String(index), label }));
  return (
    <Select label="Audio stream" value={stream} options={options} disabledReason={null} onChoose={onChoose} />
  );
}
