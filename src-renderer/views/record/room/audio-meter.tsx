import { useEffect, useRef } from 'react';
import type { Thumbnail } from '../../../../src-main/contract/media-events.js';
import { meterFloorDbfs, shareOfScale } from '../../../derive/peak-hold.js';
import { useModel } from '../../../model/model-context.js';

interface AudioMeterProps {
  readonly identity: string;
  readonly kind: Thumbnail['kind'];
  readonly name: string;
  /** How many of their tracks it is of: it shows the loudest. */
  readonly tracks: number;
}

const scaleDbfs = [-60, -40, -20, -9, 0] as const;
/** In pixels of the bar's canvas, which is stretched over the track. */
const barWidth = 300;
const heldWidth = 3;
/** Numbers that change faster cannot be read, and are read aloud by nobody. */
const numberEveryMs = 1_000;

/** Loudness on a dBFS scale with a held peak and a clip sign that stays until it is pressed, drawn past React ten times a second. */
export function AudioMeter({ identity, kind, name, tracks }: AudioMeterProps): React.JSX.Element {
  const { media, now } = useModel();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const meter = ref.current;
    if (meter === null) return undefined;
    const [number, track] = ['number', 'track'].map((part) =>
      meter.querySelector<HTMLElement>(`.meter__${part}`),
    );
    const bar = meter.querySelector<HTMLCanvasElement>('.meter__bar');
    if (bar === null) return undefined;
    let numberAtMs = Number.NEGATIVE_INFINITY;
    let colors = colorsOf(bar);
    const show = (): void => {
      if (document.hidden) return;
      const { levelDbfs, heldDbfs, hasClipped } = media.positionOf(identity, kind);
      const isNumberDue = now() - numberAtMs >= numberEveryMs;
      // The theme is asked for with the number: to ask costs as much as to draw.
      if (isNumberDue) colors = colorsOf(bar);
      drawBar(bar, colors, shareOfScale(levelDbfs), shareOfScale(heldDbfs));
      meter.classList.toggle('meter--clipped', hasClipped);
      if (!isNumberDue) return;
      numberAtMs = now();
      const isSilent = heldDbfs <= meterFloorDbfs;
      const text = isSilent
        ? silenceText(media.quietMs(identity, kind, now()))
        : `${heldDbfs.toFixed(0).replace('-', '−')} dB`;
      if (number && number.textContent !== text) number.textContent = text;
      track?.setAttribute('aria-valuenow', String(Math.round(Math.max(meterFloorDbfs, levelDbfs))));
      track?.setAttribute('aria-valuetext', hasClipped ? `${text}, has clipped` : text);
    };
    const showInNewColors = (): void => {
      numberAtMs = Number.NEGATIVE_INFINITY;
      show();
    };
    show();
    // Who is silent sends no level that would bring the colors of another theme.
    const themes = new MutationObserver(showInNewColors);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const endLevels = media.onLevel(identity, kind, show);
    return () => {
      themes.disconnect();
      endLevels();
    };
  }, [media, now, identity, kind]);
  const label = `Level of ${name}${tracks > 1 ? `, the loudest of ${tracks} tracks` : ''}`;
  return (
    <div ref={ref} className="meter" title={tracks > 1 ? label : undefined}>
      <div
        className="meter__track"
        role="meter"
        aria-label={label}
        aria-valuemin={meterFloorDbfs}
        aria-valuemax={0}
        aria-valuenow={meterFloorDbfs}
        aria-valuetext="silent"
      >
        <canvas className="meter__bar" width={barWidth} height={1} />
      </div>
      {/* Out of reach while it has not clipped. */}
      <button
        type="button"
        className="meter__clip"
        aria-label={`CLIP: reset ${name}`}
        title="It has clipped. Press to reset."
        onClick={() => media.resetClip(identity, kind)}
      >
        CLIP
      </button>
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

/** Shorter silence is a pause. */
const tellsSilenceMs = 5_000;

/** `silent`, or for how long once that is more than a pause. */
function silenceText(quietMs: number): string {
  if (quietMs < tellsSilenceMs) return 'silent';
  const seconds = Math.floor(quietMs / 1000);
  return seconds < 60 ? `silent ${seconds} s` : `silent ${Math.floor(seconds / 60)} min`;
}

interface BarColors {
  readonly cover: string;
  readonly held: string;
}

function colorsOf(bar: HTMLCanvasElement): BarColors {
  const { color: held, outlineColor: cover } = getComputedStyle(bar);
  return { cover, held };
}

/** Covers what is louder than now and marks the held peak: a canvas needs no new style and no new layout. */
function drawBar(bar: HTMLCanvasElement, { cover, held }: BarColors, level: number, peak: number): void {
  const context = bar.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, barWidth, 1);
  context.fillStyle = cover;
  context.fillRect(level * barWidth, 0, barWidth, 1);
  if (peak <= 0) return;
  context.fillStyle = held;
  context.fillRect(Math.min(peak * barWidth, barWidth - heldWidth), 0, heldWidth, 1);
}
