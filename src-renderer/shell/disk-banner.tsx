import { useState } from 'react';
import { diskLevel } from '../../src-main/contract/limits.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { formatDuration } from '../../src-main/format/time.js';
import { Button } from '../controls/button.js';
import { Field } from '../controls/field.js';
import { Icon } from '../controls/icon.js';
import { useConsole, useDisabledReason, useModel, useTelemetryValues } from '../model/model-context.js';

/** The disk of the take that runs is nearly full, or takes nothing: it can go on in another folder. */
export function DiskBanner(): React.JSX.Element | null {
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  const hasFileManager = useConsole((state) => state.host.hasFileManager, false);
  const { what } = useTelemetryValues(({ snapshot }) => ({ what: diskTrouble(snapshot) }));
  const moveDisabledReason = useDisabledReason('moveTake');
  const model = useModel();
  const [folder, setFolder] = useState<string | null>(null);
  const [isMoving, setMoving] = useState(false);
  if (!isRecording || what === null) return null;
  const move = async (chosen: string | null): Promise<void> => {
    setMoving(true);
    if (await model.moveTake(chosen)) setFolder(null);
    setMoving(false);
  };
  const disabledReason =
    moveDisabledReason ?? (folder?.trim() === '' ? 'Enter a folder on another disk.' : null);
  return (
    <div className="banner banner--warning" role="status">
      <Icon name="disk" />
      <div className="banner__text">
        <strong>{what}</strong> The take can go on in another folder, in its next part. Nothing is lost by
        that.
        {folder !== null && (
          <Field
            label="Folder to go on in"
            value={folder}
            placeholder="/another-disk/takes"
            isAskedFor
            onChange={setFolder}
            onEnter={() => {
              if (disabledReason === null && !isMoving) void move(folder.trim());
            }}
          />
        )}
      </div>
      <Button
        label={folder === null ? 'Choose another folder and go on' : 'Go on there'}
        icon="folder"
        size="small"
        isBusy={isMoving}
        disabledReason={disabledReason}
        onPress={() => {
          // In a browser nobody can be asked by a dialog of the recording machine.
          if (folder === null && !hasFileManager) setFolder('');
          else void move(folder === null ? null : folder.trim());
        }}
      />
    </div>
  );
}

/** Null while nothing is wrong with it. */
function diskTrouble(snapshot: Snapshot | null): string | null {
  if (snapshot === null) return null;
  const { freeBytes, secondsToFull } = snapshot.disk;
  if ((snapshot.conditions ?? []).some(({ name }) => name === 'diskSlow')) return 'The disk takes nothing.';
  if (diskLevel({ freeBytes, secondsToFull }) === 'ok') return null;
  // Said once for a while: a figure that changes each second is in the bar.
  const minutes = secondsToFull === null ? null : Math.ceil(secondsToFull / 60);
  return minutes === null
    ? `Less than ${formatBytes(Math.ceil((freeBytes ?? 0) / 1e8) * 1e8)} are left on the disk.`
    : `The disk is full in less than ${formatDuration(minutes * 60_000)}.`;
}
