/** What a change would do, for `--plan`. */
import type { Effect, PlannedEffects } from "../what-if/index.ts";
import { renderDecision } from "./render-transition.ts";

/** Lines for people: what would stop, start and move, how long it usually takes, and why. */
export function renderPlan(plan: PlannedEffects): string {
  const { effects, anyway, averted, blocked } = plan;
  const isQuiet = effects.length + averted.length + blocked.length === 0;
  const sections = [
    isQuiet
      ? ["Plan: changes nothing that runs; nothing would be stopped, started or moved"]
      : ["Plan (nothing was changed):"],
    effects.map((effect) => `  * ${renderEffect(effect)}`),
    blocked.map((decision) => `  * ${renderDecision(decision)}`),
    averted.map((effect) => `  * no longer ${renderEffect({ ...effect, usual: [], reason: "" })}`),
    renderTotal(plan),
    anyway.length === 0
      ? []
      : ["With or without the change:", ...anyway.map((effect) => `  * ${renderEffect(effect)}`)],
  ];
  return sections.flat().join("\n");
}

function renderTotal({ effects, usualTotalMs, comesToRest }: PlannedEffects): readonly string[] {
  if (!comesToRest) return ["The cluster would not come to rest: it would go on planning."];
  const operations = effects.flatMap(({ usual }) => usual);
  if (usualTotalMs === null || operations.length < 2) return [];
  return [`All of it usually takes ${renderSeconds(usualTotalMs)}.`];
}

/** `stops web on ip1 (usually 0.3 s): ip1 is in standby`. */
export function renderEffect(effect: Effect): string {
  const { reason, resource } = effect;
  const times = renderTimes(effect);
  const suffix = times === "" ? "" : ` (${times})`;
  const because = shortenReason(reason);
  const words = `${renderWhat(effect)}${suffix}`;
  return because === "" || resource === null ? words : `${words}: ${because}`;
}

function renderWhat({ what, resource, from, to }: Effect): string {
  switch (what) {
    case "start":
      return `starts ${resource} on ${to}`;
    case "stop":
      return `stops ${resource} on ${from}`;
    case "restart":
      return `restarts ${resource} on ${from}`;
    case "move":
      return `moves ${resource} from ${from} to ${to}`;
    case "migrate":
      return `migrates ${resource} from ${from} to ${to}`;
    case "promote":
      return `promotes ${resource} on ${to}`;
    case "demote":
      return `demotes ${resource} on ${from}`;
    case "reload":
      return `reloads ${resource} on ${from}`;
    case "fence":
      return `fences ${from}`;
    case "shutdown":
      return `lets ${from} leave the cluster`;
  }
}

function renderTimes({ usual }: Effect): string {
  const known = usual.flatMap(({ operation, usualMs }) =>
    usualMs === null ? [] : [{ operation, usualMs }],
  );
  const [only] = known;
  if (only === undefined) return "";
  if (usual.length === 1) return `usually ${renderSeconds(only.usualMs)}`;
  const parts = known.map(({ operation, usualMs }) => `${renderSeconds(usualMs)} to ${operation}`);
  return `usually ${parts.join(" and ")}`;
}

/** `moves from ip1 to ip2: ip1 is in standby` repeats in front what the line says already. */
function shortenReason(reason: string): string {
  const at = reason.indexOf(": ");
  return at < 0 ? "" : reason.slice(at + 2);
}

/** `0.3 s`; tenths are enough for what is only usual. */
export function renderSeconds(ms: number): string {
  if (ms < 100) return "under 0.1 s";
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
