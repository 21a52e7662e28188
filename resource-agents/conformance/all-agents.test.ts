// What every agent must do, ours and those of others: one table of scenarios, one of agents.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentMetadata } from "../contract.ts";
import { findAgent, loadExternalAgent, renderMetadataXml, runCommand, waitMs } from "../index.ts";
import type { ActorReply } from "./actor.ts";
import { AGENTS_UNDER_TEST, type AgentUnderTest, type Deviating } from "./agents-under-test.ts";
import { bundle, TestHost } from "./host.ts";

const REASON_MAX = 500;
/** The timeout of an action that takes five seconds, and until when it must have ended. */
const SHORT_TIMEOUT_MS = 500;
const ENDS_WITHIN_MS = 2500;
const LEFT_MAX_MS = 10_000;
const OCF_ROOT = "/usr/lib/ocf";

/** An agent on its host, with the parameters that it starts with. */
interface Bench {
  readonly host: TestHost;
  readonly agent: AgentUnderTest;
  readonly parameters: Readonly<Record<string, string>>;
  readonly program: string;
}

interface Scenario {
  readonly rule: string;
  /** False: this agent has nothing that it could be tried with. */
  readonly applies?: (agent: AgentUnderTest) => boolean;
  readonly run: (bench: Bench) => Promise<void>;
}

/** In this order: what is stopped at the end of one is stopped at the beginning of the next. */
const SCENARIOS: readonly Scenario[] = [
  { rule: "its metadata is complete and well-formed", run: hasMetadata },
  { rule: "it accepts its parameters", run: (bench) => gives(bench, "validate", 0) },
  {
    rule: "a probe before the first start says that it does not run",
    run: (bench) => gives(bench, "probe", 7),
  },
  { rule: "a stop of what does not run succeeds", run: (bench) => gives(bench, "stop", 0) },
  {
    rule: "it starts, and a second start changes nothing",
    run: async (bench) => {
      await gives(bench, "start", 0);
      await gives(bench, "start", 0);
    },
  },
  {
    rule: "monitor and probe find it running",
    run: async (bench) => {
      await gives(bench, "monitor", 0);
      await gives(bench, "probe", 0);
    },
  },
  {
    rule: "it runs on after a reload, where it has one",
    applies: ({ canReload }) => canReload === true,
    run: async (bench) => {
      await gives(bench, "reload", 0);
      await gives(bench, "monitor", 0);
    },
  },
  { rule: "it stops, twice, and leaves no process behind", run: stopsForGood },
  { rule: "a monitor afterwards says that it does not run", run: (b) => gives(b, "monitor", 7) },
  { rule: "an action that it does not know is unimplemented", run: refusesUnknown },
  {
    rule: "without its required parameter it refuses to start, and says so",
    applies: ({ required }) => required !== undefined,
    run: refusesIncomplete,
  },
  {
    rule: "a binary that is none keeps it from starting, and its node from being ready",
    applies: ({ binary }) => binary !== undefined,
    run: refusesOtherBinaries,
  },
  {
    rule: "an action that takes too long is ended with its children, and is no success",
    applies: ({ slow }) => slow !== undefined,
    run: endsInTime,
  },
];

for (const agent of AGENTS_UNDER_TEST) {
  suite(`${agent.name}${agent.isExternal ? " of this host's packages" : ""}`, function () {
    this.timeout(60_000);
    let bench: Bench;
    suiteSetup(() => {
      const host = new TestHost();
      const program = bundle("resource-agents/ocf.ts", join(host.folder, "lb-ocf.cjs"));
      bench = { host, agent, parameters: agent.parameters(host), program };
    });
    suiteTeardown(() => bench?.host.close());

    for (const { rule, applies, run } of SCENARIOS) {
      if (applies?.(agent) !== false) test(rule, () => run(bench));
    }
  });
}

async function hasMetadata({ agent }: Bench): Promise<void> {
  const metadata = await metadataOf(agent);
  assert.equal(`${metadata.standard}:${metadata.provider}:${metadata.type}`, agent.name);
  assert.notEqual(metadata.shortDescription, "");
  for (const { name, shortDescription, longDescription } of metadata.parameters) {
    assert.notEqual(shortDescription + longDescription, "", `parameter ${name}`);
  }
  for (const action of ["start", "stop", "monitor"] as const) {
    const found = metadata.actions.find(({ name }) => name === action);
    assert.ok(found !== undefined && found.timeoutMs >= 1000, action);
  }
  const names = metadata.parameters.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "a name stands for one parameter");
  if (agent.required !== undefined) assert.ok(names.includes(agent.required));
  const xml = renderMetadataXml(metadata);
  const lint = spawnSync("xmllint", ["--noout", "-"], { input: xml, encoding: "utf8" });
  assert.equal(lint.status, 0, lint.stderr);
}

async function stopsForGood(bench: Bench): Promise<void> {
  await gives(bench, "stop", 0);
  await gives(bench, "stop", 0);
  await nothingRuns(bench.host);
}

