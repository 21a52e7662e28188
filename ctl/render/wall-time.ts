const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Wall-clock milliseconds since 1970 in local time, as `ctime` writes: `Fri Nov 20 20:24:59 2026`.
 */
export function renderWallTime(wallMs: number): string {
  const date = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = String(date.getDate()).padStart(2, " ");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${time} ${date.getFullYear()}`;
}

/** A duration as Pacemaker shows it: `77ms`, `2s`, `1m30s`, `2.072s`; `0s` for none. */
export function renderReadable(durationMs: number): string {
  const parts = [
    [Math.floor(durationMs / DAY_MS), "d"],
    [Math.floor((durationMs % DAY_MS) / HOUR_MS), "h"],
    [Math.floor((durationMs % HOUR_MS) / MINUTE_MS), "m"],
  ] as const;
  const seconds = Math.floor((durationMs % MINUTE_MS) / SECOND_MS);
  const rest = durationMs % SECOND_MS;
  const long = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`;
  if (seconds > 0) return [...long, `${seconds}${fraction}s`].join("");
  if (rest > 0) return [...long, `${rest}ms`].join("");
  return long.length === 0 ? "0s" : long.join("");
}
