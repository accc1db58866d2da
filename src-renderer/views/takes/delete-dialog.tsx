import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { useModel, useTakes } from '../../model/model-context.js';

/** Asks before a take is gone for good. */
export function DeleteDialog({ takeName }: { readonly takeName: string }): React.JSX.Element {
  const { takes } = useModel();
  const entry = useTakes((state) => state.entries?.find((candidate) => candidate.takeName === takeName));
  const cancel = (): void => takes.askToDelete(null);
  return (
    <Dialog title="Delete this take?" onClose={cancel}>
      <p className="dialog__text">
        <strong>{takeName}</strong>
        {entry !== undefined &&
          ` – ${formatQuantity(entry.files.length, 'file')}, ${formatBytes(entry.sizeBytes)}`}
        . Deleted takes cannot be restored.
      </p>
      <footer className="dialog__footer">
        <Button label="Cancel" onPress={cancel} />
        <Button label="Delete" icon="trash" variant="danger" onPress={() => void takes.remove(takeName)} />
      </footer>
    </Dialog>
  );
}
