/** A simulation as text, and as a graph for graphviz. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type { Action, Decision, Transition } from "../../agent/core/model/index.ts";
import {
  type Fault,
  pictureBefore,
  type SimulatedStep,
  type Simulation,
  tellDecisions,
} from "../what-if/index.ts";
import { renderAction, renderExitStatus, renderHappening } from "./render-transition-action.ts";
import { renderPicture } from "./render-transition-state.ts";

/** What besides the course of things is wanted. */
export interface SimulationView {
  readonly withScores: boolean;
  /** True when planning went on from the reached state. */
  readonly isRepeated: boolean;
}

/** State before, what would happen in order and why, state after. */
export function renderSimulation(simulation: Simulation, view: SimulationView): string {
  const { steps, end, next } = simulation;
  const [first] = steps;
  const before =
    first === undefined
      ? []
      : renderPicture(first.input.cib, pictureBefore(first.input, first.transition));
  const sections = steps.flatMap((step, index) => {
    const title = view.isRepeated ? `Step ${index + 1}: ` : "";
    const [begin = "", ...rest] = renderStep(step, view);
    return [title === "" ? begin : `${title}${begin}`, ...rest];
  });
  return [
    ...renderInjected(simulation.injected),
    ["State before:", ...before].join("\n"),
    ...sections,
    ["State after:", ...renderPicture(end.cib, pictureBefore(end, next))].join("\n"),
    ...renderLeft(next, view),
  ].join("\n\n");
}

function renderInjected(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ resource, operation, node, status }) => {
    const found = renderExitStatus(status);
    return `Supposed first: the ${operation} of ${resource} on ${node} ends with status ${found}.`;
  });
}

/** Sections of one step: decisions, actions, scores. */
function renderStep(step: SimulatedStep, { withScores }: SimulationView): readonly string[] {
  const { input, transition, happenings } = step;
  const real = happenings.filter(({ action }) => action.task.kind !== "point");
  const order = real.map((each) => `  * ${renderHappening(each)}`);
  return [
    ["What would happen:", ...renderDecisions(tellDecisions(input, transition))].join("\n"),
    ...(order.length === 0 ? [] : [["In this order:", ...order].join("\n")]),
    ...(withScores ? [["Scores:", ...renderScores(transition)].join("\n")] : []),
  ];
}

/** Every decision that changes something or cannot be carried out; the others are counted. */
export function renderDecisions(decisions: readonly Decision[]): readonly string[] {
  const isQuiet = ({ what, isBlocked }: Decision): boolean => what === "leave" && !isBlocked;
  const told = decisions
    .filter((each) => !isQuiet(each))
    .map((each) => `  * ${renderDecision(each)}`);
  // Instances of a clone that are all in the same plight are told of once.
  const lines = [...new Set(told)];
  const quiet = new Set(decisions.filter(isQuiet).map(({ resource }) => resource)).size;
  if (lines.length === 0 && quiet === 0) return ["  * nothing"];
  if (lines.length === 0) return ["  * nothing: every resource stays as it is"];
  if (quiet === 0) return lines;
  return [...lines, `  * ${quiet} ${quiet === 1 ? "resource stays" : "resources stay"} as before`];
}

/** `web moves from ip1 to ip2: ip1 is in standby`. */
export function renderDecision({ resource, isBlocked, reason }: Decision): string {
  const words = resource === null ? reason : `${resource} ${reason}`;
  return isBlocked ? `${words} (blocked)` : words;
}

function renderScores({ scores, promotions = {} }: Transition): readonly string[] {
  const entries = Object.entries(scores);
  if (entries.length === 0) return ["  * none"];
  const places = entries.map(([resource, nodes]) => {
    const each = Object.entries(nodes).map(([node, score]) => `${node} ${renderScore(score)}`);
    return `  * ${resource}: ${each.length === 0 ? "no node" : each.join(", ")}`;
  });
  const roles = Object.entries(promotions).map(([instance, { node, score }]) => {
    const place = node === null ? "no node" : `${node} ${renderScore(score)}`;
    return `  * promotion of ${instance}: ${place}`;
  });
  return [...places, ...roles];
}

function renderLeft(next: Transition, { isRepeated }: SimulationView): readonly string[] {
  const left = next.actions.filter(({ task }) => task.kind !== "point").length;
  if (left === 0) return [];
  const what = `${left} ${left === 1 ? "action is" : "actions are"}`;
  return isRepeated
    ? [`Not at rest: after the last step ${what} still planned.`]
    : [`From there ${what} planned: --steps goes on until nothing is left to do.`];
}

/** The graph of each step's actions in the language of graphviz; dotted: nothing to do. */
export function renderGraph({ steps }: Simulation): string {
  const [only] = steps;
  const isSingle = steps.length === 1;
  const body =
    isSingle && only !== undefined ? renderNodes(only, "a") : steps.flatMap(renderCluster);
  return ["digraph transition {", '  node [shape="box"];', ...body, "}"].join("\n");
}

function renderCluster(step: SimulatedStep, index: number): readonly string[] {
  return [
    `  subgraph cluster_${index + 1} {`,
    `    label="step ${index + 1}";`,
    ...renderNodes(step, `s${index + 1}a`).map((line) => `  ${line}`),
    "  }",
  ];
}

function renderNodes(
  { transition: { actions } }: SimulatedStep,
  prefix: string,
): readonly string[] {
  const nameOf = (id: number): string => `${prefix}${id}`;
  const nodes = actions.map((action) => {
    const style = action.task.kind === "point" ? ', style="dotted"' : "";
    return `  ${nameOf(action.id)} [label="${quote(renderAction(action))}"${style}];`;
  });
  const edges = actions.flatMap(({ id, after }: Action) =>
    after.map((other) => `  ${nameOf(other)} -> ${nameOf(id)};`),
  );
  return [...nodes, ...edges];
}

function quote(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
