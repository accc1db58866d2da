import type { SignalAlarm } from '../../../../src-main/contract/signal-alarms.js';
import { signalAlarmSentence } from '../../../../src-main/format/signal-text.js';
import { leftBefore } from '../../../derive/outage.js';
import { type Feed, lossText, shortName, shownName } from '../../../derive/participants.js';
import {
  alarmOf,
  alarmsOf,
  type FurtherTrack,
  furtherTracks,
  type Track,
} from '../../../derive/track-state.js';
import { isAwaited, personRoles, screenRoles, silentTracks } from '../../../derive/unrecorded.js';
import { describeVideo } from '../../../derive/video-text.js';
import {
  useConsole,
  useIsTaking,
  useLosing,
  useLossAlarm,
  useTelemetryValues,
} from '../../../model/model-context.js';

/** What a tile or a row shows of somebody beside their name. */
export interface FeedState {
  readonly video: Track | undefined;
  readonly audio: Track | undefined;
  /** All that the tile is of. */
  readonly videos: readonly Track[];
  readonly audios: readonly Track[];
  /** What is on beside the first of each. */
  readonly further: readonly FurtherTrack[];
  readonly isRecording: boolean;
  /** A take runs that they are to be in, and nothing arrives of them. */
  readonly isAwaited: boolean;
  /** They may still be in the room: the recorder is out of it itself. */
  readonly isCutOff: boolean;
  /** `30 fps · 1280×720` */
  readonly format: string;
  readonly videoAlarm: SignalAlarm | null;
  readonly audioAlarm: SignalAlarm | null;
  /** `Losing video`; null while nothing is lost. */
  readonly losing: string | null;
  /** `24 frames lost`, up to now; null when nothing was. */
  readonly lost: string | null;
  /** Why something of it is missing, or a warning, in sentences. */
  readonly reasons: readonly FeedReason[];
}

/** A sentence, and the same with names in full. */
export interface FeedReason {
  readonly text: string;
  readonly full: string;
}

/** Follows one person, or the screen that they share; drawn again when something of it reads differently. */
export function useFeed({ participant, kind }: Feed): FeedState {
  const { identity, tracks, isPresent } = participant;
  const isScreen = kind === 'screenShare';
  const roles = isScreen ? screenRoles : personRoles;
  const [videoRole, audioRole] = roles;
  const videos = tracks.filter(({ role }) => role === videoRole);
  const audios = tracks.filter(({ role }) => role === audioRole);
  const [video, audio] = [videos[0], audios[0]];
  const losingFiles = useLosing();
  const alarm = useLossAlarm();
  const isTaking = useIsTaking();
  const {
    isRecording,
    isAwaited: awaited,
    format,
    files,
    lost,
  } = useTelemetryValues(({ snapshot }) => {
    const sinks = snapshot?.sinks.filter((sink) => sink.identity === identity && sink.kind === kind) ?? [];
    const isWritten = isTaking && sinks.some((sink) => sink.isRecording);
    return {
      isRecording: isWritten,
      isAwaited:
        isTaking && (isWritten || !isScreen) && isAwaited(participant, silentTracks(snapshot), roles),
      // After the stop the latest numbers are of a take that is over.
      format: describeVideo(
        video,
        isTaking ? (sinks.find(({ trackNumber }) => trackNumber === 1) ?? sinks[0]) : undefined,
      ),
      files: sinks.map(({ file }) => file).join('\n'),
      lost: lossText(sinks),
    };
  });
  const alarms = useTelemetryValues(({ snapshot }) => alarmsOf(snapshot, identity));
  const [videoAlarm, audioAlarm] = [alarmOf(alarms, video), alarmOf(alarms, audio)];
  const further = furtherTracks(tracks, roles, alarms);
  const isOutage = useConsole(({ connection }) => connection === 'reconnecting', false);
  const { hadLeft } = useTelemetryValues(({ events }) => ({
    hadLeft: isOutage && leftBefore(events).includes(identity),
  }));
  const name = shownName(participant);
  const own = files === '' ? [] : files.split('\n');
  const isLosing = losingFiles.some((file) => own.includes(file));
  const media = new Set(
    alarm?.streams
      .filter((stream) => stream.isLosing && own.includes(stream.file))
      .map(({ medium }) => medium),
  );
  const named = ['audio', 'video'].filter((medium) => media.has(medium as 'audio' | 'video'));
  return {
    ...{ video, audio, videos, audios, further, isRecording, format, lost, videoAlarm, audioAlarm },
    ...{ isAwaited: awaited, isCutOff: isOutage && !hadLeft },
    // Which medium it is was acknowledged with the alarm; that it goes on was not.
    losing: isLosing ? `Losing ${named.length === 0 ? 'frames' : named.join(' and ')}` : null,
    reasons: [
      ...(isPresent
        ? tracks.flatMap(({ role, missingReason }) =>
            (role === 'screenShare' || role === 'screenShareAudio') === isScreen &&
            typeof missingReason === 'string'
              ? [{ text: missingReason, full: missingReason }]
              : [],
          )
        : []),
      ...[videoAlarm, audioAlarm].flatMap((one) => (one === null ? [] : [reasonOf(one, name, false)])),
      ...further.flatMap(({ alarm: one }) => (one === null ? [] : [reasonOf(one, name, true)])),
    ],
  };
}

function reasonOf(alarm: SignalAlarm, name: string, isFurther: boolean): FeedReason {
  return {
    text: signalAlarmSentence(alarm, shortName(name), isFurther),
    full: signalAlarmSentence(alarm, name, isFurther),
  };
}
