import { participantNameOf } from '../../../src-main/contract/participant-name.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { backupSentence } from '../../../src-main/format/backup-text.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { checkText } from '../../../src-main/format/check-text.js';
import { fileLabel } from '../../../src-main/format/file-label.js';
import { fileWordOf } from '../../../src-main/format/file-state-text.js';
import { formatPercent } from '../../../src-main/format/number.js';
import { formatDuration } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { takeLossText, toneOf } from '../../derive/content.js';
import { busyReason } from '../../derive/take-access.js';
import { shownTitle } from '../../derive/take-list.js';
import { playedAs } from '../../derive/take-tracks.js';
import { useConsole, useModel, useSession, useTakes } from '../../model/model-context.js';
import { ConditionTag, ContentTag, ModeTag, ReplayTag } from './condition-tag.js';
import { Deliverables, MakeMp4Button } from './deliverables.js';
import { MarkerList } from './marker-list.js';
import { TakeMemorySection } from './take-memory.js';
import { TakePlayer } from './take-player.js';
import { WholeTakePlayer } from './whole-take-player.js';

/** One take: its files, to be played, and what can be done with it. */
export function TakeDetails({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const playing = useTakes((state) => state.file);
  const isPlayerOpen = useTakes((state) => state.isPlayerOpen);
  return (
    <Panel
      title={shownTitle(entry)}
      className="take-details"
      aside={
        <span className="stamps">
          <ModeTag entry={entry} />
          <ConditionTag condition={entry.condition} />
          <ReplayTag entry={entry} />
          <ContentTag content={entry.content} />
        </span>
      }
      scrolls
    >
      <TakeActions entry={entry} />
      {(entry.note ?? '') !== '' && <p className="take-details__note">{entry.note}</p>}
      <Checking takeName={entry.takeName} />
      <VerificationResult takeName={entry.takeName} />
      <Deliverables entry={entry} />
      <Lost entry={entry} />
      {isPlayerOpen && <WholeTakePlayer entry={entry} />}
      {playing !== null && <TakePlayer key={playedAs(entry, playing)} entry={entry} file={playing} />}
      <FileTable entry={entry} playing={playing} />
      <MarkerList entry={entry} />
      <Warnings warnings={entry.warnings ?? []} />
      <Backup entry={entry} />
      <TakeMemorySection entry={entry} />
      <p className="take-details__path">
        <span>Folder</span> <code>{entry.path}</code>
      </p>
    </Panel>
  );
}

function TakeActions({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const model = useModel();
  const { takeName, path, condition, files } = entry;
  const hasFileManager = useConsole((state) => state.host.hasFileManager, false);
  const isReporting = useSession((state) => state.pending.has('readReport'));
  const isVerifying = useTakes((state) => takeName in state.verifying);
  const growing = busyReason(condition);
  const isPlayerOpen = useTakes((state) => state.isPlayerOpen);
  const empty = files.length === 0 ? 'The take has no files.' : null;
  const unplayable = empty ?? (condition === 'checking' ? null : growing);
  return (
    <div className="take-actions take-actions--apart">
      <div className="take-actions__many">
        <Button
          label={isPlayerOpen ? 'Close player' : 'Play take'}
          icon={isPlayerOpen ? 'close' : 'play'}
          variant={isPlayerOpen ? 'plain' : 'primary'}
          shortcut="play"
          disabledReason={unplayable}
          onPress={() => model.showPlayer(!isPlayerOpen)}
        />
        <Button
          label="Title and note"
          icon="note"
          shortcut="describe"
          onPress={() => model.takes.askToDescribe(takeName)}
        />
        <Button
          label="Verify again"
          icon="check"
          shortcut="verify"
          disabledReason={growing ?? empty}
          isBusy={isVerifying}
          onPress={() => void model.takes.verify(takeName)}
        />
        <Button
          label="Save report"
          icon="download"
          shortcut="report"
          isBusy={isReporting}
          onPress={() => void model.saveReport(takeName)}
        />
        <MakeMp4Button entry={entry} />
        <Button label="Copy path" icon="copy" shortcut="copy" onPress={() => void model.copyPath(path)} />
        {hasFileManager && (
          <Button
            label="Show in folder"
            icon="folder"
            shortcut="reveal"
            onPress={() => void model.session.run('revealTake', { takeName })}
          />
        )}
      </div>
      <Button
        label="Delete"
        icon="trash"
        variant="danger"
        shortcut="delete"
        disabledReason={growing}
        onPress={() => model.takes.askToDelete(takeName)}
      />
    </div>
  );
}

/** How far the check is that follows each take. */
function Checking({ takeName }: { readonly takeName: string }): React.JSX.Element | null {
  const check = useConsole((state) => state.checks?.find((one) => one.takeName === takeName) ?? null, null);
  if (check === null || check.files === 0) return null;
  return (
    <div className="verification" role="status">
      <progress className="progress" max={1} value={check.fraction} aria-label="Checking" />
      <span>
        {checkText(check)}, {formatPercent(check.fraction)}. The files play.
      </span>
    </div>
  );
}

function VerificationResult({ takeName }: { readonly takeName: string }): React.JSX.Element | null {
  const fraction = useTakes((state) => state.verifying[takeName]);
  const result = useTakes((state) => state.verified[takeName]);
  if (fraction !== undefined) {
    return (
      <div className="verification" role="status">
        <progress className="progress" max={1} value={fraction} aria-label="Verifying" />
        <span>Decoding every file, {formatPercent(fraction)}</span>
      </div>
    );
  }
  if (result === undefined) return null;
  const losses = result.losses ?? [];
  const sentences = [...result.findings, ...losses];
  const isProven = result.isProven !== false;
  const isGood = result.isOk && losses.length === 0 && isProven;
  const isAmber = result.isOk && !isGood && result.content?.grade !== 'losses';
  const tone = isGood ? 'good' : isAmber ? 'warning' : 'bad';
  return (
    <div className={`verification verification--${tone}`} role="status">
      <Icon name={isGood ? 'check' : isAmber ? 'warning' : 'error'} />
      {isGood ? (
        <span>Every file decodes, is intact and complete.</span>
      ) : (
        <ul>
          {result.isOk && <li>{playsSentence(isProven, losses.length > 0)}</li>}
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function playsSentence(isProven: boolean, isLacking: boolean): string {
  if (isProven) return 'Every file decodes and is intact, but not everything is there.';
  const plays = 'Every file decodes, and not of each is it proven that it is what was written';
  return isLacking ? `${plays}. Not everything is there.` : `${plays}.`;
}

/** What is lost of all files together: the numbers of the manifest and of the report. */
function Lost({ entry }: { readonly entry: TakeEntry }): React.JSX.Element | null {
  const text = takeLossText(entry);
  return text === null ? null : <p className="take-details__lost">{text}</p>;
}

/** What the files lack because it never arrived. */
function Warnings({ warnings }: { readonly warnings: readonly string[] }): React.JSX.Element | null {
  if (warnings.length === 0) return null;
  return (
    <ul className="take-details__warnings" aria-label="Missing signals">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}

/** The second copy: where it is, and whether it is the same. */
function Backup({ entry: { backup, condition } }: { readonly entry: TakeEntry }): React.JSX.Element | null {
  if (backup === undefined) return null;
  const isGrowing = condition === 'recording' || condition === 'elsewhere' || condition === 'checking';
  const isLacking = !isGrowing && backup.state !== 'proven';
  return (
    <p className={isLacking ? 'take-details__warnings' : 'take-details__path'}>
      {isGrowing ? `The backup is made in ${backup.path}.` : backupSentence(backup)}
    </p>
  );
}

interface FileTableProps {
  readonly entry: TakeEntry;
  readonly playing: string | null;
}

function FileTag({ label }: { readonly label: string }): React.JSX.Element | null {
  return label === '' ? null : <span className="tag">{label}</span>;
}

function FileTable({ entry, playing }: FileTableProps): React.JSX.Element {
  const { takes } = useModel();
  if (entry.files.length === 0) return <p className="quiet">This take has no files.</p>;
  return (
    <table className="files">
      <caption className="visually-hidden">Files of {entry.takeName}</caption>
      <thead>
        <tr>
          <th scope="col">Participant</th>
          <th scope="col">File</th>
          <th scope="col" className="files__number">
            Duration
          </th>
          <th scope="col" className="files__number">
            Size
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {entry.files.map(
          ({
            file,
            identity,
            participantName,
            kind,
            trackNumber,
            hasVideo,
            partNumber,
            durationMs,
            sizeBytes,
            state,
            stamps,
            problem,
          }) => (
            <tr key={file} aria-current={file === playing || undefined}>
              <th scope="row">
                <button
                  type="button"
                  className="files__play"
                  aria-pressed={file === playing}
                  title={file === playing ? `Close ${file}` : `Play ${file}`}
                  onClick={() => takes.play(file === playing ? null : file)}
                >
                  <Icon name={file === playing ? 'close' : 'play'} />
                  <span>{participantNameOf({ identity, participantName })}</span>
                  <FileTag label={fileLabel({ kind, trackNumber, hasVideo })} />
                  <FileTag label={partNumber === undefined ? '' : `part ${partNumber}`} />
                </button>
              </th>
              <td className="files__name">
                <FileName file={file} />
              </td>
              <td className="files__number">{formatDuration(durationMs)}</td>
              <td className="files__number">{formatBytes(sizeBytes)}</td>
              <td>
                {fileWordOf({ state, stamps }, entry.condition === 'interrupted')}
                {stamps?.complete.isEarned === true && ', complete'}
                {stamps?.complete.isEarned === false && (
                  <p className={`files__problem files__problem--${toneOf(stamps.complete)}`}>
                    {stamps.complete.problem}
                  </p>
                )}
                {problem !== null && <p className="files__problem">{problem}</p>}
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

/** Breaks anywhere but in its ending: a file is known by that. */
function FileName({ file }: { readonly file: string }): React.JSX.Element {
  const dot = file.lastIndexOf('.');
  const end = Math.max(0, dot - 3);
  return (
    <>
      {file.slice(0, end)}
      <span className="files__ending">{file.slice(end)}</span>
    </>
  );
}
