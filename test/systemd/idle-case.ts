/** What the cluster manager costs on each host while nothing happens. */
import { costOf, sampleCost } from "../drill/scenarios/process-cost.ts";
import { monotonicMs, pause } from "../lab/clock.ts";
import { complain, complainOfFailures } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import type { Pair, Parts } from "./pair.ts";

/** The code of an agent is compiled, and what its start needed collected. */
const WARM_UP_MS = 30_000;
const MEASURED_MS = 30_000;
const PSS_MAX_MIB = 75;

/** Runs the case; processor time depends on the host, so that only memory is judged. */
export async function idleCost(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  await pause(WARM_UP_MS);
  const machines = [active, passive] as const;
  const at = monotonicMs();
  const before = machines.map((machine) => sampleCost(machine));
  await pause(MEASURED_MS);
  const costs = machines.map((machine, index) => {
    const first = before[index];
    if (first === undefined) throw new Error(`${machine.name}: not measured`);
    return costOf(first, sampleCost(machine));
  });
  const figures = pair.recorder.figures(at);
  const notes = costs.map(({ pss_mib: pss, cpu_percent: cpu, ended_cpu_percent: ended }, index) => {
    const role = index === 0 ? "active" : "passive";
    return `${role} ${pss} MiB PSS, ${cpu} % of a core and ${ended} % in what it ran`;
  });
  const most = Math.max(...costs.map(({ pss_mib: pss }) => pss));
  return {
    figures,
    notes,
    complaints: [
      ...complainOfFailures(figures),
      ...complain(most > PSS_MAX_MIB, `${most} MiB, expected at most ${PSS_MAX_MIB}`),
    ],
  };
}
