import type { ConsoleParticipant } from '../../../../src-main/contract/console.js';
import type { Thumbnail } from '../../../../src-main/contract/media-events.js';
import type { SignalAlarm } from '../../../../src-main/contract/signal-alarms.js';
import type { SinkSnapshot, Snapshot } from '../../../../src-main/contract/snapshot.js';
import { signalAlarmSentence, signalAlarmWords } from '../../../../src-main/format/signal-text.js';
import { Icon, type IconName } from '../../../controls/icon.js';
import { Switch } from '../../../controls/switch.js';
import {
  useDisabledReason,
  useLossAlarm,
  useModel,
  useTelemetryValues,
} from '../../../model/model-context.js';
import { AudioMeter } from './audio-meter.js';
import { ThumbnailImage } from './thumbnail-image.js';

type Track = ConsoleParticipant['tracks'][number];
type MediaKind = Thumbnail['kind'];

/** One person: what is seen and heard of them, and whether it is recorded. */
export function ParticipantCard({
  participant,
}: {
  readonly participant: ConsoleParticipant;
}): React.JSX.Element {
  const { identity, isPresent, isArmed, tracks } = participant;
  const name = participant.name === '' ? identity : participant.name;
  const model = useModel();
  const disabledReason = useDisabledReason('arm');
  const screen = tracks.find(({ role }) => role === 'screenShare');
  return (
    <li className={isPresent ? 'participant' : 'participant participant--gone'}>
      <div className="participant__head">
        <span className="participant__name" title={identity}>
          {name}
        </span>
        {!isPresent && <span className="tag">left</span>}
        <Switch
          label={isArmed ? 'Armed' : 'Off'}
          description={`Record ${name}`}
          isOn={isArmed}
          disabledReason={disabledReason}
          onChange={(isOn) => void model.arm(identity, isOn)}
        />
      </div>
      <Feed participant={participant} name={name} kind="participant" />
      {screen !== undefined && (
        <Feed participant={participant} name={`${name}’s screen`} kind="screenShare" />
      )}
    </li>
  );
}

interface FeedProps {
  readonly participant: ConsoleParticipant;
  readonly name: string;
  readonly kind: MediaKind;
}

function Feed({ participant, name, kind }: FeedProps): React.JSX.Element {
  const { identity, tracks, isPresent } = participant;
  const isScreen = kind === 'screenShare';
  const video = tracks.find(({ role }) => role === (isScreen ? 'screenShare' : 'camera'));
  const audio = tracks.find(({ role }) => role === (isScreen ? 'screenShareAudio' : 'microphone'));
  const loss = useLossAlarm();
  const { isRecording, frame, file, videoAlarm, audioAlarm } = useTelemetryValues(({ snapshot }) => {
    const sink = snapshot?.sinks.find(
      (candidate) => candidate.identity === identity && candidate.kind === kind,
    );
    return {
      isRecording: sink?.isRecording === true,
      file: sink?.file ?? null,
      frame: describeVideo(video, sink),
      videoAlarm: alarmOf(snapshot, identity, isScreen ? 'screenShare' : 'camera'),
      audioAlarm: alarmOf(snapshot, identity, isScreen ? 'screenShareAudio' : 'microphone'),
    };
  });
  const losing = loss?.streams.filter((stream) => stream.file === file && stream.isLosing) ?? [];
  const hasVideo = isPresent && video !== undefined && !video.isMuted && !video.isEncrypted;
  return (
    <div className="feed">
      <ThumbnailImage
        identity={identity}
        kind={kind}
        name={name}
        isShown={hasVideo}
        absence={video?.isEncrypted === true ? 'Encrypted' : isPresent ? 'Camera off' : 'Not in the room'}
      />
      <div className="feed__facts">
        <p className="feed__line">
          {isRecording && (
            <span className="feed__rec">
              <Icon name="record" />
              REC
            </span>
          )}
          <span className="feed__format" title={frame}>
            {frame}
          </span>
        </p>
        {losing.length > 0 && (
          <p className="feed__alarm feed__alarm--losing">
            <Icon name="warning" />
            Losing {losing.map(({ medium }) => medium).join(' and ')}
          </p>
        )}
        <p className="feed__tracks">
          <TrackSign
            icon={isScreen ? 'screen' : 'camera'}
            noun={isScreen ? 'Screen' : 'Camera'}
            track={video}
            alarm={videoAlarm}
          />
          {(!isScreen || audio !== undefined) && (
            <TrackSign
              icon="microphone"
              noun={isScreen ? 'Screen audio' : 'Microphone'}
              track={audio}
              alarm={audioAlarm}
            />
          )}
        </p>
        {isPresent &&
          tracks.map(
            ({ role, missingReason }, place) =>
              isOfFeed(role, isScreen) &&
              typeof missingReason === 'string' && (
                <p key={`${role} ${place}`} className="feed__alarm">
                  <Icon name="warning" />
                  {missingReason}
                </p>
              ),
          )}
        {[videoAlarm, audioAlarm].map(
          (alarm) =>
            alarm !== null && (
              <p key={alarm.trackSid} className="feed__alarm">
                <Icon name="warning" />
                {signalAlarmSentence(alarm)}
              </p>
            ),
        )}
        {(!isScreen || audio !== undefined) && <AudioMeter identity={identity} kind={kind} name={name} />}
      </div>
    </div>
  );
}

