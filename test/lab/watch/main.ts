// The watch process, in the client's network: asks the address every few ms and reads as often,
// from outside, which hosts hold it. One line a record goes to standard output; a line on standard
// input replaces the list of hosts; its end ends the process.
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { monotonicMs } from "../clock.ts";
import { addressReader, sampleOwners } from "./owners.ts";
import { probeOnce } from "./prober.ts";
import { encodeOwners, encodeProbe, type WatchPlan } from "./records.ts";

const FLUSH_INTERVAL_MS = 25;
// A prober that waits for a core measures itself. It needs less than a tenth of one.
const NICENESS = -10;

function main(): void {
  const plan = parsePlan(process.argv[2] ?? "");
  if (process.getuid?.() === 0) setPriority(NICENESS); // Nobody else may.
  const holds = addressReader(plan.address);
  const state = { hosts: plan.hosts, owners: "none yet", output: "" };
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      state.hosts = parsePlan(line).hosts;
    })
    .on("close", () => process.exit(0));
  everyMs(plan.intervalMs, () => {
    probeOnce(plan, (record) => {
      state.output += encodeProbe(record);
    });
  });
  everyMs(plan.intervalMs, () => {
    const owners = sampleOwners(state.hosts, holds);
    if (owners.join() === state.owners) return;
    state.owners = owners.join();
    state.output += encodeOwners({ at: monotonicMs(), owners });
  });
  setInterval(() => {
    if (state.output !== "") process.stdout.write(state.output);
    state.output = "";
  }, FLUSH_INTERVAL_MS);
}

/** Calls back on a steady beat. Beats that were missed are left out, not made up for in a burst. */
function everyMs(intervalMs: number, act: () => void): void {
  let nextAt = monotonicMs();
  const beat = () => {
    act();
    const now = monotonicMs();
    nextAt = Math.max(nextAt + intervalMs, now);
    setTimeout(beat, Math.max(0, Math.floor(nextAt - now)));
  };
  beat();
}

function parsePlan(text: string): WatchPlan {
  const plan: unknown = JSON.parse(text);
  if (!isPlan(plan)) throw new Error(`watch: not a plan: ${text}`);
  return plan;
}

function isPlan(value: unknown): value is WatchPlan {
  return typeof value === "object" && value !== null && "hosts" in value && "address" in value;
}

main();
