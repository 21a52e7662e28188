import { monotonicMs } from "../../lab/index.ts";
import { DrillError } from "../drill-error.ts";
import { lbctl, observe } from "./context.ts";
import type { FaultScenario } from "./scenario.ts";

const AGENT_PID_FILE = "/run/lb-cluster/agent.pid";
const SERVER_PROGRAMS = ["apache2", "httpd", "nginx", "haproxy"];

/** SIGKILL to every process of the server on the active host, the parent first. */
export const httpdCrash: FaultScenario = {
  kind: "fault",
  service: "stays",
  async act(context, { active }) {
    const running = await active.processes();
    const httpd = running.filter(({ name }) => SERVER_PROGRAMS.includes(name));
    if (httpd.length === 0) throw new DrillError(`${active.name}: no server runs`);
    const faultAt = await active.kill(httpd.map(({ insidePid }) => insidePid));
    await observe(context, { ms: 2_000 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), notes: [] };
  },
  async restore() {},
};

const SERVER_FILES = [
  "/etc/httpd/conf/httpd.conf",
  "/etc/apache2/apache2.conf",
  "/etc/nginx/nginx.conf",
  "/etc/haproxy/haproxy.cfg",
].join(" ");

/** A word that no server knows is in the active host's configuration when somebody restarts it. */
export const brokenConfig: FaultScenario = {
  kind: "fault",
  async act(context, { active }) {
    await active.run("sh", [
      "-c",
      `for file in ${SERVER_FILES}; do [ ! -e $file ] || echo NoSuchWord >>$file; done`,
    ]);
    const result = await active.run("lbctl", ["resource", "restart", "webserver"]);
    await observe(context, { ms: 2_000 });
    const notes = [`lbctl resource restart webserver ended with status ${result.status}`];
    return { faultAt: result.startedAt, countFrom: "fault", untilAt: monotonicMs(), notes };
  },
  async restore(context, { active, passive }) {
    await active.run("sh", ["-c", `sed -s -i /NoSuchWord/d ${SERVER_FILES} 2>/dev/null`]);
    await lbctl(context, passive, ["resource", "cleanup"]);
  },
};

/** The address is deleted on the active host, through netlink, by somebody. */
export const addressRemoved: FaultScenario = {
  kind: "fault",
  service: "stays",
  async act(context, { active }) {
    const shown = await active.run("ip", ["-o", "addr", "show"]);
    const held = new RegExp(`^\\d+: (\\S+) +inet6? (${context.address}/\\d+)`, "m").exec(
      shown.stdout,
    );
    if (held === null) throw new DrillError(`${active.name}: does not hold ${context.address}`);
    const faultAt = await active.deleteAddress(held[2] ?? "", held[1] ?? "");
    await observe(context, { ms: 2_000 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), notes: [] };
  },
  async restore() {},
};

/** SIGKILL to the main process of lb-agent on the active host; all the rest lives on. */
export const agentCrash: FaultScenario = {
  kind: "fault",
  async act(context, { active }) {
    const insidePid = Number((await active.readFile(AGENT_PID_FILE))?.trim());
    const running = await active.processes();
    const agent = running.find((process) => process.insidePid === insidePid);
    if (agent === undefined) {
      throw new DrillError(`${active.name}: ${AGENT_PID_FILE} names no process that runs`);
    }
    const faultAt = await active.kill([agent.insidePid]);
    await observe(context, { ms: 4_000, tokens: 2 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), notes: [] };
  },
  async restore(context, { active }) {
    await lbctl(context, active, ["cluster", "start"]);
  },
};

/** The active host loses power: its ports go down and everything in it is killed. */
export const hostCrash: FaultScenario = {
  kind: "fault",
  service: "moves",
  async act(context, { active }) {
    const faultAt = await active.crash();
    await observe(context, { ms: 1_500, tokens: 2 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), notes: [] };
  },
  async restore(context, { active }) {
    await active.boot();
    await lbctl(context, active, ["cluster", "start"]);
  },
};

/** `lbctl node standby` of the active node; counted from the moment the command is spawned. */
export const switchover: FaultScenario = {
  kind: "fault",
  service: "moves",
  async act(context, { active }) {
    const result = await active.run("lbctl", ["node", "standby", active.name]);
    if (result.status !== 0) {
      throw new DrillError(`lbctl node standby ${active.name}: ${result.stderr.trim()}`);
    }
    await observe(context, { ms: 2_000 });
    const tookMs = Math.round(result.endedAt - result.startedAt);
    const notes = [`lbctl node standby ${active.name} took ${tookMs} ms`];
    return { faultAt: result.startedAt, countFrom: "fault", untilAt: monotonicMs(), notes };
  },
  async restore(context, { active, passive }) {
    await lbctl(context, passive, ["node", "unstandby", active.name]);
  },
};
