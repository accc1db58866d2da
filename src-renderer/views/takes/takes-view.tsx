import { useEffect } from 'react';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { useConsole, useModel, useTakes } from '../../model/model-context.js';
import { DeleteDialog } from './delete-dialog.js';
import { DeliveryQueue } from './delivery-queue.js';
import { DescribeDialog } from './describe-dialog.js';
import { MakeMp4Dialog } from './make-mp4-dialog.js';
import { MarkerEditDialog } from './marker-edit-dialog.js';
import { TakeDetails } from './take-details.js';
import { TakeList } from './take-list.js';
import { TakeSearch } from './take-search.js';
import { TrashDialog } from './trash-dialog.js';

/** What was recorded: to be looked at, checked, found on the disk, and thrown away. */
export function TakesView(): React.JSX.Element {
  const model = useModel();
  const entries = useTakes((state) => state.entries);
  const isLoading = useTakes((state) => state.isLoading);
  const listProblem = useTakes((state) => state.listProblem);
  const selected = useTakes((state) => state.selected);
  const deleting = useTakes((state) => state.deleting);
  const describing = useTakes((state) => state.describing);
  const delivering = useTakes((state) => state.delivering);
  const marking = useTakes((state) => state.marking);
  const trashed = useTakes((state) => state.trash.length);
  const isTrashOpen = useTakes((state) => state.isTrashOpen);
  const folder = useConsole((state) => state.settings.outputFolder, '');
  useEffect(() => {
    void model.takes.refresh();
  }, [model, folder]);
  const entry = entries?.find(({ takeName }) => takeName === selected);
  const described = entries?.find(({ takeName }) => takeName === describing);
  const delivered = entries?.find(({ takeName }) => takeName === delivering);
  const total = entries?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0;
  return (
    <div className="takes">
      <Panel
        title={entries === null ? 'Takes' : `Takes ${entries.length}`}
        className="takes__list"
        aside={
          <>
            {total > 0 && <span>{formatBytes(total)}</span>}
            {trashed > 0 && (
              <Button
                label={`Trash ${trashed}`}
                icon="trash"
                variant="quiet"
                size="small"
                onPress={() => model.takes.showTrash(true)}
              />
            )}
            <Button
              label="Refresh"
              icon="refresh"
              variant="quiet"
              size="small"
              isIconOnly
              isBusy={isLoading}
              onPress={() => void model.takes.refresh()}
            />
          </>
        }
      >
        <DeliveryQueue />
        {listProblem !== null && !isLoading && (
          <p className="quiet quiet--padded" role="alert">
            {listProblem.message} {listProblem.hint}
          </p>
        )}
        {entries === null && <p className="quiet quiet--padded">{isLoading ? 'Reading the folder…' : ''}</p>}
        {entries?.length === 0 && (
          <div className="empty">
            <Icon name="record" />
            <p className="empty__title">No takes yet</p>
            <p className="empty__text">
              Takes in <code>{folder}</code> appear here
            </p>
            <Button label="Go to Record" shortcut="record" onPress={() => model.show('record')} />
          </div>
        )}
        {entries !== null && entries.length > 0 && (
          <>
            <TakeSearch />
            <TakeList entries={entries} />
          </>
        )}
      </Panel>
      {entry !== undefined && <TakeDetails key={entry.takeName} entry={entry} />}
      {deleting !== null && <DeleteDialog takeName={deleting} />}
      {delivered !== undefined && <MakeMp4Dialog entry={delivered} />}
      {described !== undefined && <DescribeDialog entry={described} />}
      {marking !== null && <MarkerEditDialog {...marking} />}
      {isTrashOpen && <TrashDialog />}
    </div>
  );
}
