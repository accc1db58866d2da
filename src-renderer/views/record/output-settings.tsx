import { useState } from 'react';
import {
  maxFilesLimits,
  memoryCeilingLimits,
  splitMinutesLimits,
} from '../../../src-main/contract/limits.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import { Button } from '../../controls/button.js';
import { Field } from '../../controls/field.js';
import { Select } from '../../controls/select.js';
import { Switch } from '../../controls/switch.js';
import { useConsole, useModel, useSettingDisabledReason } from '../../model/model-context.js';

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
          {settings.audioOnly ? 'Audio only' : settings.profileName} · {settings.container.toUpperCase()} ·{' '}
          {lastPart(settings.outputFolder)}
        </span>
      </summary>
      <div className="output__fields">
        {disabledReason !== null && <p className="output__reason">{disabledReason}</p>}
        <div className="output__pair">
          <Select
            label="Video"
            value={settings.profileName}
            options={profileOptions}
            disabledReason={disabledReason}
            onChoose={(profileName) => update({ profileName })}
          />
          <Select
            label="Format"
            value={settings.container}
            options={containerOptions}
            disabledReason={disabledReason}
            onChoose={(container) => update({ container })}
          />
          <Select
            label="Quality"
            value={crf}
            options={crfChoices}
            disabledReason={disabledReason}
            onChoose={(chosen) => update({ crf: Number(chosen) })}
          />
          <Select
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
        {settings.replaySeconds !== null && (
          <p className="output__reason">
            {settings.container === 'mp4'
              ? 'The replay buffer encodes everybody while nothing is recorded: it uses as much CPU as a take.'
              : 'The replay buffer needs MP4.'}
          </p>
        )}
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
        <NumberField
          key={`ceiling-${settings.memoryCeilingMegabytes ?? 'none'}`}
          {...ceilingField}
          value={settings.memoryCeilingMegabytes}
          isReadOnly={false}
          onCommit={(memoryCeilingMegabytes) => update({ memoryCeilingMegabytes })}
        />
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

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What another console, or the command line, has chosen is among the choices. */
function withOwn(options: readonly Choice[], value: string, label: string): readonly Choice[] {
  return options.some((option) => option.value === value) ? options : [...options, { value, label }];
}

interface FolderFieldProps {
  readonly folder: string;
  readonly isReadOnly: boolean;
  readonly onCommit: (folder: string) => void;
}

function FolderField({ folder, isReadOnly, onCommit }: FolderFieldProps): React.JSX.Element {
  const [text, setText] = useState(folder);
  const isEmpty = text.trim() === '';
  return (
    <Field
      label="Output folder"
      value={text}
      isReadOnly={isReadOnly}
      problem={isEmpty ? 'Enter a folder.' : null}
      onChange={setText}
      onLeave={() => {
        if (isEmpty) setText(folder);
        else if (text.trim() !== folder) onCommit(text.trim());
      }}
    />
  );
}

type FurtherFolderProps = FolderFieldProps & { readonly outputFolder: string };

function FallbackField(props: FurtherFolderProps): React.JSX.Element {
  return (
    <FurtherFolderField
      {...props}
      name="fallbackFolder"
      label="Go on here when the disk fails"
      placeholder="Nowhere: the take ends"
      hint="A folder on another disk. The take goes on there in its next part."
    />
  );
}

function BackupField(props: FurtherFolderProps): React.JSX.Element {
  return (
    <FurtherFolderField
      {...props}
      name="backupFolder"
      label="Second copy of each take"
      placeholder="None"
      hint="A folder on another disk. It gets every file while it is recorded, and is compared with the take at the end."
    />
  );
}

interface FurtherFolderFieldProps extends FurtherFolderProps {
  readonly name: keyof Settings;
  readonly label: string;
  /** What holds when nothing is entered. */
  readonly placeholder: string;
  readonly hint: string;
}

/** Empty for none. */
function FurtherFolderField(props: FurtherFolderFieldProps): React.JSX.Element {
  const { folder, onCommit, outputFolder, ...field } = props;
  const [text, setText] = useState(folder);
  const isSame = text.trim() === outputFolder;
  return (
    <Field
      {...field}
      value={text}
      isOptional
      problem={isSame ? 'That is the output folder. Enter one on another disk.' : null}
      onChange={setText}
      onLeave={() => {
        if (!isSame && text.trim() !== folder) onCommit(text.trim());
      }}
    />
  );
}

/** May be changed while a take runs: that is when somebody finds that it is needed. */
const ceilingField = {
  name: 'memoryCeilingMegabytes',
  label: 'Memory ceiling (MB)',
  placeholder: 'None',
  hint: 'Video quality is reduced before the limit is reached; audio is never touched. Takes effect at once.',
  min: memoryCeilingLimits.minMegabytes,
  max: memoryCeilingLimits.maxMegabytes,
} as const;

const splitField = {
  name: 'splitEveryMinutes',
  label: 'New files every (minutes)',
  placeholder: 'Never',
  hint: 'The take goes on in its next part, and no frame is lost there. While it runs you can split it at any moment.',
  ...splitMinutesLimits,
} as const;

const maxFilesField = {
  name: 'maxFiles',
  label: 'Files at once',
  placeholder: 'Automatic',
  hint: 'Automatic: as many as the memory and the cores of the recording machine carry. Whoever is beyond that is named, and not recorded.',
  ...maxFilesLimits,
} as const;

interface NumberFieldProps {
  readonly name: string;
  readonly label: string;
  /** What holds when nothing is entered. */
  readonly placeholder: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly value: number | null;
  readonly isReadOnly: boolean;
  readonly onCommit: (value: number | null) => void;
}

/** A whole number, or nothing. */
function NumberField({ value: known, min, max, onCommit, ...field }: NumberFieldProps): React.JSX.Element {
  const [text, setText] = useState(known === null ? '' : String(known));
  const value = text.trim() === '' ? null : Number(text);
  const isValid = value === null || (Number.isInteger(value) && value >= min && value <= max);
  return (
    <Field
      {...field}
      value={text}
      isOptional
      problem={isValid ? null : `Enter a whole number from ${min} to ${max}, or leave it empty.`}
      onChange={setText}
      onLeave={() => {
        if (isValid && value !== known) onCommit(value);
      }}
    />
  );
}

function lastPart(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .pop() ?? path
  );
}
