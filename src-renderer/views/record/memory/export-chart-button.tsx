import { Button } from '../../../controls/button.js';
import { useModel, useViewChoice } from '../../../model/model-context.js';

/** Saves the memory chart as an image, for a ticket. */
export function ExportChartButton(): React.JSX.Element {
  const model = useModel();
  const isBusy = useViewChoice((choices) => choices.isExportingChart);
  return (
    <Button
      label="Export memory chart"
      icon="image"
      variant="quiet"
      size="small"
      shortcut="exportChart"
      isIconOnly
      isBusy={isBusy}
      onPress={() => void model.exportChart()}
    />
  );
}
