/** What a pure machine returns: its next state and the effects to perform, in order. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

const NO_EFFECTS: readonly never[] = [];

/** A step that changes nothing. */
export function unchanged<State>(state: State): Step<State, never> {
  return { state, effects: NO_EFFECTS };
}

/** Runs the next part of a step on the state that the first one left, and joins the effects. */
export function andThen<State, Effect>(
  first: Step<State, Effect>,
  next: (state: State) => Step<State, Effect>,
): Step<State, Effect> {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** Runs several parts one after the other, each on the state that the former left. */
export function inTurn<State, Effect>(
  state: State,
  parts: readonly ((state: State) => Step<State, Effect>)[],
): Step<State, Effect> {
  return parts.reduce<Step<State, Effect>>(andThen, { state, effects: [] });
}
