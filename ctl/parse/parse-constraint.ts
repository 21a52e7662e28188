/**
 * The words of `lbctl constraint …` to changes. Pure; throws `CtlError` on words that mean nothing.
 */
import type { Change, NameValues } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseFilledValues, parseYesNo } from "./parse-values.ts";

const ORDER =
  "constraint order [start|stop] ID then [start|stop] ID [kind=Mandatory|Optional|Serialize] " +
  "[symmetrical=true|false] [id=ID]";
const COLOCATION = "constraint colocation add ID with ID [SCORE] [id=ID]";
const LOCATION = "constraint location ID prefers|avoids NODE[=SCORE]...";

/**
 * `constraint location ID prefers NODE[=SCORE]…`, `… avoids …`, or `add CONSTRAINT ID NODE SCORE`.
 */
export function parseLocation(words: readonly string[]): readonly Change[] {
  if (words[0] === "add") return [parseLocationAdd(words.slice(1))];
  const [resource, verb, ...nodes] = words;
  if (resource === undefined || nodes.length === 0 || (verb !== "prefers" && verb !== "avoids")) {
    throw refused(`usage: lbctl ${LOCATION}`);
  }
  return nodes.map((word) => {
    const at = word.indexOf("=");
    const node = at < 0 ? word : word.slice(0, at);
    const score = at < 0 ? "INFINITY" : word.slice(at + 1);
    if (/^-\d|^-INFINITY$/i.test(score)) {
      // Whoever writes "avoids ip1=-5" hardly means that ip1 is preferred.
      const other = verb === "prefers" ? "avoids" : "prefers";
      throw refused(
        `score '${score}' of '${verb} ${node}': must not be negative; ` +
          `use '${other} ${node}=${score.slice(1)}'`,
      );
    }
    const signed = verb === "prefers" ? score : `-${score.replace(/^\+/, "")}`;
    return { kind: "addLocation", id: null, resource, node, score: signed };
  });
}

function parseLocationAdd(words: readonly string[]): Change {
  const [id, resource, node, score] = words;
  if (id === undefined || resource === undefined || node === undefined || words.length > 4) {
    throw refused("usage: lbctl constraint location add CONSTRAINT-ID ID NODE SCORE");
  }
  return { kind: "addLocation", id, resource, node, score: score ?? "INFINITY" };
}

/** `constraint colocation add ID with ID [SCORE]`, or the older `add ID ID [SCORE]`. */
export function parseColocation(words: readonly string[]): Change {
  const plain = words.filter((word) => !word.includes("="));
  const options = onlyKnown(words, ["id", "score"]);
  const rest = dropRoles(plain.filter((word) => word !== "with"));
  const [resource, withResource, score] = rest;
  if (resource === undefined || withResource === undefined || rest.length > 3) {
    throw refused(`usage: lbctl ${COLOCATION}`);
  }
  return {
    kind: "addColocation",
    id: options["id"] ?? null,
    resource,
    withResource,
    score: score ?? options["score"] ?? "INFINITY",
  };
}

/** `constraint order [start|stop] ID then [start|stop] ID [options]`. */
export function parseOrder(words: readonly string[]): Change {
  const plain = words.filter((word) => !word.includes("="));
  const options = onlyKnown(words, ["id", "kind", "symmetrical", "score"]);
  const at = plain.indexOf("then");
  // The oldest form, `order add ID ID`, has no `then`.
  const sides =
    at < 0 ? [plain.slice(0, 1), plain.slice(1)] : [plain.slice(0, at), plain.slice(at + 1)];
  const [first, then] = sides.map((side) => parseOrderSide(side));
  if (first === undefined || then === undefined) throw refused(`usage: lbctl ${ORDER}`);
  const strength = options["kind"] ?? strengthOfScore(options["score"]);
  return {
    kind: "addOrder",
    id: options["id"] ?? null,
    first: first.id,
    firstAction: first.action,
    // biome-ignore lint/suspicious/noThenProperty: the field's word; a text is never called.
    then: then.id,
    // As with pcs, an action named for the first side alone counts for both.
    thenAction: then.isGiven ? then.action : first.action,
    strength,
    isSymmetrical:
      options["symmetrical"] === undefined
        ? strength.toLowerCase() !== "serialize"
        : parseYesNo("symmetrical", options["symmetrical"]),
  };
}

function strengthOfScore(score: string | undefined): string {
  return score === "0" ? "Optional" : "Mandatory";
}

interface OrderSide {
  readonly id: string;
  readonly action: "start" | "stop";
  readonly isGiven: boolean;
}

function parseOrderSide(words: readonly string[]): OrderSide {
  const [first, second] = words;
  if (first === undefined || words.length > 2) throw refused(`usage: lbctl ${ORDER}`);
  if (second === undefined) return { id: first, action: "start", isGiven: false };
  if (first === "promote" || first === "demote") {
    throw refused(`'${first}' is not supported by this release: resources have no promoted role`);
  }
  if (first !== "start" && first !== "stop") {
    throw refused(`invalid action '${first}', allowed values are: 'start', 'stop'`);
  }
  return { id: second, action: first, isGiven: true };
}

function dropRoles(words: readonly string[]): readonly string[] {
  const role = words.find((word) => /^(Master|Promoted|Slave|Unpromoted|Stopped)$/.test(word));
  if (role !== undefined) throw refused(`role '${role}' is not supported by this release`);
  return words.filter((word) => word !== "Started");
}

function onlyKnown(words: readonly string[], known: readonly string[]): NameValues {
  const options = parseFilledValues(words.filter((word) => word.includes("=")));
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refused(`invalid option '${unknown}', allowed options are: ${known.join(", ")}`);
  }
  return options;
}
