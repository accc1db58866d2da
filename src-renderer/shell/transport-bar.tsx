import { useEffect, useRef } from 'react';
import { refusalToCopy } from '../../src-main/contract/copy-availability.js';
import { type DiskLevel, diskLevel } from '../../src-main/contract/limits.js';
import type { RecorderState, Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { checkText } from '../../src-main/format/check-text.js';
import { formatPercent, formatQuantity } from '../../src-main/format/number.js';
import { formatDuration, formatTimecode } from '../../src-main/format/time.js';
import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import { describeReplay } from '../derive/replay.js';
import { modeShown } from '../derive/take-mode.js';
import { silentTracks, unrecordedText } from '../derive/unrecorded.js';
import {
  useConsole,
  useDisabledReason,
  useModel,
  useSession,
  useTelemetryValues,
} from '../model/model-context.js';
import { StopButton } from './stop-button.js';
import { Timecode } from './timecode.js';
import { VerdictBadge } from './verdict-badge.js';

const lamps: Readonly<Record<RecorderState, string>> = {
  idle: 'Idle',
  connecting: 'Connecting',
  ready: 'Ready',
  recording: 'REC',
  finalizing: 'Saving',
};

/** What must be seen from across the room, in every view: whether it records, and for how long. */
export function TransportBar({ isSilent }: { readonly isSilent: boolean }): React.JSX.Element {
  const recorder = useConsole((state) => state.recorder, 'idle');
  const takeName = useConsole((state) => state.take?.name ?? null, null);
  const isPaused = useIsPaused();
  const countdown = useCountdown();
  const copyProblem = useCopyProblem();
  const unrecorded = useUnrecorded();
  const isCutOff = useIsCutOff();
  const hasReason =
    unrecorded !== null || (recorder === 'ready' && countdown === null && !isCutOff && copyProblem !== null);
  const idleWord = recorder === 'ready' && isCutOff ? 'Offline' : lamps[recorder];
  const word = isPaused ? 'PAUSED' : countdown === null ? idleWord : 'Starting';
  const look = isPaused ? 'paused' : unrecorded === null ? recorder : 'waiting';
  return (
    <section className={`transport transport--${look}`} aria-label="Transport">
      <div className="transport__clock">
        <span
          className={isSilent ? 'lamp lamp--unsure' : 'lamp'}
          title={isSilent ? 'Last known state' : undefined}
        >
          <span className="lamp__light" aria-hidden="true" />
          <span className="lamp__word">{isSilent ? `${word}?` : word}</span>
          {look === 'waiting' && <span className="lamp__note">waiting</span>}
        </span>
        <div className="transport__time">
          {countdown === null ? (
            <Timecode
              hasTake={recorder === 'recording' || recorder === 'finalizing'}
              isRunning={recorder === 'recording' && !isPaused && !isSilent}
            />
          ) : (
            <CountdownClock seconds={countdown} />
          )}
          <p className={hasReason ? 'transport__take transport__take--reason' : 'transport__take'}>
            <CopyTag />
            {recorder === 'finalizing' ? <FinalizingProgress /> : (unrecorded ?? takeName ?? <Prompt />)}
            <CheckingNote />
          </p>
        </div>
      </div>
      <TransportButtons />
      <div className="transport__figures">
        <DiskFigure />
        <VerdictBadge />
      </div>
    </section>
  );
}

/** Seconds until a take begins; null while none is about to. */
function useCountdown(): number | null {
  return useConsole(({ countdownSeconds = null }) => countdownSeconds, null);
}

/** As a clock of a studio: how long it takes until zero. */
function CountdownClock({ seconds }: { readonly seconds: number }): React.JSX.Element {
  return (
    <span className="timecode timecode--countdown" role="timer" aria-label="Until the take begins">
      −{formatTimecode(seconds * 1000)}
    </span>
  );
}

/** Why copy mode cannot start, which is read in full; null when it can. */
function useCopyProblem(): string | null {
  return useConsole((state) => refusalToCopy(state)?.reason ?? null, null);
}

/** Why nobody is in the take that runs; null when somebody is, or none runs. */
function useUnrecorded(): string | null {
  // Those of the take before are there until the first numbers of this one.
  const { files } = useTelemetryValues(({ snapshot }) => ({
    files: snapshot === null || snapshot.takeMs === null ? 0 : snapshot.sinks.length,
  }));
  const silent = useTelemetryValues(({ snapshot }) => silentTracks(snapshot));
  return useConsole((state) => unrecordedText(state, files, silent), null);
}

/** The recorder is not in its room for the moment. */
function useIsCutOff(): boolean {
  return useConsole(({ connection }) => connection === 'reconnecting', false);
}

/** What comes now is in no file. */
function useIsPaused(): boolean {
  return useConsole(({ recorder, take }) => recorder === 'recording' && take?.isPaused === true, false);
}

const sentences: Readonly<Record<Exclude<RecorderState, 'ready'>, string>> = {
  idle: 'Connect to a room to record',
  connecting: 'Connecting…',
  recording: '',
  finalizing: '',
};

/** What comes next while there is no take. */
function Prompt(): React.JSX.Element {
  const recorder = useConsole((state) => state.recorder, 'idle');
  const armed = useConsole(
    ({ participants }) => participants.filter(({ isArmed, isPresent }) => isArmed && isPresent).length,
    0,
  );
  const isEmpty = useConsole(({ participants }) => !participants.some(({ isPresent }) => isPresent), true);
  const armsNewcomers = useConsole(({ settings }) => settings.armsNewcomers, 'on');
  const countdown = useCountdown();
  const copyProblem = useCopyProblem();
  const isCutOff = useIsCutOff();
  if (countdown !== null)
    return <span role="status">Recording starts in {formatQuantity(countdown, 'second')}</span>;
  if (recorder !== 'ready') return <>{sentences[recorder]}</>;
  if (isCutOff) return <>You can record once the connection is back</>;
  if (copyProblem !== null) return <>{copyProblem}</>;
  if (armed > 0) return <>Ready to record {formatQuantity(armed, 'participant')}</>;
  if (armsNewcomers !== 'on') return <>Nobody is armed</>;
  return <>{isEmpty ? 'Ready to record' : 'Nobody is armed; whoever joins will be'}</>;
}

/** The take that runs, or is to be started, holds what was sent. */
function CopyTag(): React.JSX.Element | null {
  const isShown = useConsole(
    (state) => modeShown(state) === 'copy' && (state.take !== null || state.recorder === 'ready'),
    false,
  );
  if (!isShown) return null;
  return (
    <span className="tag transport__mode" title="Copy mode: what was sent is written bit for bit, to MKV">
      Copy
    </span>
  );
}

function FinalizingProgress(): React.JSX.Element {
  const fraction = useConsole((state) => state.finalizingFraction, null);
  return (
    <span className="finalizing">
      <progress className="progress" max={1} value={fraction ?? undefined} aria-label="Finalizing" />
      <span>{fraction === null ? 'Finalizing…' : `Finalizing, ${formatPercent(fraction)}`}</span>
    </span>
  );
}

/** Beside whatever runs by then: the files of an earlier take play, and are being read. */
function CheckingNote(): React.JSX.Element | null {
  const text = useConsole(({ checks = [] }) => {
    const [check] = checks;
    // Of a take without files there is nothing to check.
    return check === undefined || check.files === 0
      ? null
      : `${checkText(check)}, ${formatPercent(check.fraction)}`;
  }, null);
  if (text === null) return null;
  return (
    <span className="checking" title="The files of the last take play. They are being checked.">
      {text}
    </span>
  );
}

/**
 * Stop is not where Start was: who presses twice adds a marker at most. Nor has it the focus: who starts with Enter does
 * not stop with the next one.
 */
function TransportButtons(): React.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const model = useModel();
  const recorder = useConsole((state) => state.recorder, 'idle');
  const hasTake = recorder === 'recording' || recorder === 'finalizing';
  const countdown = useCountdown();
  const isStarting = useSession((state) => state.pending.has('startTake'));
  const startDisabledReason = useDisabledReason('startTake');
  const markerDisabledReason = useDisabledReason('addMarker');
  const splitDisabledReason = useDisabledReason('splitTake');
  const isPaused = useIsPaused();
  const pauseDisabledReason = useDisabledReason(isPaused ? 'resumeTake' : 'pauseTake');
  const isCountingDown = countdown !== null;
  const hasReplay = useConsole(({ settings }) => settings.replaySeconds !== null, false);
  useEffect(() => {
    // The button that had the focus is gone: whoever goes on by keyboard goes on from here.
    if (document.activeElement === document.body) place.current?.focus();
  }, [hasTake, isCountingDown]);
  return (
    <div
      ref={place}
      className={`transport__buttons${hasReplay ? ' transport__buttons--many' : ''}`}
      tabIndex={-1}
    >
      {isCountingDown && (
        <Button
          label="Cancel"
          icon="stop"
          size="large"
          shortcut="stop"
          showsKeys
          onPress={() => void model.cancelStart()}
        />
      )}
      {!hasTake && !isCountingDown && (
        <Button
          label="Start"
          icon="record"
          variant="record"
          size="large"
          shortcut="start"
          showsKeys
          disabledReason={startDisabledReason}
          isBusy={isStarting}
          onPress={() => void model.startTake()}
        />
      )}
      <Button
        label="Marker"
        icon="marker"
        size="large"
        shortcut="marker"
        showsKeys
        disabledReason={markerDisabledReason}
        onPress={() => void model.addMarker(null)}
      />
      {recorder === 'recording' && (
        <Button
          label={isPaused ? 'Resume' : 'Pause'}
          icon={isPaused ? 'record' : 'pause'}
          variant={isPaused ? 'record' : 'plain'}
          size="large"
          shortcut="pause"
          disabledReason={pauseDisabledReason}
          onPress={() => void model.togglePause()}
        />
      )}
      {recorder === 'recording' && (
        <Button
          label="Split"
          icon="split"
          size="large"
          shortcut="split"
          isIconOnly
          disabledReason={splitDisabledReason}
          onPress={() => void model.splitTake()}
        />
      )}
      <ReplayButton />
      {hasTake && <StopButton />}
    </div>
  );
}

