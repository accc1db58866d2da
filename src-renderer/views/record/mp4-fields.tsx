import type { Settings } from '../../../src-main/contract/settings.js';
import { Select } from '../../controls/select.js';
import { Switch } from '../../controls/switch.js';
import { mp4FpsOptions, mp4SizeOptions } from '../../derive/delivery.js';

interface Mp4FieldsProps {
  readonly settings: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

/** Whether MP4 files are made of each copied take, and how. May be changed while one runs: its end is what counts. */
export function Mp4Fields({ settings, onChange }: Mp4FieldsProps): React.JSX.Element | null {
  if (settings.takeMode === 'encode') return null;
  return (
    <>
      <div className="field">
        <Switch
          label="Make MP4 when a copied take has ended"
          isOn={settings.makesMp4}
          disabledReason={null}
          onChange={(makesMp4) => onChange({ makesMp4 })}
        />
      </div>
      {settings.makesMp4 && (
        <div className="output__pair">
          <Select
            label="MP4 frame rate"
            value={`${settings.mp4Fps}`}
            options={mp4FpsOptions}
            onChoose={(fps) => onChange({ mp4Fps: Number(fps) as Settings['mp4Fps'] })}
          />
          <Select
            label="MP4 size"
            value={settings.mp4Size}
            options={mp4SizeOptions}
            onChoose={(mp4Size) => onChange({ mp4Size })}
          />
        </div>
      )}
    </>
  );
}
