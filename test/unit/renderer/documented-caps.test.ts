import { expect, it } from 'vitest';
import { caps } from '../../../src-main/telemetry/budget.js';
import {
  eventLogCapEntries,
  framesInFlightCap,
  loopLateCapMs,
  nativeFramesCapPerStream,
} from '../../../src-renderer/stores/documented-caps.js';

it('shows the caps that the engine has', () => {
  expect(nativeFramesCapPerStream).toBe(caps.nativeVideoFrames);
  expect(framesInFlightCap).toBe(caps.framesInFlight);
  expect(loopLateCapMs).toBe(caps.loopLateAfterMs);
  expect(eventLogCapEntries).toBe(caps.eventLogEntries);
});
