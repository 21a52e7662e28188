import { Command, InvalidArgumentError, Option } from "commander";
import type { ServerName } from "../lab/index.ts";
import { DEFAULT_SCENARIOS, SCENARIOS } from "./scenarios/index.ts";

const SERVER_NAMES: readonly ServerName[] = ["apache", "nginx", "haproxy"];

/** What the drill was asked to do. */
export interface DrillOptions {
  /** `namespaces`: made for the drill on this machine. `vagrant`: those of the Vagrantfile. */
  readonly hosts: "namespaces" | "vagrant";
  readonly scenarios: readonly string[];
  readonly runs: number;
  readonly profile: "fast" | "lan" | "vm" | undefined;
  readonly tokenMs: number | undefined;
  readonly transport: "udp" | "udpu" | undefined;
  /** `ordered`: the guide's, the server follows the address. `warm`: the server runs on both. */
  readonly form: "ordered" | "warm";
  readonly server: ServerName;
  readonly outputFormat: "text" | "json";
  /** How long the scenarios that only watch go on; each has its own default. */
  readonly seconds: number | undefined;
  /** By how much the hosts are slower than this machine: times and limits grow with it. */
  readonly slowness: number;
  readonly secondLink: boolean;
  /** Further addresses that follow the guide's one, as one group. */
  readonly addresses: number;
  readonly keep: boolean;
  readonly clean: boolean;
}

/** Reads the command line. Mistakes and `--help` are printed and end the process, status 2 or 0. */
export function parseOptions(argv: readonly string[]): DrillOptions {
  const names = Object.keys(SCENARIOS);
  const collect = (name: string, before: string[] | undefined) => {
    if (!names.includes(name)) throw new InvalidArgumentError(`one of: ${names.join(", ")}`);
    return [...(before ?? []), name];
  };
  const command = new Command("npm run drill --")
    .description("makes two hosts and a client, builds a cluster by lbctl, breaks it, measures it")
    .option(
      "--scenario <name>",
      `repeatable; one of ${names.join(", ")} (default: the first ${DEFAULT_SCENARIOS.length})`,
      collect,
    )
    .addOption(
      new Option("--hosts <kind>", "made here for the drill, or those of the Vagrantfile")
        .choices(["namespaces", "vagrant"])
        .default("namespaces"),
    )
    .option("--runs <n>", "runs of each scenario", parseCount, 1)
    .addOption(new Option("--profile <name>", "timing").choices(["fast", "lan", "vm"]))
    .option("--token <ms>", "token timeout in place of the profile's", parseCount)
    .option("--slowness <n>", "the hosts are so many times slower than this machine", parseCount, 1)
    .addOption(new Option("--transport <name>", "how tokens go").choices(["udp", "udpu"]))
    .addOption(
      new Option("--form <name>", "the server follows the address, or runs on both hosts")
        .choices(["ordered", "warm"])
        .default("ordered"),
    )
    .addOption(
      new Option("--server <name>", "what serves").choices([...SERVER_NAMES]).default("apache"),
    )
    .addOption(
      new Option("--output-format <format>", "json: one object a scenario, one a line")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--seconds <n>", "length of cpu-load and idle-cost", parseCount)
    .option("--second-link", "gives the hosts a second link eth1, used by the cluster too")
    .option(
      "--addresses <n>",
      "so many more addresses, as a group, each pinged by the client",
      parseCount,
    )
    .option("--keep", "leaves the hosts running and says how to use them")
    .option("--clean", "removes what --keep or a killed drill left, and does nothing else")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  command.parse(argv, { from: "user" });
  const options = fromParsed(command.opts());
  const refused = refusedOnVagrant(options);
  if (refused !== undefined) command.error(`error: ${refused}`);
  return options;
}

/** What cannot be asked for with hosts of the Vagrantfile, which the drill did not make. */
function refusedOnVagrant(options: DrillOptions): string | undefined {
  if (options.hosts !== "vagrant") return undefined;
  const { server, secondLink, keep, clean } = options;
  if (server !== "apache") return `--server ${server}: hosts of the Vagrantfile have httpd alone`;
  if (secondLink) return "--second-link: hosts of the Vagrantfile have one link";
  if (keep) return "--keep: hosts of the Vagrantfile stay anyhow";
  if (clean) return "--clean: hosts of the Vagrantfile are removed by vagrant destroy";
  return undefined;
}

function fromParsed(found: Record<string, unknown>): DrillOptions {
  const scenarios = Array.isArray(found["scenario"]) ? found["scenario"].map(String) : [];
  const { runs, seconds, profile, transport, addresses, token, slowness } = found;
  return {
    hosts: found["hosts"] === "vagrant" ? "vagrant" : "namespaces",
    scenarios: scenarios.length > 0 ? scenarios : DEFAULT_SCENARIOS,
    runs: typeof runs === "number" ? runs : 1,
    profile: profile === "fast" || profile === "lan" || profile === "vm" ? profile : undefined,
    tokenMs: typeof token === "number" ? token : undefined,
    slowness: typeof slowness === "number" ? slowness : 1,
    transport: transport === "udp" || transport === "udpu" ? transport : undefined,
    server: SERVER_NAMES.find((name) => name === found["server"]) ?? "apache",
    form: found["form"] === "warm" ? "warm" : "ordered",
    outputFormat: found["outputFormat"] === "json" ? "json" : "text",
    seconds: typeof seconds === "number" ? seconds : undefined,
    secondLink: found["secondLink"] === true,
    addresses: typeof addresses === "number" ? addresses : 0,
    keep: found["keep"] === true,
    clean: found["clean"] === true,
  };
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("a whole number from 1");
  return Number(text);
}
