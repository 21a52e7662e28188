/** `lbctl property …`: settings of the whole cluster. */
import type { Command } from "commander";
import { PROPERTIES } from "../../agent/core/configuration/index.ts";
import type { Change, NameValues } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseValues } from "../parse/parse-values.ts";
import { renderProperties } from "../render/render-config.ts";
import type { Session } from "../session.ts";
import { unknownProperty } from "../unknown-name.ts";
import {
  addCommand,
  addFamily,
  applyAndReport,
  change,
  FORMAT,
  isGiven,
  type Options,
  show,
  WAIT,
} from "./command-kit.ts";

/** Adds `property` and its commands. */
export function addPropertyCommands(program: Command, session: Session): void {
  const all = ["--all", "also those that are not set, with their defaults"] as const;
  const shown = ["--defaults", "the defaults"] as const;
  const options = [all, shown, FORMAT];
  const run = (words: readonly string[], given: Options) => showProperties(session, words, given);
  const property = addFamily(program, {
    name: "property",
    summary: "settings of the whole cluster",
    options,
    run,
  });
  addCommand(property, {
    name: "config [NAME...]",
    summary: "show properties",
    options,
    aliases: ["list", "show"],
    run,
  });
  addCommand(property, {
    name: "defaults [NAME...]",
    summary: "show the defaults",
    options: [FORMAT],
    run: (words, given) => showProperties(session, words, { ...given, defaults: true }),
  });
  addCommand(property, {
    name: "describe [NAME...]",
    summary: "the known properties, what they take and their defaults",
    options: [FORMAT],
    run: (words, given) => describeProperties(session, words, given),
  });
  addCommand(property, {
    name: "set NAME=[VALUE]...",
    summary: "set properties; an empty value removes one",
    options: [["--force", "accepted, as with pcs"], WAIT],
    run: (words, given) => {
      if (words.length === 0) throw refused("usage: lbctl property set NAME=[VALUE]...");
      return change(session, [{ kind: "setProperties", values: parseValues(words) }], given);
    },
  });
  addCommand(property, {
    name: "unset NAME...",
    summary: "remove properties",
    options: [["--force", "do not mind properties that are not set"], WAIT],
    run: (words, given) => unsetProperties(session, words, given),
  });
}

function describeProperties(session: Session, names: readonly string[], options: Options): void {
  const missing = names.filter((name) => !PROPERTIES.some((each) => each.name === name));
  const known = PROPERTIES.map(({ name }) => name);
  if (missing.length > 0) throw refused(...missing.map((name) => unknownProperty(name, known)));
  const chosen = PROPERTIES.filter(({ name }) => names.length === 0 || names.includes(name));
  show(session, options, {
    facts: chosen,
    render: (facts) =>
      facts
        .flatMap(({ name, default: value, description }) => [
          name,
          `  Description: ${description}`,
          `  Default: ${value}`,
        ])
        .join("\n"),
  });
}

function unsetProperties(
  session: Session,
  names: readonly string[],
  options: Options,
): Promise<void> {
  if (names.length === 0) throw refused("usage: lbctl property unset NAME...");
  return session.withAgent(async (agent) => {
    const { properties } = await agent.getCib();
    const missing = names.filter((name) => !Object.hasOwn(properties, name));
    if (missing.length > 0 && !isGiven(options, "force")) {
      throw refused(...missing.map((name) => `cannot remove property '${name}', it is not set`));
    }
    const values = Object.fromEntries(names.map((name) => [name, ""]));
    const changes: readonly Change[] = [{ kind: "setProperties", values }];
    await applyAndReport(session, agent, { changes, options });
  });
}

function showProperties(
  session: Session,
  names: readonly string[],
  options: Options,
): Promise<void> {
  return session.withAgent(async (agent) => {
    const [{ clusterName, release }, cib] = await Promise.all([agent.getStatus(), agent.getCib()]);
    const defaults = Object.fromEntries(PROPERTIES.map((each) => [each.name, each.default]));
    const all: NameValues = isGiven(options, "all")
      ? { ...defaults, ...cib.properties }
      : isGiven(options, "defaults")
        ? defaults
        : cib.properties;
    const known = names.filter((name) => Object.hasOwn({ ...defaults, ...all }, name));
    if (known.length < names.length) {
      const unknown = names.filter((name) => !known.includes(name));
      const settable = Object.keys({ ...defaults, ...all });
      throw refused(...unknown.map((name) => unknownProperty(name, settable)));
    }
    const facts = { ...defaults, ...all };
    const chosen = Object.fromEntries(names.map((name) => [name, facts[name] ?? ""]));
    show(session, options, {
      facts: names.length === 0 ? all : chosen,
      render: (values) =>
        names.length === 0
          ? renderProperties(values, { clusterName, release }).join("\n")
          : ["Cluster Properties:", ...names.map((name) => ` ${name}: ${chosen[name] ?? ""}`)].join(
              "\n",
            ),
    });
  });
}