/** There while the buffer is on: what it holds, and that it costs something, belong beside each other. */
function ReplayButton(): React.JSX.Element | null {
  const model = useModel();
  const isOn = useConsole(({ settings }) => settings.replaySeconds !== null, false);
  const disabledReason = useDisabledReason('saveReplay');
  const isSaving = useSession((state) => state.pending.has('saveReplay'));
  const recorder = useConsole((state) => state.recorder, 'idle');
  const { text, title } = useTelemetryValues(({ snapshot }) => describeReplay(snapshot?.replay, recorder));
  if (!isOn) return null;
  return (
    <>
      <Button
        label="Replay"
        icon="replay"
        size="large"
        shortcut="replay"
        disabledReason={disabledReason}
        isBusy={isSaving}
        onPress={() => void model.saveReplay()}
      />
      <span className="figure__note transport__note" title={title}>
        {text}
      </span>
    </>
  );
}

const diskClasses = {
  ok: 'figure',
  low: 'figure figure--warning',
  veryLow: 'figure figure--bad',
} as const satisfies Record<DiskLevel, string>;

function DiskFigure(): React.JSX.Element {
  const { free, full, level } = useTelemetryValues(({ snapshot }) => describeDisk(snapshot?.disk));
  return (
    <div className={diskClasses[level]}>
      <span className="figure__label">
        <Icon name={level === 'ok' ? 'disk' : 'warning'} />
        Free space
      </span>
      <span className="figure__value">{free}</span>
      <span className="figure__note">{full}</span>
    </div>
  );
}

function describeDisk(disk: Snapshot['disk'] | undefined): {
  free: string;
  full: string;
  level: DiskLevel;
} {
  const { freeBytes, secondsToFull } = disk ?? { freeBytes: null, secondsToFull: null };
  return {
    free: formatBytes(freeBytes),
    full: secondsToFull === null ? 'time to full: –' : `full in ${formatDuration(secondsToFull * 1000)}`,
    level: diskLevel({ freeBytes, secondsToFull }),
  };
}
