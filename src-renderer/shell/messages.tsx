import { useEffect, useState } from 'react';
import type { ErrorReport } from '../../src-main/contract/errors.js';
import { restartAdviceBytes } from '../../src-main/contract/limits.js';
import type { RecordingCondition } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { conditionLabels } from '../../src-main/format/condition-text.js';
import { formatQuantity } from '../../src-main/format/number.js';
import { formatDuration } from '../../src-main/format/time.js';
import { Button } from '../controls/button.js';
import { Icon, type IconName } from '../controls/icon.js';
import { outageMs } from '../derive/outage.js';
import type { Silence } from '../derive/silence.js';
import { untoldConditions } from '../derive/untold-conditions.js';
import { formatClock } from '../format/clock.js';
import {
  useConsole,
  useLossAlarm,
  useModel,
  useSession,
  useTelemetryValues,
} from '../model/model-context.js';
import { disabledReasonFor, shownProblem, type Toast, toastMs } from '../stores/session.js';
import { DiskBanner } from './disk-banner.js';
import { NewcomerBanner } from './newcomer-banner.js';
import { ProblemAction } from './problem-action.js';
import { ReceiverBanner } from './receiver-banner.js';

/** What needs attention, above the view: the lost recorder, a failure, and what has just happened. */
export function Messages({ silence }: { readonly silence: Silence | null }): React.JSX.Element {
  const problem = useSession(shownProblem);
  const toasts = useSession((state) => state.toasts);
  return (
    <>
      <div className="messages">
        {silence === null ? <ReconnectingBanner /> : <SilentBanner {...silence} />}
        {problem !== null && <ProblemBanner problem={problem} />}
        {silence === null && <ReceiverBanner />}
        {silence === null && <ConditionBanner />}
        {silence === null && <NewcomerBanner />}
        {silence === null && <DiskBanner />}
        {silence === null && <InterruptedBanner />}
        {silence === null && <RestartBanner />}
      </div>
      <div className="toasts" role="status" aria-live="polite" aria-label="Notifications">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </div>
    </>
  );
}

/** The recorder does not answer: for how long, what that may mean, and what to do. */
function SilentBanner({ seconds, isDoubtful }: Silence): React.JSX.Element {
  const model = useModel();
  const takeName = useConsole((state) => state.take?.name ?? null, null);
  const [isTrying, setTrying] = useState(false);
  const [triedAt, setTriedAt] = useState<string | null>(null);
  const tryNow = async (): Promise<void> => {
    setTrying(true);
    const isAnswered = await model.tryNow();
    setTrying(false);
    setTriedAt(isAnswered ? null : formatClock(Date.now(), true));
  };
  return (
    <div className={`banner banner--${isDoubtful ? 'error' : 'warning'}`} role="alert">
      <Icon name={isDoubtful ? 'error' : 'warning'} />
      <div className="banner__text">
        <strong>
          {isDoubtful && takeName !== null
            ? 'No answer from the recorder: the take may have ended.'
            : 'No answer from the recorder.'}
        </strong>{' '}
        {/* Read out once, not each second. */}
        {seconds > 0 && <span aria-hidden="true">Last update {formatDuration(seconds * 1000)} ago. </span>}
        {isDoubtful
          ? doubtfulHint(takeName)
          : 'What is shown is the last known state. This window reconnects automatically.'}
        {triedAt !== null && <span role="status"> Tried at {triedAt}: no answer.</span>}
      </div>
      <Button label="Try now" icon="refresh" size="small" isBusy={isTrying} onPress={() => void tryNow()} />
    </div>
  );
}

function doubtfulHint(takeName: string | null): string {
  const check = 'Check that Plateau, or plateau serve, still runs on its machine.';
  return takeName === null ? check : `${check} What was written until then is in the folder ${takeName}.`;
}

function ReconnectingBanner(): React.JSX.Element | null {
  const isReconnecting = useConsole((state) => state.connection === 'reconnecting', false);
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  const { lasts } = useTelemetryValues(({ snapshot, events }) => {
    const ms = isReconnecting ? outageMs(snapshot, events) : null;
    return { lasts: ms === null ? '' : ` for ${formatDuration(ms)}` };
  });
  if (!isReconnecting) return null;
  return (
    <div className="banner banner--warning" role="alert">
      <span className="spinner" aria-hidden="true" />
      <div className="banner__text">
        <strong>Reconnecting to the room</strong>
        {/* Read out once, not each second. */}
        <span aria-hidden="true">{lasts}</span>
        <strong>.</strong>{' '}
        {isRecording
          ? 'The take goes on. What does not arrive until the connection is back is missing from the files.'
          : 'You can record once the connection is back.'}
      </div>
    </div>
  );
}

function ProblemBanner({ problem }: { readonly problem: ErrorReport }): React.JSX.Element {
  const model = useModel();
  return (
    <div className="banner banner--error" role="alert">
      <Icon name="error" />
      <div className="banner__text">
        <strong>{problem.message}</strong> {problem.hint}
      </div>
      <ProblemAction problem={problem} />
      <DismissButton shortcut="dismiss" onPress={() => void model.session.dismissProblem()} />
    </div>
  );
}

const noTakes: readonly string[] = [];

