/**
 * Milliseconds of the host's monotonic clock (CLOCK_MONOTONIC on Linux): unlike
 * `performance.now()`, which begins with each process, it is the same in all processes of a host.
 */
export function hostMonotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
