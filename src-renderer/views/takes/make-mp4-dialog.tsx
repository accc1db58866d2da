import { useState } from 'react';
import type { DeliverableSettings } from '../../../src-main/contract/deliverables.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { Select } from '../../controls/select.js';
import {
  filesToMake,
  mp4FpsOptions,
  mp4SettingsOf,
  mp4SizeOptions,
  queuedTakes,
} from '../../derive/delivery.js';
import { useConsole, useModel } from '../../model/model-context.js';

/** Asks how MP4 files are made of a take; the answer is remembered. */
export function MakeMp4Dialog({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const { takes } = useModel();
  const settings = useConsole((state) => state.settings, null);
  const ahead = useConsole((state) => queuedTakes(state).length, 0);
  const [chosen, setChosen] = useState<Partial<DeliverableSettings>>({});
  const usual: DeliverableSettings =
    settings === null ? { fps: 30, size: 'source' } : mp4SettingsOf(settings);
  const { fps, size } = { ...usual, ...chosen };
  const close = (): void => takes.askToDeliver(null);
  const count = filesToMake(entry).length;
  return (
    <Dialog title="Make MP4" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void takes.deliver(entry.takeName, { fps, size });
        }}
      >
        <p className="dialog__text">
          {formatQuantity(count, 'file')} of <strong>{entry.takeName}</strong> as H.264 and AAC, each proven
          against its original. The originals stay as they are.
        </p>
        <div className="output__pair">
          <Select
            label="Frame rate"
            value={`${fps}`}
            options={mp4FpsOptions}
            onChoose={(value) => setChosen({ ...chosen, fps: Number(value) as DeliverableSettings['fps'] })}
          />
          <Select
            label="Size"
            value={size}
            options={mp4SizeOptions}
            onChoose={(value) => setChosen({ ...chosen, size: value })}
          />
        </div>
        <p className="quiet">
          {ahead === 0
            ? 'It runs behind everything else, also beside a take.'
            : `It has its turn after ${formatQuantity(ahead, 'other take')}.`}
        </p>
        <footer className="dialog__footer">
          <Button label="Cancel" variant="quiet" onPress={close} />
          <Button label="Make MP4" icon="download" variant="primary" type="submit" />
        </footer>
      </form>
    </Dialog>
  );
}
