import type { Watch } from "../lab/watch/index.ts";
import type { Deed, FaultScenario, Mark } from "./scenarios/index.ts";

/** What was recorded of a run. */
type Seen = Pick<Watch, "owners" | "probes">;

/**
 * What happened from the fault on, in order: who held the address as the hosts' kernels told it,
 * who answered the client, and the scenario's own marks.
 */
export function eventsOf(watch: Seen, deed: Deed): Mark[] {
  const isIn = (at: number) => at >= deed.faultAt && at <= deed.untilAt;
  const owners = watch.owners
    .filter(({ at }) => isIn(at))
    .map((record) => ({ at: record.at, what: whoHolds(record.owners) }));
  const marks = (deed.marks ?? []).filter(({ at }) => isIn(at));
  return [...owners, ...answersOf(watch, deed), ...marks].sort((a, b) => a.at - b.at);
}

/** One line an event, for people. */
export function renderEvents(events: readonly Mark[], faultAt: number): string[] {
  return events.map(({ at, what }) => `+${((at - faultAt) / 1000).toFixed(1)} s  ${what}`);
}

/**
 * What of the order is not as the scenario promises. A service that stays is never held or answered
 * for by the other host; one that moves goes to the other once and does not come back.
 */
export function disorderOf(
  { watch, deed, before }: { watch: Seen; deed: Deed; before: string | null },
  service: FaultScenario["service"],
): string | undefined {
  if (service === undefined || before === null) return undefined;
  const holders = inTurn(
    watch.owners.filter(({ at }) => at >= deed.faultAt && at <= deed.untilAt).map(soleOwner),
  );
  const answered = inTurn(
    watch.probes
      .filter(({ ok, startAt, endAt }) => ok && startAt >= deed.faultAt && endAt <= deed.untilAt)
      .sort((a, b) => a.startAt - b.startAt)
      .map(({ host }) => host),
  );
  return (
    disorderIn(holders, "held by", { before, service }) ??
    disorderIn(answered, "answered by", { before, service })
  );
}

function disorderIn(
  turns: readonly string[],
  verb: string,
  { before, service }: { readonly before: string; readonly service: "moves" | "stays" },
): string | undefined {
  const others = turns.filter((name) => name !== before);
  const said = `the address was ${verb} ${turns.join(", then ") || "nobody"}`;
  if (service === "stays") {
    return others.length > 0 ? `${said}, and should have stayed at ${before}` : undefined;
  }
  const isMoved = others.length === 1 && turns.at(-1) === others[0] && turns.length <= 2;
  return isMoved ? undefined : `${said}, and should have gone from ${before} once`;
}

/** The names one after the other, each once a turn; moments without a name do not count. */
function inTurn(names: readonly string[]): string[] {
  const known = names.filter((name) => name !== "");
  return known.filter((name, index) => name !== known[index - 1]);
}

/** Two at once are a matter of the figure for two owners. */
function soleOwner({ owners }: { readonly owners: readonly string[] }): string {
  return owners.length === 1 ? (owners[0] ?? "") : "";
}

function whoHolds(owners: readonly string[]): string {
  if (owners.length === 0) return "nobody holds the address";
  return `${owners.join(" and ")} hold${owners.length === 1 ? "s" : ""} the address`;
}

/** The first answer of each turn of a host, and the first failure after an answer. */
function answersOf(watch: Seen, deed: Deed): Mark[] {
  const probes = watch.probes
    .filter(({ endAt }) => endAt >= deed.faultAt && endAt <= deed.untilAt)
    .sort((a, b) => a.endAt - b.endAt);
  const marks: Mark[] = [];
  let last: string | undefined;
  for (const { ok, host, endAt } of probes) {
    const now = ok ? host : "";
    if (now === last) continue;
    if (ok || last !== undefined) {
      marks.push({ at: endAt, what: ok ? `${host} answers` : "the client is not answered" });
    }
    last = now;
  }
  return marks;
}