/** An earlier recorder was gone before its takes were finished. */
function InterruptedBanner(): React.JSX.Element | null {
  const model = useModel();
  const names = useConsole((state) => state.interruptedTakes ?? noTakes, noTakes);
  const disabledReason = useSession((state) => disabledReasonFor('recoverTake', state));
  const [isRecovering, setRecovering] = useState(false);
  const [dismissed, setDismissed] = useState('');
  const [first] = names;
  if (first === undefined || dismissed === names.join('/')) return null;
  const recover = async (): Promise<void> => {
    setRecovering(true);
    for (const name of names) if (!(await model.takes.recover(name))) break;
    setRecovering(false);
  };
  return (
    <div className="banner banner--warning" role="status">
      <Icon name="warning" />
      <div className="banner__text">
        <strong>
          {names.length === 1
            ? `The take ${first} was interrupted.`
            : `${names.length} takes were interrupted.`}
        </strong>{' '}
        {names.length === 1 ? 'Its' : 'Their'} files play up to that moment. Recover{' '}
        {names.length === 1 ? 'it' : 'them'} to finish and verify the files.
      </div>
      <Button
        label="Recover"
        icon="check"
        size="small"
        isBusy={isRecovering}
        disabledReason={disabledReason}
        onPress={() => void recover()}
      />
      <DismissButton onPress={() => setDismissed(names.join('/'))} />
    </div>
  );
}

/** What costs quality on the recording machine and is not in the loss bar: the oldest of it, while it lasts. */
function ConditionBanner(): React.JSX.Element | null {
  const alarm = useLossAlarm();
  const { advice, further, lasts, what } = useTelemetryValues(({ snapshot }) =>
    shownCondition(untoldConditions(snapshot?.conditions ?? [], alarm)),
  );
  if (what === null) return null;
  return (
    <div className="banner banner--warning" role="status">
      <Icon name="warning" />
      <div className="banner__text">
        <strong>{what}</strong>
        {/* Read out once, not each second. */}
        <span aria-hidden="true">{lasts}</span>
        <strong>.</strong> {advice}
        {further}
      </div>
    </div>
  );
}

function shownCondition(conditions: readonly RecordingCondition[]): {
  readonly what: string | null;
  readonly lasts: string;
  readonly advice: string;
  readonly further: string;
} {
  const [first, ...others] = conditions;
  if (first === undefined) return { what: null, lasts: '', advice: '', further: '' };
  const { advice, durationMs, what } = first;
  const names = others.map(({ name }) => conditionLabels[name].toLowerCase());
  return {
    ...{ what, advice },
    lasts: durationMs < 1_000 ? '' : `, for ${formatDuration(durationMs)}`,
    further: names.length === 0 ? '' : ` Also: ${[...new Set(names)].join(', ')}.`,
  };
}

/** Between two rooms, when what is left of earlier ones has become worth a restart. */
function RestartBanner(): React.JSX.Element | null {
  const model = useModel();
  const isIdle = useConsole((state) => state.recorder === 'idle', false);
  const canRestart = useConsole((state) => state.host.canRestart, false);
  const count = useConsole((state) => state.earlierConnections.count, 0);
  const bytes = useConsole((state) => state.earlierConnections.bytes, 0);
  const [dismissedBytes, setDismissedBytes] = useState(0);
  if (!isIdle || bytes < dismissedBytes + restartAdviceBytes) return null;
  return (
    <div className="banner banner--info" role="status">
      <Icon name="info" />
      <div className="banner__text">
        <strong>
          LiveKit’s SDK still holds about {formatBytes(bytes)} for {formatQuantity(count, 'connection')} that
          ended.
        </strong>{' '}
        Only a restart frees it.
        {!canRestart && ' End the recorder and start it again between two takes.'}
      </div>
      {canRestart && (
        <Button
          label="Restart Plateau"
          icon="refresh"
          size="small"
          onPress={() => void model.session.run('restart', {})}
        />
      )}
      <DismissButton onPress={() => setDismissedBytes(bytes)} />
    </div>
  );
}

const toastIcons: Readonly<Record<Toast['level'], IconName>> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
  error: 'error',
};

function ToastCard({ toast }: { readonly toast: Toast }): React.JSX.Element {
  const model = useModel();
  useEffect(() => {
    const timer = window.setTimeout(() => model.session.dismissToast(toast.id), toastMs[toast.level]);
    return () => window.clearTimeout(timer);
  }, [model, toast]);
  return (
    <div className={`toast toast--${toast.level}`}>
      <Icon name={toastIcons[toast.level]} />
      <span className="toast__text">{toast.text}</span>
      {toast.action !== null && (
        <Button
          label={toast.action.kind === 'showTakes' ? 'Show' : 'Undo'}
          size="small"
          onPress={() => {
            model.session.dismissToast(toast.id);
            if (toast.action?.kind === 'showTakes') model.showTake(toast.action.takeName);
            if (toast.action?.kind === 'restoreTake') void model.takes.restore(toast.action.trashId);
            if (toast.action?.kind === 'restoreMarker')
              void model.takes.changeMarker(toast.action.takeName, null, toast.action.marker);
          }}
        />
      )}
      <DismissButton onPress={() => model.session.dismissToast(toast.id)} />
    </div>
  );
}

function DismissButton(
  props: Pick<React.ComponentProps<typeof Button>, 'onPress' | 'shortcut'>,
): React.JSX.Element {
  return <Button label="Dismiss" icon="close" variant="quiet" size="small" isIconOnly {...props} />;
}