function isOfFeed(role: Track['role'], isScreen: boolean): boolean {
  return (role === 'screenShare' || role === 'screenShareAudio') === isScreen;
}

function describeVideo(video: Track | undefined, sink: SinkSnapshot | undefined): string {
  const live = sink?.video;
  if (live?.isLive === true && live.width !== null && live.height !== null) {
    const size = `${live.width}×${live.height}`;
    return isBehind(live) ? `${rateText(live)} · ${size}` : `${size} · ${rateText(live)}`;
  }
  if (video === undefined || video.isMuted) return 'No video';
  const size = video.declaredSize;
  return size === null ? 'Video' : `${size.width}×${size.height}`;
}

/** A second's rates differ by a frame or two, although nothing is lost. */
const evenFps = 2;

type LiveVideo = NonNullable<SinkSnapshot['video']>;

function isBehind({ fpsIn, fpsOut }: LiveVideo): boolean {
  return fpsIn - fpsOut > evenFps;
}

/** What is written, for that is what the file will have; and of how much, where more came. */
function rateText(live: LiveVideo): string {
  const written = live.fpsOut.toFixed(0);
  return isBehind(live) ? `${written} of ${live.fpsIn.toFixed(0)} fps written` : `${written} fps`;
}

/** What is wrong with a track of somebody now; null when nothing is. */
export function alarmOf(
  snapshot: Snapshot | null,
  identity: string,
  role: SignalAlarm['role'],
): SignalAlarm | null {
  return (
    snapshot?.alarms?.find((candidate) => candidate.identity === identity && candidate.role === role) ?? null
  );
}

interface TrackSignProps {
  readonly icon: IconName;
  readonly noun: string;
  readonly track: Track | undefined;
  readonly alarm: SignalAlarm | null;
}

/** What becomes of a track, in a word. */
export function TrackSign({ icon, noun, track, alarm }: TrackSignProps): React.JSX.Element {
  const state = stateOf(track, alarm);
  return (
    <span className={`track track--${state.tone}`} title={`${noun}: ${state.explanation}`}>
      <Icon name={track?.isEncrypted === true ? 'lock' : icon} />
      <span className="visually-hidden">{noun} </span>
      {state.word}
    </span>
  );
}

function stateOf(
  track: Track | undefined,
  alarm: SignalAlarm | null,
): {
  word: string;
  tone: 'on' | 'off' | 'warning';
  explanation: string;
} {
  if (track === undefined) return { word: 'off', tone: 'off', explanation: 'not published' };
  if (track.isEncrypted) {
    return {
      word: 'encrypted',
      tone: 'warning',
      explanation: 'end-to-end encrypted; it cannot be recorded, because only its publisher has the key',
    };
  }
  if (track.isMuted) return { word: 'muted', tone: 'off', explanation: 'published and muted' };
  if (!track.isSubscribed)
    return { word: 'waiting', tone: 'off', explanation: 'published, not received yet' };
  if (alarm !== null) {
    return {
      word: signalAlarmWords[alarm.kind],
      tone: 'warning',
      explanation: signalAlarmSentence(alarm),
    };
  }
  return { word: 'on', tone: 'on', explanation: 'received' };
}
