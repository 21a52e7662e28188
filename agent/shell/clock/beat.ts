/**
 * Time until a beat of the monotonic clock, which comes every `periodMs`: half of it at least, so
 * that no beat is met twice. Timers that are set by it run out together and wake this process once.
 */
export function untilBeatMs(periodMs: number): number {
  const restMs = periodMs - (Math.floor(performance.now()) % periodMs);
  return restMs < periodMs / 2 ? restMs + periodMs : restMs;
}
