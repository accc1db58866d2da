import { useEffect } from 'react';
import { useConsole, useModel, useSession, useViewChoice } from './model/model-context.js';
import { useSilence } from './model/use-silence.js';
import { Announcer } from './shell/announcer.js';
import { HelpSheet } from './shell/help-sheet.js';
import { LinkScreen } from './shell/link-screen.js';
import { LossAlarmBar } from './shell/loss-alarm.js';
import { MarkerDialog } from './shell/marker-dialog.js';
import { Messages } from './shell/messages.js';
import { StopDialog } from './shell/stop-button.js';
import { TopBar } from './shell/top-bar.js';
import { TransportBar } from './shell/transport-bar.js';
import { useTheme } from './shell/use-theme.js';
import { LabView } from './views/lab/lab-view.js';
import { PresentBudgetDialog } from './views/record/memory/budget-dialog.js';
import { RecordView } from './views/record/record-view.js';
import { TakesView } from './views/takes/takes-view.js';

const views = { record: RecordView, takes: TakesView, lab: LabView } as const;

/** The window: what it shows depends on whether the recorder can be reached at all. */
export function App(): React.JSX.Element {
  useTheme();
  const silence = useSilence();
  useDocumentTitle(silence !== null);
  const view = useViewChoice((choices) => choices.view);
  const isHelpOpen = useViewChoice((choices) => choices.isHelpOpen);
  const isMarkerLabelOpen = useViewChoice((choices) => choices.isMarkerLabelOpen);
  const isBudgetOpen = useViewChoice((choices) => choices.isBudgetOpen);
  const isStopAsked = useViewChoice((choices) => choices.isStopAsked);
  const link = useSession((state) => state.link);
  const isKnown = useSession((state) => state.console !== null);
  const model = useModel();
  if (link === 'refused' || !isKnown)
    return <LinkScreen link={link} onRetry={() => void model.link.retryNow()} />;
  const View = views[view];
  return (
    <div className={silence === null ? 'window' : 'window window--stale'}>
      <TopBar isSilent={silence !== null} />
      <div className="window__bar">
        <TransportBar isSilent={silence !== null} />
        {silence === null && <LossAlarmBar />}
      </div>
      <Messages silence={silence} />
      <main className="window__view" id="view" tabIndex={-1}>
        <View />
      </main>
      <Announcer />
      {isHelpOpen && <HelpSheet />}
      {isMarkerLabelOpen && <MarkerDialog />}
      {isBudgetOpen && <PresentBudgetDialog />}
      {isStopAsked && <StopDialog />}
    </div>
  );
}

function useDocumentTitle(isSilent: boolean): void {
  const room = useConsole((state) => state.source?.room ?? null, null);
  const recorder = useConsole((state) => state.recorder, 'idle');
  const isPaused = useConsole(({ take }) => take?.isPaused === true, false);
  useEffect(() => {
    const recording = isPaused ? 'PAUSED' : '● REC';
    const known = recorder === 'recording' ? recording : recorder === 'finalizing' ? 'Finalizing' : null;
    const state = isSilent ? 'No answer' : known;
    document.title = [state, room, 'Plateau'].filter((part) => part !== null && part !== '').join(' – ');
  }, [room, recorder, isPaused, isSilent]);
}
