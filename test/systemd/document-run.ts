import { monotonicMs, pause } from "../lab/clock.ts";
import { runCommand } from "../lab/run-command.ts";
import { type DocumentCommand, findMissing, type Place, type Section } from "./document.ts";
import { isOnly } from "./judge.ts";
import type { Machine } from "./machine.ts";
import type { Recorder } from "./recorder.ts";
import { findStandIn } from "./stand-ins.ts";

/** So many complaints are enough. */
const COMPLAINTS_MAX = 6;
/** A reader who sees something else looks again for so long. */
const LOOK_AGAIN_MS = 40_000;
const POLL_MS = 250;
const COMMAND_LIMIT_MS = 120_000;
const SERVED_FOR_MS = 1000;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** Commands that change nothing, so that they can be run again. */
const READING = /^(?:lbctl (?:status|drift|mon|config|cluster authkey$|explain|verify)|curl|ip )/;
/** What reads the secret line from its terminal. */
const WANTS_TOKEN = /^lbctl cluster (?:join|authkey add) -(?:\s|$)/;

/** The machines, what the client sees, and where to say what is done. */
export interface Hosts {
  readonly machines: readonly [Machine, Machine];
  readonly recorder: Recorder;
  readonly say: (line: string) => void;
}

/** What a command did. */
interface Said {
  readonly status: number | undefined;
  readonly text: string;
}

/** Runs the sections of a document on two machines, as somebody would who types what is printed. */
export class DocumentRun {
  readonly #hosts: Hosts;
  #token = "";
  #commands = 0;
  #standIns = 0;
  #promises = 0;
  readonly #complaints: string[] = [];

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  /** Runs a section. Throws when so much has gone wrong that the rest would tell nothing. */
  async section({ title, commands, keepsServing }: Section): Promise<void> {
    const { recorder, say } = this.#hosts;
    if (keepsServing && !(await recorder.untilServed(SERVED_FOR_MS, LOOK_AGAIN_MS))) {
      throw new Error(`${title}: the client is not served before it`);
    }
    recorder.forget();
    const at = monotonicMs();
    const places = new Map<number, readonly (Machine | null)[]>();
    for (const command of commands) {
      const { naming } = command;
      const found = places.get(naming) ?? (await this.#placesOf(command.place));
      places.set(naming, found);
      for (const place of found) await this.#run(command, place);
    }
    if (!keepsServing) return;
    await pause(SERVED_FOR_MS);
    const { failed, requests, outagesMs, doubleOwnerMs } = recorder.figures(at);
    say(`client: ${failed} of ${requests} requests failed, outages ${outagesMs.join(", ")} ms`);
    if (doubleOwnerMs > 0) say(`client: two owners for ${doubleOwnerMs} ms`);
    if (failed > 0) this.#complain(`${title}: ${failed} of ${requests} requests failed`);
    else this.#promises += 1;
  }

  /** What was not as the document says. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** How much was run. */
  summary(): string {
    return (
      `${this.#commands} commands as printed, ${this.#standIns} by stand-ins, ` +
      `${this.#promises} sections without a failed request`
    );
  }

  async #run(command: DocumentCommand, place: Machine | null): Promise<void> {
    const { say } = this.#hosts;
    const standIn = findStandIn(command.text);
    say(`[${place?.name ?? "client"}]# ${command.text}`);
    if (standIn !== undefined) say(`  in its place: ${standIn.instead}`);
    if (standIn === undefined) this.#commands += 1;
    else this.#standIns += 1;
    const text = standIn?.instead ?? command.text;
    const end = monotonicMs() + (READING.test(text) ? LOOK_AGAIN_MS : 0);
    for (;;) {
      const said = await this.#runOnce(text, place);
      const complaint = complainOf(command, said);
      if (complaint === null) {
        if (said.text !== "") say(said.text);
        return;
      }
      if (monotonicMs() > end) {
        say(said.text);
        const where = place?.name ?? "client";
        this.#complain(`line ${command.line}, ${where}: ${complaint}: ${command.text}`);
        return;
      }
      await pause(POLL_MS);
    }
  }

  #complain(text: string): void {
    this.#hosts.say(`NOT GOOD: ${text}`);
    this.#complaints.push(text);
    if (this.#complaints.length >= COMPLAINTS_MAX) throw new Error("too much is not good");
  }

  async #runOnce(text: string, place: Machine | null): Promise<Said> {
    const argv = ["bash", "-c", `cd; ${text}`];
    const input = WANTS_TOKEN.test(text) ? `${this.#token}\n` : "";
    const options = { input, timeoutMs: COMMAND_LIMIT_MS };
    const result =
      place === null
        ? await runCommand(argv, { ...options, env: { PATH, HOME: "/root", LANG: "C.UTF-8" } })
        : await place.run(argv, options);
    const token = /^lbc1:\S+$/m.exec(result.stdout)?.[0];
    if (token !== undefined) this.#token = token;
    const said = `${result.stdout}${result.stderr}`.trimEnd();
    return { status: result.status, text: said.replace(/^lbc1:\S+$/m, "lbc1:...") };
  }

  async #placesOf(place: Place): Promise<readonly (Machine | null)[]> {
    const [first, second] = this.#hosts.machines;
    switch (place) {
      case "ip1":
        return [first];
      case "ip2":
        return [second];
      case "both":
        return [first, second];
      case "client":
        return [null];
      case "active":
        return [await this.#owner()];
      case "passive":
        return [(await this.#owner()) === first ? second : first];
    }
  }

  async #owner(): Promise<Machine> {
    const end = monotonicMs() + LOOK_AGAIN_MS;
    for (;;) {
      const owners = this.#hosts.recorder.ownersNow();
      const owner = this.#hosts.machines.find((machine) => isOnly(owners, machine));
      if (owner !== undefined) return owner;
      if (monotonicMs() > end) throw new Error(`the address is on [${owners.join(" ")}]`);
      await pause(POLL_MS);
    }
  }
}

function complainOf({ output }: DocumentCommand, { status, text }: Said): string | null {
  if (status !== 0) return `status ${status ?? "none"}`;
  const missing = output === null ? null : findMissing(output, text);
  return missing === null ? null : `"${missing.trim()}" is not printed`;
}
