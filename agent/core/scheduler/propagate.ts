import type { Link } from "./links.ts";
import type { Step } from "./steps.ts";

/**
 * Carries the meaning of the links through until nothing changes: what restarts because something
 * else does, what must stop because something else cannot start. Within one pass steps only ever
 * become required or impossible, so at most two changes a step happen, whatever loops the links
 * contain. A start that turns out to be impossible must make nothing else restart (it would do so
 * again in every transition), so the pass is repeated without it; each repetition finds at least
 * one more such start, or is the last.
 */
export function propagate(links: readonly Link[]): void {
  const steps = new Set(links.flatMap(({ first, second }) => [first, second]));
  const initial = [...steps].map((step) => ({ step, before: { ...step } }));
  const impossible = new Set<Step>();
  for (let isNew = true; isNew; ) {
    for (const { step, before } of initial) {
      step.isRequired = before.isRequired;
      step.isRunnable = before.isRunnable;
      step.why = before.why;
    }
    runPass(links, impossible);
    const found = [...steps].filter(
      (step) => step.kind === "start" && step.isRequired && !step.isRunnable,
    );
    isNew = found.some((step) => !impossible.has(step));
    for (const step of found) impossible.add(step);
  }
}

function runPass(links: readonly Link[], impossible: ReadonlySet<Step>): void {
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (const link of links) if (applyLink(link, impossible)) isChanged = true;
  }
}

function applyLink(link: Link, impossible: ReadonlySet<Step>): boolean {
  const { first, second: then } = link;
  let isChanged = false;
  if (link.isAsymmetrical && !first.isRunnable && !isUnaffected(then)) {
    isChanged = require(then, first, link) || isChanged;
    isChanged = block(then, first, link) || isChanged;
  }
  if (link.firstImpliesThen && first.isRequired && !impossible.has(first)) {
    isChanged = require(then, first, link) || isChanged;
  }
  if (link.thenImpliesFirst && then.isRequired && !impossible.has(then)) {
    isChanged = require(first, then, link) || isChanged;
  }
  if (link.blocks && !first.isRunnable) isChanged = block(then, first, link) || isChanged;
  // What cannot be stopped must not lose the ground it stands on.
  const isStuck = first.kind === "stop" && !first.isRunnable && !first.isImplied;
  const isMandatory = link.thenImpliesFirst || link.isRestart || link.firstImpliesThen;
  const mayMatter = first.isRequired || (then.kind === "stop" && !first.resource.isManaged);
  const isOwnCopy = first.resource === then.resource && then.isRequired;
  if (isStuck && mayMatter && (isMandatory || isOwnCopy) && !isSpare(then, first)) {
    isChanged = block(then, first, link) || isChanged;
  }
  if (link.isRestart) isChanged = applyRestart(link) || isChanged;
  return isChanged;
}

/** Whether an order without a stop side leaves a step alone: nothing about it would change. */
function isUnaffected(then: Step): boolean {
  if (then.isRequired) return false;
  if (then.kind === "stop") return then.resource.activeOn.length === 0;
  return then.node !== null && then.resource.activeOn.includes(then.node);
}

/** A second copy elsewhere may always stop: what cannot be stopped keeps the one beside it. */
function isSpare(stop: Step, stuck: Step): boolean {
  if (stop.kind !== "stop" || stop.resource === stuck.resource || stuck.node === null) return false;
  return stop.node !== stuck.node && stop.resource.activeOn.includes(stuck.node);
}

function applyRestart({ first: stop, second: start }: Link): boolean {
  const isUnstartable = !start.isRunnable && start.resource.isManaged;
  if (!start.isRequired && !isUnstartable) return false;
  if (stop.isRequired || (!stop.isRunnable && !start.isRequired)) return false;
  stop.isRequired = true;
  if (stop.why === "") stop.why = start.why;
  return true;
}

function require(step: Step, cause: Step, link: Link): boolean {
  if (step.isRequired) return false;
  // A start without a node is only there to block, and what is not managed is never started.
  if (step.kind === "start" && (step.node === null || !step.resource.isManaged)) return false;
  step.isRequired = true;
  if (step.why === "") step.why = renderCause(cause, link, "required");
  return true;
}

function block(step: Step, cause: Step, link: Link): boolean {
  if (!step.isRunnable) return false;
  step.isRunnable = false;
  step.why = renderCause(cause, link, "blocked");
  return true;
}

function renderCause(cause: Step, link: Link, effect: "required" | "blocked"): string {
  const { id } = cause.resource;
  if (link.isRestart) return cause.why;
  if (effect === "blocked") {
    const verb = cause.kind === "start" ? "start" : "be stopped";
    const isUnmanagedStop = cause.kind === "stop" && !cause.resource.isManaged;
    const reason = isUnmanagedStop ? cause.resource.unmanagedReason : cause.why;
    const why = reason === "" ? "" : `: ${reason}`;
    return `${id} cannot ${verb} (${link.source})${why}`;
  }
  return `${id} ${cause.kind === "start" ? "starts" : "stops"} (${link.source})`;
}
