/**
 * Caps of the engine's table that no snapshot carries. A test compares them with `telemetry/budget.ts`, which
 * this side of the contract must not import.
 */
export const nativeFramesCapPerStream = 4;
export const framesInFlightCap = 2;
export const loopLateCapMs = 300;
export const eventLogCapEntries = 1000;
