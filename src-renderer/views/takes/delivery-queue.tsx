import { Button } from '../../controls/button.js';
import { mp4Text, placeText, queuedTakes } from '../../derive/delivery.js';
import { useConsole, useModel } from '../../model/model-context.js';

/** Takes of which MP4 files are being made, and those that wait; nothing while there are none. */
export function DeliveryQueue(): React.JSX.Element | null {
  const { session, takes } = useModel();
  const delivery = useConsole((state) => state.delivery ?? null, null);
  const deliveryQueue = useConsole((state) => state.deliveryQueue, undefined);
  const queued = queuedTakes({ delivery, deliveryQueue });
  if (queued.length === 0) return null;
  return (
    <section className="mp4-queue" aria-label="MP4 files in the making">
      <h3 className="take-groups__day">Making MP4</h3>
      <ol className="mp4-queue__list">
        {queued.map((one) => (
          <li key={one.takeName} className="mp4-queue__line">
            <button type="button" className="mp4-queue__take" onClick={() => takes.select(one.takeName)}>
              <span className="mp4-queue__name">{one.takeName}</span>
              <span className="mp4-queue__place">
                {placeText(one, one.takeName === delivery?.takeName)}
                {one.settings !== undefined && `, ${mp4Text(one.settings)}`}
              </span>
            </button>
            <Button
              label={`Cancel MP4 of ${one.takeName}`}
              icon="close"
              variant="quiet"
              size="small"
              isIconOnly
              onPress={() => void session.run('cancelDelivery', { takeName: one.takeName })}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
