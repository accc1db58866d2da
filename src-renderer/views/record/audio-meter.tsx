import { useEffect, useRef } from 'react';
import type { Thumbnail } from '../../../src-main/contract/console.js';
import { useModel } from '../../model-context.js';
import { meterFloorDbfs, shareOfScale } from '../../stores/peak-hold.js';

interface AudioMeterProps {
  readonly identity: string;
  readonly kind: Thumbnail['kind'];
  readonly name: string;
}

const scaleDbfs = [-60, -40, -20, -9, 0] as const;
/** Numbers that change faster cannot be read, and are read aloud by nobody. */
const numberEveryMs = 1_000;

/** Loudness on a dBFS scale with a held peak and a clip light, drawn past React ten times a second. */
export function AudioMeter({ identity, kind, name }: AudioMeterProps): React.JSX.Element {
  const { media, now } = useModel();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const meter = ref.current;
    if (meter === null) return undefined;
    const [cover, held, number, track] = ['cover', 'held', 'number', 'track'].map((part) =>
      meter.querySelector<HTMLElement>(`.meter__${part}`),
    );
    let numberAtMs = Number.NEGATIVE_INFINITY;
    const show = (): void => {
      if (document.hidden) return;
      const { levelDbfs, heldDbfs, isClipping } = media.positionOf(identity, kind);
      cover?.style.setProperty(
        'background-size',
        `${((1 - shareOfScale(levelDbfs)) * 100).toFixed(1)}% 100%`,
      );
      held?.style.setProperty('background-position', `${(shareOfScale(heldDbfs) * 100).toFixed(1)}% 0`);
      meter.classList.toggle('meter--silent', heldDbfs <= meterFloorDbfs);
      meter.classList.toggle('meter--clipping', isClipping);
      if (now() - numberAtMs < numberEveryMs) return;
      numberAtMs = now();
      const isSilent = heldDbfs <= meterFloorDbfs;
      const text = isSilent ? 'silent' : `${heldDbfs.toFixed(0).replace('-', '−')} dB`;
      if (number && number.textContent !== text) number.textContent = text;
      track?.setAttribute('aria-valuenow', String(Math.round(Math.max(meterFloorDbfs, levelDbfs))));
      track?.setAttribute('aria-valuetext', isClipping ? `${text}, clipping` : text);
    };
    show();
    return media.onLevel(identity, kind, show);
  }, [media, now, identity, kind]);
  return (
    <div ref={ref} className="meter meter--silent">
      <div
        className="meter__track"
        role="meter"
        aria-label={`Level of ${name}`}
        aria-valuemin={meterFloorDbfs}
        aria-valuemax={0}
        aria-valuenow={meterFloorDbfs}
        aria-valuetext="silent"
      >
        <span className="meter__cover" />
        <span className="meter__held" />
      </div>
      <span className="meter__clip" aria-hidden="true">
        CLIP
      </span>
      <div className="meter__scale" aria-hidden="true">
        {scaleDbfs.map((dbfs) => (
          <span key={dbfs} style={{ left: `${shareOfScale(dbfs) * 100}%` }}>
            {dbfs === 0 ? '0' : `−${-dbfs}`}
          </span>
        ))}
      </div>
      <span className="meter__number" aria-hidden="true">
        silent
      </span>
    </div>
  );
}
