import { type EncodeSetting, unusedReason } from '../../../src-main/contract/copy-availability.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import { Button } from '../../controls/button.js';
import { Select, type SelectProps } from '../../controls/select.js';
import { Switch } from '../../controls/switch.js';
import {
  useConsole,
  useDisabledReason,
  useModel,
  useSession,
  useSettingDisabledReason,
} from '../../model/model-context.js';
import { Mp4Fields } from './mp4-fields.js';
import {
  BackupField,
  ceilingField,
  FallbackField,
  FolderField,
  maxFilesField,
  NumberField,
  splitField,
} from './output-fields.js';
import { TakeModeChoice } from './take-mode-choice.js';

const profileOptions = [
  { value: '720p30', label: '720p, 30 fps' },
  { value: '1080p30', label: '1080p, 30 fps' },
  { value: 'source', label: 'Source resolution' },
] as const;

const containerOptions = [
  { value: 'mp4', label: 'MP4 (H.264)' },
  { value: 'mkv', label: 'MKV (H.264)' },
  { value: 'webm', label: 'WebM (VP8)' },
] as const;

const crfOptions = [
  { value: '18', label: 'High' },
  { value: '23', label: 'Standard' },
  { value: '28', label: 'Small files' },
] as const;

const furtherAudioOptions = [
  { value: 'file', label: 'A file each' },
  { value: 'stream', label: 'Audio streams of one file' },
] as const;

const replayOptions = [
  { value: 'off', label: 'Off' },
  { value: '30', label: 'Last 30 s' },
  { value: '60', label: 'Last minute' },
  { value: '120', label: 'Last 2 minutes' },
  { value: '300', label: 'Last 5 minutes' },
] as const;

const countdownOptions = [
  { value: 'off', label: 'Off' },
  { value: '3', label: '3 seconds' },
  { value: '5', label: '5 seconds' },
  { value: '10', label: '10 seconds' },
] as const;

/** How and where the next take is written. One line when closed. */
export function OutputSettings(): React.JSX.Element | null {
  const settings = useConsole((state) => state.settings, null);
  const hasFileManager = useConsole((state) => state.host.hasFileManager, false);
  // All of these describe the take that runs: what holds for its folder holds for them.
  const disabledReason = useSettingDisabledReason('outputFolder');
  const { session } = useModel();
  if (settings === null) return null;
  const update = (change: Partial<Settings>): void => void session.run('updateSettings', change);
  const isCopy = settings.takeMode === 'copy';
  const crf = String(settings.crf);
  const crfChoices = withOwn(crfOptions, crf, `CRF ${crf}`);
  const replay = String(settings.replaySeconds ?? 'off');
  const replayChoices = withOwn(replayOptions, replay, `Last ${replay} s`);
  const countdown = String(settings.countdownSeconds ?? 'off');
  const countdownChoices = withOwn(countdownOptions, countdown, `${countdown} seconds`);
  return (
    <details
      className="output panel"
      onToggle={({ currentTarget }) => {
        // What has opened below the edge is what somebody wants to see.
        if (currentTarget.open) currentTarget.scrollIntoView({ block: 'nearest' });
      }}
    >
      <summary className="output__summary">
        <span className="panel__title">Output</span>
        <span className="output__line" title={settings.outputFolder}>
          {outputLine(settings)}
        </span>
      </summary>
      <div className="output__fields">
        {disabledReason !== null && <p className="output__reason">{disabledReason}</p>}
        <TakeModeChoice
          mode={settings.takeMode}
          disabledReason={disabledReason}
          onChoose={(takeMode) => update({ takeMode })}
        />
        <CopyFromNow />
        <Mp4Fields settings={settings} onChange={update} />
        <div className="output__pair">
          <EncodeSelect
            name="profileName"
            settings={settings}
            copied="As sent"
            label="Video"
            value={settings.profileName}
            options={profileOptions}
            disabledReason={disabledReason}
            onChoose={(profileName) => update({ profileName })}
          />
          <EncodeSelect
            name="container"
            settings={settings}
            copied="MKV"
            label="Format"
            value={settings.container}
            options={containerOptions}
            disabledReason={disabledReason}
            onChoose={(container) => update({ container })}
          />
          <EncodeSelect
            name="crf"
            settings={settings}
            copied="As sent"
            label="Quality"
            value={crf}
            options={crfChoices}
            disabledReason={disabledReason}
            onChoose={(chosen) => update({ crf: Number(chosen) })}
          />
          <EncodeSelect
            name="furtherAudio"
            settings={settings}
            copied="A file each"
            label="Further microphones"
            value={settings.furtherAudio}
            options={furtherAudioOptions}
            disabledReason={disabledReason}
            onChoose={(furtherAudio) => update({ furtherAudio })}
          />
          <Select
            label="Replay buffer"
            value={replay}
            options={replayChoices}
            disabledReason={disabledReason}
            onChoose={(chosen) => update({ replaySeconds: chosen === 'off' ? null : Number(chosen) })}
          />
          <Select
            label="Countdown"
            value={countdown}
            options={countdownChoices}
            disabledReason={disabledReason}
            onChoose={(chosen) => update({ countdownSeconds: chosen === 'off' ? null : Number(chosen) })}
          />
          <div className="field">
            <Switch
              label="Audio only"
              isOn={settings.audioOnly}
              disabledReason={disabledReason}
              onChange={(audioOnly) => update({ audioOnly })}
            />
          </div>
        </div>
        {settings.replaySeconds !== null && <p className="output__reason">{replayText(settings)}</p>}
        <FolderField
          key={settings.outputFolder}
          folder={settings.outputFolder}
          isReadOnly={disabledReason !== null}
          onCommit={(outputFolder) => update({ outputFolder })}
        />
        {hasFileManager && (
          <Button
            label="Choose folder"
            icon="folder"
            size="small"
            disabledReason={disabledReason}
            onPress={() => void session.run('chooseOutputFolder', {})}
          />
        )}
        <FallbackField
          key={`fallback-${settings.fallbackFolder}`}
          folder={settings.fallbackFolder}
          outputFolder={settings.outputFolder}
          isReadOnly={disabledReason !== null}
          onCommit={(fallbackFolder) => update({ fallbackFolder })}
        />
        <BackupField
          key={`backup-${settings.backupFolder}`}
          folder={settings.backupFolder}
          outputFolder={settings.outputFolder}
          isReadOnly={disabledReason !== null}
          onCommit={(backupFolder) => update({ backupFolder })}
        />
        {isCopy ? (
          <UnusedSettings settings={settings} />
        ) : (
          <NumberField
            key={`ceiling-${settings.memoryCeilingMegabytes ?? 'none'}`}
            {...ceilingField}
            value={settings.memoryCeilingMegabytes}
            isReadOnly={false}
            onCommit={(memoryCeilingMegabytes) => update({ memoryCeilingMegabytes })}
          />
        )}
        <NumberField
          key={`split-${settings.splitEveryMinutes ?? 'never'}`}
          {...splitField}
          value={settings.splitEveryMinutes}
          isReadOnly={disabledReason !== null}
          onCommit={(splitEveryMinutes) => update({ splitEveryMinutes })}
        />
        <NumberField
          key={`files-${settings.maxFiles ?? 'automatic'}`}
          {...maxFilesField}
          value={settings.maxFiles}
          isReadOnly={disabledReason !== null}
          onCommit={(maxFiles) => update({ maxFiles })}
        />
      </div>
    </details>
  );
}