async function refusesUnknown(bench: Bench): Promise<void> {
  const { agent, host, program, parameters } = bench;
  const [, provider = "", type = ""] = agent.name.split(":");
  const words = agent.isExternal
    ? [join(OCF_ROOT, "resource.d", provider, type), "dance"]
    : [process.execPath, program, `${provider}:${type}`, "dance"];
  const given = Object.entries(parameters).map(([name, value]) => [`OCF_RESKEY_${name}`, value]);
  const own = { OCF_ROOT, OCF_RESOURCE_INSTANCE: "conformance", ...Object.fromEntries(given) };
  const env = { ...process.env, ...own };
  const result = spawnSync("ip", ["netns", "exec", host.hostName, ...words], { env });
  const accepted = accepts(agent, "unknownAction", [3]);
  assert.ok(accepted.includes(result.status ?? -1), `status ${result.status}`);
}

async function refusesIncomplete({ agent, host, parameters }: Bench): Promise<void> {
  const { [agent.required ?? ""]: _, ...rest } = parameters;
  const reply = await host.act(agent.name, "start", {
    parameters: rest,
    isExternal: agent.isExternal,
  });
  const accepted = accepts(agent, "missingParameter", [2, 6]);
  assert.ok(accepted.includes(reply.status), `status ${reply.status}: ${reply.reason}`);
  checkReason(reply);
}

async function refusesOtherBinaries({ agent, host, parameters }: Bench): Promise<void> {
  const script = join(host.folder, "script");
  writeFileSync(script, "#!/bin/sh\n", { mode: 0o755 });
  for (const [path, problem] of [
    [script, "is a script, expected the server binary"],
    [host.folder, "expected a file"],
    [join(host.folder, "absent"), "not found"],
  ] as const) {
    const name = agent.binary ?? "";
    const options = { parameters: { ...parameters, [name]: path } };
    const started = await host.act(agent.name, "start", options);
    const { findings } = await host.act(agent.name, "readiness", options);
    const [first] = findings;
    const words = `${name} "${path}": ${problem}`;
    assert.deepEqual([started.status, started.reason], [5, words]);
    assert.deepEqual([first?.severity, first?.problem], ["blocks", words]);
  }
}

async function endsInTime({ agent, host, parameters }: Bench): Promise<void> {
  const reply = await host.act(agent.name, "start", {
    parameters: { ...parameters, ...agent.slow },
    timeoutMs: SHORT_TIMEOUT_MS,
    isExternal: agent.isExternal,
  });
  assert.notEqual(reply.status, 0);
  checkReason(reply);
  assert.ok(reply.tookMs >= SHORT_TIMEOUT_MS - 50, `took ${reply.tookMs} ms`);
  assert.ok(reply.tookMs < ENDS_WITHIN_MS, `took ${reply.tookMs} ms`);
  await nothingRuns(host);
  // An action that was cut off may have done its work: the stop puts that right.
  const stopped = await host.act(agent.name, "stop", { parameters, isExternal: agent.isExternal });
  assert.equal(stopped.status, 0, stopped.reason);
}

async function gives(bench: Bench, action: string, status: number): Promise<void> {
  const { host, agent, parameters } = bench;
  const isProbe = action === "probe";
  const reply = await host.act(agent.name, isProbe ? "monitor" : action, {
    parameters,
    isProbe,
    isExternal: agent.isExternal,
  });
  assert.equal(reply.status, status, `${action}: ${reply.reason}`);
  checkReason(reply);
}

/** A failure says why on one line; a success has nothing to say. */
function checkReason({ status, reason }: ActorReply): void {
  if (status === 0) assert.equal(reason, "");
  else assert.match(reason, /\S/);
  assert.ok(reason.length <= REASON_MAX && !reason.includes("\n"), reason);
}

function accepts(
  { deviations }: AgentUnderTest,
  what: Deviating,
  statuses: readonly number[],
): readonly number[] {
  return deviations?.[what]?.statuses ?? statuses;
}

async function metadataOf({ name, isExternal }: AgentUnderTest): Promise<AgentMetadata> {
  const own = isExternal ? null : findAgent(name);
  if (own !== null) return own.metadata;
  const loaded = await loadExternalAgent(name, runCommand);
  assert.ok(loaded.kind === "loaded", loaded.kind === "unavailable" ? loaded.reason : "");
  return loaded.agent.metadata;
}

/** What announces an address goes on for some seconds; nothing else is waited for as long. */
async function nothingRuns(host: TestHost): Promise<void> {
  const endsAt = performance.now() + LEFT_MAX_MS;
  for (;;) {
    const left = processesOf(host);
    if (left.length === 0) return;
    const mayEnd = left.every((line) => /arping|ndptool|^sleep |\bsend\(\)/.test(line));
    assert.ok(mayEnd && performance.now() < endsAt, left.join("\n"));
    await waitMs(50);
  }
}

/** Command lines of what runs in the host's namespace beside the process that runs the agents. */
function processesOf({ hostName }: TestHost): string[] {
  const { stdout } = spawnSync("ip", ["netns", "pids", hostName], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((pid) => pid !== "" && existsSync(`/proc/${pid}/exe`))
    .map((pid) =>
      spawnSync("ps", ["-o", "stat=,args=", "-p", pid], { encoding: "utf8" }).stdout.trim(),
    )
    .filter((line) => line !== "" && !/^Z|actor\.cjs/.test(line))
    .map((line) => line.replace(/^\S+\s+/, ""));
}
