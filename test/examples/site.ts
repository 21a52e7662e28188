import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type Host,
  killGroup,
  type Lab,
  openLab,
  pause,
  type RunResult,
  repositoryRoot,
  VIRTUAL_IP,
} from "../lab/index.ts";
import type { ActionReply, ActionRequest, Actions } from "./outside/index.ts";
import type { MemberOptions } from "./outside/stub-member.ts";

const POLL_MS = 50;
const PATIENCE_MS = 15_000;

/** Names that the certificate of a site holds: the balancer's, and those of the members. */
export interface CertificateNames {
  readonly balancer: string;
  readonly members: readonly string[];
}

/** PEM texts: one authority, one certificate for the balancer, one for all members. */
export interface Certificates {
  readonly authority: string;
  readonly balancer: { readonly certificate: string; readonly key: string };
  readonly members: { readonly certificate: string; readonly key: string };
}

/**
 * A pair of balancers without a cluster, the first in RHEL's layout, the second in Debian's; and
 * the process outside, with members and clients. The virtual IP address is nowhere at first.
 */
export class Site {
  readonly lab: Lab;
  readonly rhel: Host;
  readonly debian: Host;
  readonly #outside: ChildProcess;
  readonly #waiting = new Map<number, (reply: ActionReply) => void>();
  #requests = 0;

  constructor(lab: Lab) {
    this.lab = lab;
    [this.rhel, this.debian] = lab.hosts;
    const program = join(repositoryRoot(), "test", "examples", "outside", "serve.ts");
    this.#outside = lab.client.spawn(process.execPath, ["--import=tsx", program], {
      stdio: ["pipe", "pipe", "inherit"],
      cwd: repositoryRoot(),
    });
    const { stdout } = this.#outside;
    if (stdout === null) throw new Error("the process outside has no standard output");
    createInterface({ input: stdout }).on("line", (line) => {
      const reply: ActionReply = JSON.parse(line);
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  /** Asks the process outside, where members and clients are, to do something. */
  outside<Action extends keyof Actions>(
    action: Action,
    argument: Parameters<Actions[Action]>[0],
  ): Promise<Awaited<ReturnType<Actions[Action]>>> {
    this.#requests += 1;
    const request: ActionRequest = { id: this.#requests, action, argument };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, (reply) => {
        if ("error" in reply) return reject(new Error(`outside: ${action}: ${reply.error}`));
        const { result }: { result: Awaited<ReturnType<Actions[Action]>> } = JSON.parse(
          JSON.stringify(reply),
        );
        resolve(result);
      });
      this.#outside.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  /**
   * Gives a host the virtual IP address. The client forgets who had it: how an address is announced
   * is not what the examples are about.
   */
  async takeAddress(host: Host): Promise<void> {
    await must(host, `ip addr replace ${VIRTUAL_IP}/32 dev eth0`);
    await this.lab.client.run("ip", ["neigh", "flush", "to", VIRTUAL_IP]);
  }

  async dropAddress(host: Host): Promise<void> {
    await must(host, `ip addr del ${VIRTUAL_IP}/32 dev eth0`);
  }

  /** From now on these members answer no packet, until `hear`. */
  async silence(members: readonly MemberOptions[]): Promise<void> {
    const rules = members.map(({ address, port }) => `ip daddr ${address} tcp dport ${port} drop`);
    const chain = "chain input { type filter hook input priority 0;";
    const input = `table inet silence {\n${chain}\n${rules.join("\n")}\n}\n}\n`;
    const result = await this.lab.client.run("nft", ["-f", "-"], { input });
    assert.equal(result.status, 0, result.stderr);
  }

  async hear(): Promise<void> {
    const result = await this.lab.client.run("nft", ["delete", "table", "inet", "silence"]);
    assert.equal(result.status, 0, result.stderr);
  }

  async close(): Promise<void> {
    killGroup(this.#outside);
    await this.lab.close();
  }
}

/** Opens a site with these members, all of them running. */
export async function openSite(members: readonly MemberOptions[]): Promise<Site> {
  const addresses = ["192.168.33.1", ...new Set(members.map(({ address }) => address))];
  const lab = await openLab({ clientAddresses: addresses.map((each) => `${each}/24`) });
  const site = new Site(lab);
  await site.outside("addMembers", members);
  return site;
}

/** Runs a line in a host's shell; anything but status 0 is a failure of the test. */
export async function must(host: Host, line: string): Promise<string> {
  const result: RunResult = await host.run("sh", ["-c", line]);
  const said = `${result.stderr}${result.stdout}`;
  assert.equal(result.status, 0, `${host.name}: ${line}: status ${result.status}\n${said}`);
  return result.stdout;
}

/** Waits until a condition holds; a failure says what was waited for. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endAt = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > endAt) assert.fail(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    await pause(POLL_MS);
  }
}

/** Makes an authority and two certificates in `folder`. */
export function makeCertificates(folder: string, names: CertificateNames): Certificates {
  mkdirSync(folder, { recursive: true });
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=lab");
  for (const [file, names_] of [
    ["balancer", [names.balancer]],
    ["members", names.members],
  ] as const) {
    const list = names_.map((name) => `DNS:${name}`).join(",");
    writeFileSync(join(folder, `${file}.ext`), `subjectAltName=${list}\n`);
    const request = ["-keyout", `${file}.key`, "-out", `${file}.csr`, "-subj", `/CN=${names_[0]}`];
    openssl("req", ...newKey.slice(0, -2), ...request);
    const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    openssl(
      "x509",
      "-req",
      "-in",
      `${file}.csr`,
      ...signing,
      "-extfile",
      `${file}.ext`,
      "-out",
      `${file}.crt`,
    );
  }
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const pair = (file: string) => ({ certificate: read(`${file}.crt`), key: read(`${file}.key`) });
  return { authority: read("ca.crt"), balancer: pair("balancer"), members: pair("members") };
}

/** Puts the files that the examples name below `tls/` into a configuration folder of a host. */
export async function placeCertificates(
  host: Host,
  { folder, certificates }: { readonly folder: string; readonly certificates: Certificates },
): Promise<void> {
  await must(host, `mkdir -p ${folder}/tls`);
  await writeFile(host, `${folder}/tls/loadbalancer.crt`, certificates.balancer.certificate);
  await writeFile(host, `${folder}/tls/loadbalancer.key`, certificates.balancer.key);
  await writeFile(host, `${folder}/tls/members-ca.crt`, certificates.authority);
}

/** Writes a file of a host. */
export async function writeFile(host: Host, path: string, text: string): Promise<void> {
  const result = await host.run("sh", ["-c", `cat >"${path}"`], { input: text });
  assert.equal(result.status, 0, `${host.name}: ${path}: ${result.stderr}`);
}