/** While a take is encoded: it can be copied from now on, without an end. */
function CopyFromNow(): React.JSX.Element | null {
  const model = useModel();
  const isEncoding = useConsole(
    (state) => state.recorder === 'recording' && state.take?.mode === 'encode',
    false,
  );
  const disabledReason = useDisabledReason('continueCopied');
  const isGoingOver = useSession(({ pending }) => pending.has('continueCopied'));
  if (!isEncoding) return null;
  return (
    <Button
      label={isGoingOver ? 'Going over to copy mode…' : 'Copy from now on'}
      size="small"
      disabledReason={disabledReason}
      onPress={() => void model.continueCopied()}
    />
  );
}

interface EncodeSelectProps<Value extends string> extends SelectProps<Value> {
  readonly name: EncodeSetting;
  readonly settings: Settings;
  /** What holds of a copied take, whatever is chosen. */
  readonly copied: string;
}

/** A choice that says nothing of a copied take: it shows what holds there, and why. */
function EncodeSelect<Value extends string>(props: EncodeSelectProps<Value>): React.JSX.Element {
  const { copied, name, settings, ...select } = props;
  const unused = unusedReason(name, settings);
  if (unused === null) return <Select {...select} />;
  return <Select {...select} options={[{ value: select.value, label: copied }]} disabledReason={unused} />;
}

/** What copy mode has not, in place of its field; and whether it is set, so that nobody relies on it. */
function UnusedSettings({ settings }: { readonly settings: Settings }): React.JSX.Element {
  return (
    <p className="output__reason">
      In copy mode a take has no memory ceiling.
      {settings.memoryCeilingMegabytes !== null && <strong> The one that is set is not used now.</strong>}
    </p>
  );
}

function replayText({ container, takeMode }: Settings): string {
  if (takeMode === 'copy')
    return 'In copy mode the replay buffer receives what is sent, and encodes nothing: it costs memory, and little CPU.';
  return container === 'mp4'
    ? 'The replay buffer encodes everybody while nothing is recorded: it uses as much CPU as a take.'
    : 'The replay buffer needs MP4.';
}

/** All of it in a line, while it is closed. */
function outputLine({ audioOnly, container, outputFolder, profileName, takeMode }: Settings): string {
  const isCopy = takeMode === 'copy';
  return [
    ...(isCopy ? ['Copy'] : []),
    ...(audioOnly ? ['Audio only'] : isCopy ? [] : [profileName]),
    isCopy ? 'MKV' : container.toUpperCase(),
    lastPart(outputFolder),
  ].join(' · ');
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What another console, or the command line, has chosen is among the choices. */
function withOwn(options: readonly Choice[], value: string, label: string): readonly Choice[] {
  return options.some((option) => option.value === value) ? options : [...options, { value, label }];
}

function lastPart(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .pop() ?? path
  );
}
