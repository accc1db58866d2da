import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { useModel, useTakes } from '../../model/model-context.js';

/** Asks before a take is deleted, and for how long. */
export function DeleteDialog({ takeName }: { readonly takeName: string }): React.JSX.Element {
  const { takes } = useModel();
  const entry = useTakes((state) => state.entries?.find((candidate) => candidate.takeName === takeName));
  const made = entry?.deliverables ?? [];
  const madeBytes = made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const cancel = (): void => takes.askToDelete(null);
  return (
    <Dialog title="Delete this take?" onClose={cancel}>
      <p className="dialog__text">
        <strong>{takeName}</strong>
        {entry !== undefined &&
          ` – ${formatQuantity(entry.files.length, 'file')}, ${formatBytes(entry.sizeBytes)}`}
        . It goes to the trash of its output folder and can be restored. The disk space is free once the trash
        is emptied.
        {made.length > 0 &&
          ` The ${made.length === 1 ? 'MP4 file' : `${made.length} MP4 files`} that ${made.length === 1 ? 'was' : 'were'} made of it (${formatBytes(madeBytes)} of that) ${made.length === 1 ? 'goes' : 'go'} along.`}
        {entry?.files.some(({ folder }) => folder !== undefined) === true &&
          ' What is in its other folder stays there.'}
      </p>
      <footer className="dialog__footer">
        <Button label="Cancel" onPress={cancel} />
        <Button label="Delete for good" variant="quiet" onPress={() => void takes.remove(takeName, true)} />
        <Button
          label="Move to trash"
          icon="trash"
          variant="danger"
          onPress={() => void takes.remove(takeName, false)}
        />
      </footer>
    </Dialog>
  );
}
