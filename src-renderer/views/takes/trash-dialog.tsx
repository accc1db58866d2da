import { useState } from 'react';
import type { TrashedTake } from '../../../src-main/contract/takes.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { formatMoment } from '../../format/clock.js';
import { useModel, useSession, useTakes } from '../../model/model-context.js';
import { useWallClock } from '../../model/use-wall-clock.js';

/** Deleted takes: to be brought back, or to be gone for good. */
export function TrashDialog(): React.JSX.Element {
  const { takes } = useModel();
  const trash = useTakes((state) => state.trash);
  const isEmptying = useSession((state) => state.pending.has('emptyTrash'));
  const [isAsking, setAsking] = useState(false);
  const bytes = trash.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <Dialog title="Trash" className="dialog--wide" onClose={() => takes.showTrash(false)}>
      {trash.length === 0 ? (
        <p className="dialog__text">The trash is empty.</p>
      ) : (
        <ul className="trash">
          {trash.map((take) => (
            <TrashLine key={take.id} take={take} />
          ))}
        </ul>
      )}
      {isAsking && trash.length > 0 && (
        <p className="dialog__text" role="alert">
          <strong>
            Delete {formatQuantity(trash.length, 'take')} for good? {formatBytes(bytes)} will be freed.
          </strong>{' '}
          There is no way back.
        </p>
      )}
      <footer className="dialog__footer">
        <Button
          label={isAsking ? 'Keep them' : 'Close'}
          onPress={() => (isAsking ? setAsking(false) : takes.showTrash(false))}
        />
        {trash.length > 0 && (
          <Button
            label={isAsking ? 'Delete for good' : `Empty trash (${formatBytes(bytes)})`}
            icon="trash"
            variant="danger"
            isBusy={isEmptying}
            onPress={() => {
              if (isAsking) void takes.emptyTrash(null);
              setAsking(!isAsking);
            }}
          />
        )}
      </footer>
    </Dialog>
  );
}

function TrashLine({ take }: { readonly take: TrashedTake }): React.JSX.Element {
  const { takes } = useModel();
  const nowMs = useWallClock();
  return (
    <li className="trash__take">
      <span className="trash__name" title={take.takeName}>
        {take.takeName}
      </span>
      <span className="trash__facts">
        {formatBytes(take.sizeBytes)}, deleted {formatMoment(take.deletedAt, nowMs)}
      </span>
      <Button label="Restore" icon="refresh" size="small" onPress={() => void takes.restore(take.id)} />
    </li>
  );
}
