import type { Marker } from '../../../src-main/contract/manifest.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { markersReason } from '../../derive/take-access.js';
import { useModel } from '../../model/model-context.js';

/** The markers of a take: to be jumped to, written, deleted and exported. */
export function MarkerList({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const model = useModel();
  const { condition, files, markers = [] } = entry;
  const reason = markersReason(condition);
  const none = markers.length === 0 ? 'The take has no markers.' : null;
  return (
    <section className="markers" aria-labelledby="markers-title">
      <header className="markers__head">
        <h3 id="markers-title" className="markers__title">
          {markers.length === 0 ? 'No markers' : formatQuantity(markers.length, 'marker')}
        </h3>
        <span className="take-actions__space" />
        <Button
          label="CSV"
          icon="download"
          size="small"
          variant="quiet"
          disabledReason={none}
          onPress={() => model.saveMarkers(entry, 'csv')}
        />
        <Button
          label="YouTube chapters"
          icon="download"
          size="small"
          variant="quiet"
          disabledReason={none}
          onPress={() => model.saveMarkers(entry, 'youtube')}
        />
      </header>
      {markers.length > 0 && (
        <>
          <div className="markers__scroll">
            <table className="marker-table">
              <caption className="visually-hidden">Markers of {entry.takeName}</caption>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">Name</th>
                  <th scope="col">Note</th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {markers.map((marker, index) => (
                  <MarkerLine
                    // Two of them may say the same.
                    key={`${marker.takeMs}/${marker.label}/${index}`}
                    takeName={entry.takeName}
                    marker={marker}
                    reason={reason}
                    canPlay={files.length > 0}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <p className="markers__note">
            Changes are written to the manifest. Chapters in the files stay as they were when the take was
            finalized.
          </p>
        </>
      )}
    </section>
  );
}

interface MarkerLineProps {
  readonly takeName: string;
  readonly marker: Marker;
  readonly reason: string | null;
  readonly canPlay: boolean;
}

function MarkerLine({ takeName, marker, reason, canPlay }: MarkerLineProps): React.JSX.Element {
  const model = useModel();
  const { takeMs, label, note = '' } = marker;
  const time = formatTimecode(takeMs);
  return (
    <tr>
      <th scope="row" className="markers__time">
        {canPlay ? (
          <button
            type="button"
            className="files__play"
            title={`Play from ${time}`}
            aria-label={`Play from ${time}, ${label}`}
            onClick={() => model.playFrom(takeMs)}
          >
            <Icon name="play" />
            <span className="markers__clock">{time}</span>
          </button>
        ) : (
          time
        )}
      </th>
      <td className="markers__name">{label}</td>
      <td className="markers__text">{note}</td>
      <td className="markers__actions">
        <Button
          label={`Edit ${label}`}
          icon="note"
          size="small"
          variant="quiet"
          isIconOnly
          disabledReason={reason}
          onPress={() => model.takes.askToMark(marker)}
        />
        <Button
          label={`Delete ${label}`}
          icon="trash"
          size="small"
          variant="quiet"
          isIconOnly
          disabledReason={reason}
          onPress={() => void model.takes.deleteMarker(takeName, marker)}
        />
      </td>
    </tr>
  );
}
