/** Judges what was recorded: what a case promises, in complaints. */
import { pause } from "../lab/clock.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { type Pair, type Parts, untilReady } from "./pair.ts";
import type { Figures } from "./recorder.ts";

/** After a case it is watched for so long whether something else comes of it. */
export const AFTERWARDS_MS = 3000;
/** A move in order may take so long for the client. */
const MOVE_MAX_MS = 1000;
/** In the warm form both hold the address for a while on purpose, and one of them answers. */
const HANDOVER_MAX_MS = 3000;

/** The rest of a case after which the peer is active. */
export async function moved(
  pair: Pair,
  { at, active, passive }: Parts & { readonly at: number },
): Promise<Outcome> {
  const parts = await untilReady(pair);
  await pause(AFTERWARDS_MS);
  const figures = pair.recorder.figures(at);
  return {
    figures,
    notes: [],
    complaints: [
      ...(pair.form === "warm"
        ? complainOfHandover(figures)
        : [
            ...complainOfOutage(figures, MOVE_MAX_MS),
            ...complainOfOwners(figures, [active.name, "-", passive.name]),
          ]),
      ...complain(parts.active !== passive, `did not move to ${passive.name}`),
    ],
  };
}

/** The rest of a case that the client must not notice. */
export async function stayed(
  pair: Pair,
  { at, active, notes }: Omit<Parts, "passive"> & { at: number; notes: readonly string[] },
): Promise<Outcome> {
  const parts = await untilReady(pair);
  const figures = pair.recorder.figures(at);
  return {
    figures,
    notes,
    complaints: [
      ...complainOfFailures(figures),
      ...complainOfOwners(figures, [active.name]),
      ...complain(parts.active !== active, "moved"),
    ],
  };
}

/** True when this machine holds the address, and nobody else. */
export function isOnly(owners: readonly string[], machine: Machine): boolean {
  return owners.length === 1 && owners[0] === machine.name;
}

/** The text, if so. */
export function complain(isAmiss: boolean, text: string): readonly string[] {
  return isAmiss ? [text] : [];
}

/** No request may have failed. */
export function complainOfFailures({ failed }: Figures): readonly string[] {
  return complain(failed > 0, `${failed} requests failed`);
}

/** One outage at most, of at most so long. */
export function complainOfOutage({ outagesMs }: Figures, maxMs: number): readonly string[] {
  const isGood = outagesMs.length <= 1 && outagesMs.every((ms) => ms !== null && ms <= maxMs);
  return complain(!isGood, `outages ${outagesMs.join(", ")} ms, expected one of at most ${maxMs}`);
}

/** The owners must be these in this order; nobody in between may have been too short to be seen. */
export function complainOfOwners(figures: Figures, expected: readonly string[]): readonly string[] {
  const seen = figures.owners.filter((name) => name !== "-").join(" ");
  const wanted = expected.filter((name) => name !== "-").join(" ");
  return [
    ...complain(figures.doubleOwnerMs > 0, `two owners for ${figures.doubleOwnerMs} ms`),
    ...complain(seen !== wanted, `owners ${figures.owners.join(" ")}, expected ${wanted}`),
    ...complain(
      expected.length === 1 && figures.noOwnerMs > 0,
      `nobody held the address for ${figures.noOwnerMs} ms`,
    ),
  ];
}

function complainOfHandover(figures: Figures): readonly string[] {
  const { doubleOwnerMs } = figures;
  const isLong = doubleOwnerMs > HANDOVER_MAX_MS;
  return [
    ...complainOfFailures(figures),
    ...complain(isLong, `two owners for ${doubleOwnerMs} ms, expected at most ${HANDOVER_MAX_MS}`),
  ];
}
