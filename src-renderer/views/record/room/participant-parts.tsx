import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';
import type { SignalAlarm } from '../../../../src-main/contract/signal-alarms.js';
import { Icon, type IconName } from '../../../controls/icon.js';
import { Switch } from '../../../controls/switch.js';
import { type Feed, shownName, splitName } from '../../../derive/participants.js';
import { furtherState, type FurtherTrack, type Track, trackState } from '../../../derive/track-state.js';
import { useArmDisabledReason, useModel } from '../../../model/model-context.js';
import { aboutParticipant } from './about-participant.js';
import type { FeedState } from './use-feed.js';

// What a tile and a row of somebody have in common: it is drawn here, and nowhere else.

/** `Ada Lovelace`, `Ada Lovelace’s screen` */
export function feedName({ participant, kind }: Feed): string {
  const name = shownName(participant);
  return kind === 'screenShare' ? `${name}’s screen` : name;
}

/** A name of which the middle is cut where there is no room; all of it, and what else is known, on hover. */
export function ParticipantName({ feed }: { readonly feed: Feed }): React.JSX.Element {
  const name = feedName(feed);
  const [start, end] = splitName(name);
  return (
    <span className="participant-name" title={`${name}\n${aboutParticipant(feed.participant)}`}>
      <span className="participant-name__start">{start}</span>
      {end !== '' && <span className="participant-name__end">{end}</span>}
    </span>
  );
}

/** Whether somebody is recorded in the next take. A screen goes with its person. */
export function ArmSwitch({ participant }: { readonly participant: ConsoleParticipant }): React.JSX.Element {
  const model = useModel();
  const { identity, isArmed } = participant;
  const disabledReason = useArmDisabledReason(identity, !isArmed);
  return (
    <Switch
      label={isArmed ? 'Armed' : 'Off'}
      description={`Record ${shownName(participant)}`}
      isOn={isArmed}
      disabledReason={disabledReason}
      onChange={(isOn) => void model.arm(identity, isOn)}
    />
  );
}

/** Beside the name of whoever is written to a file now, or is to be once something arrives of them. */
export function RecSign({ isWaiting }: { readonly isWaiting: boolean }): React.JSX.Element {
  return (
    <span
      className={isWaiting ? 'rec rec--waiting' : 'rec'}
      title={isWaiting ? 'Nothing arrives from them: nothing is recorded' : undefined}
    >
      <Icon name="record" />
      <span className="rec__word">{isWaiting ? 'REC waiting' : 'REC'}</span>
    </span>
  );
}

/** What becomes of the tracks of a tile, in a word each. */
export function TrackSigns({
  kind,
  state,
  name,
}: {
  readonly kind: Feed['kind'];
  readonly state: FeedState;
  /** Whose they are. */
  readonly name: string;
}): React.JSX.Element {
  const isScreen = kind === 'screenShare';
  const { video, audio, videoAlarm, audioAlarm, further } = state;
  const [furtherVideos, furtherAudios] = (['video', 'audio'] as const).map((medium) =>
    further.filter(({ track }) => track.kind === medium),
  );
  return (
    <>
      <TrackSign
        icon={isScreen ? 'screen' : 'camera'}
        noun={isScreen ? 'Screen' : 'Camera'}
        track={video}
        alarm={videoAlarm}
        name={name}
      />
      <FurtherSign icon={isScreen ? 'screen' : 'camera'} noun="video" further={furtherVideos} name={name} />
      {(!isScreen || audio !== undefined) && (
        <TrackSign
          icon="microphone"
          noun={isScreen ? 'Screen audio' : 'Microphone'}
          track={audio}
          alarm={audioAlarm}
          name={name}
        />
      )}
      <FurtherSign icon="microphone" noun="audio" further={furtherAudios} name={name} />
    </>
  );
}

interface TrackSignProps {
  readonly icon: IconName;
  readonly noun: string;
  readonly track: Track | undefined;
  readonly alarm: SignalAlarm | null;
  readonly name: string;
}

function TrackSign({ icon, noun, track, alarm, name }: TrackSignProps): React.JSX.Element {
  const { tone, word, explanation } = trackState(track, alarm, name);
  return (
    <span className={`track track--${tone}`} title={`${noun}: ${explanation}`}>
      <Icon name={track?.isEncrypted === true ? 'lock' : icon} />
      <span className="visually-hidden">{noun} </span>
      {word}
    </span>
  );
}

/** How many tracks are on beside the first one, and what becomes of them. Each has a file of its own. */
function FurtherSign({
  icon,
  noun,
  further = [],
  name,
}: {
  readonly icon: IconName;
  readonly noun: 'video' | 'audio';
  readonly further: readonly FurtherTrack[] | undefined;
  readonly name: string;
}): React.JSX.Element | null {
  if (further.length === 0) return null;
  const { explanation, tone, word } = furtherState(further, name);
  const what = `Further ${noun}, in ${further.length === 1 ? 'a file of its own' : 'files of their own'}`;
  return (
    <span className={`track track--further track--${tone}`} title={`${what}: ${explanation}`}>
      <Icon name={icon} />
      <span className="visually-hidden">Further {noun} </span>
      <span>+{further.length}</span>
      {word !== '' && <span className="track__word">{word}</span>}
    </span>
  );
}

/** What is wrong, in sentences: what is being lost first, then what was lost, then why something is missing. */
export function Reasons({ state }: { readonly state: FeedState }): React.JSX.Element | null {
  const { losing, lost, reasons } = state;
  if (losing === null && lost === null && reasons.length === 0) return null;
  return (
    <ul className="reasons">
      {losing !== null && <Reason tone="losing" text={losing} />}
      {lost !== null && <Reason tone={losing === null ? 'warning' : 'losing'} text={lost} />}
      {reasons.map((reason) => (
        <Reason key={reason.full} tone="warning" {...reason} />
      ))}
    </ul>
  );
}

function Reason({
  tone,
  text,
  full = text,
}: {
  readonly tone: 'losing' | 'warning';
  readonly text: string;
  readonly full?: string;
}): React.JSX.Element {
  return (
    <li className={`reason reason--${tone}`} title={full}>
      <Icon name="warning" />
      <span className="reason__text">{text}</span>
    </li>
  );
}
