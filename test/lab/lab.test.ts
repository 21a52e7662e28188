import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Host,
  LABS_FOLDER,
  type Lab,
  monotonicMs,
  openLab,
  pause,
  repositoryRoot,
} from "./index.ts";
import { endChild, runCommand, startCommand } from "./run-command.ts";
import { longestDoubleOwnerMs, Watch } from "./watch/index.ts";

const VIRTUAL_IP = "192.168.33.20";
const HTTPD_START =
  "$(command -v apache2 || command -v httpd) -f /etc/httpd/conf/httpd.conf -k start";

/** Whether a packet of ping comes back; `to` is a host's name. */
async function pings(from: Host, to: string): Promise<boolean> {
  return (await from.run("ping", ["-c", "1", "-W", "0.3", to])).status === 0;
}

/** Whether a UDP packet to this port arrives at the other host. */
async function udpPasses(from: Host, to: Host, port: number): Promise<boolean> {
  const listen = `const s = require("dgram").createSocket("udp4"); s.on("message", () => {
    console.log("got"); process.exit(0); }); s.bind(${port}, () => console.log("bound"));
    setTimeout(() => process.exit(1), 700);`;
  const listener = to.spawn("node", ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  const heard = await new Promise<boolean>((resolve) => {
    listener.once("exit", () => resolve(false));
    listener.stdout?.on("data", (text: Buffer) => {
      if (text.includes("got")) resolve(true);
      else from.run("bash", ["-c", `echo hello >/dev/udp/${to.name}/${port}`]).catch(() => {});
    });
  });
  await endChild(listener);
  return heard;
}

/** Waits, a second at most, until nothing but PID 1 is left in a host; returns what else is. */
async function othersIn(host: Host): Promise<string[]> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const others = host.processes().filter(({ insidePid }) => insidePid !== 1);
    if (others.length === 0 || waitedMs >= 1_000) return others.map(({ name }) => name);
    await pause(50);
  }
}

suite("lab: two hosts and a client on one switch", function () {
  this.timeout(20_000);
  let lab: Lab;

  suiteSetup(async () => {
    lab = await openLab({ secondLink: true });
  });
  suiteTeardown(async () => {
    await lab?.close();
  });

  test("hosts reach each other by name and on both links, and the client both", async () => {
    const [first, second] = lab.hosts;
    assert.equal(await pings(first, "ip2"), true);
    assert.equal(await pings(second, "ip1"), true);
    assert.equal(await pings(first, "192.168.34.19"), true);
    assert.equal(await pings(first, "fd33::19"), true);
    const client = await lab.client.run("ping", ["-c", "1", "-W", "1", "192.168.33.18"]);
    assert.equal(client.status, 0);
  });

  test("a host has name, files, processes and links of its own", async () => {
    const [first] = lab.hosts;
    assert.equal((await first.run("hostname")).stdout, "ip1\n");
    assert.equal((await first.run("ls", ["/sys/class/net"])).stdout, "eth0\neth1\nlo\n");
    await first.run("sh", ["-c", "echo mine >/etc/own; echo mine >/var/own; echo mine >/run/own"]);
    for (const path of ["/etc/own", "/var/own", "/run/own"]) {
      assert.equal(first.readFile(path), "mine\n");
      assert.equal(existsSync(path), false);
      assert.equal(lab.hosts[1].readFile(path), undefined);
    }
    assert.match((await first.run("ps", ["ax"])).stdout, /^ +1 .* lab-init\n/m);
    assert.equal((await first.run("node", ["--version"])).stdout.trim(), process.version);
  });

  test("PID 1 of a host reaps what is orphaned", async () => {
    const [first] = lab.hosts;
    await first.run("sh", ["-c", "for i in 1 2 3; do (sleep 0.05 &); done"]);
    await pause(100);
    assert.deepEqual(await othersIn(first), []);
  });

  test("a command that outlasts its time is ended with all that it started", async () => {
    const [first] = lab.hosts;
    const result = await first.run("sh", ["-c", "sleep 60 & sleep 60"], { timeoutMs: 200 });
    assert.equal(result.timedOut, true);
    assert.deepEqual(await othersIn(first), []);
  });

  test("cut hosts hear nothing of each other until healed; the client reaches both", async () => {
    const [first, second] = lab.hosts;
    await lab.cutHosts();
    assert.equal(await pings(first, "ip2"), false);
    assert.equal(await pings(second, "192.168.34.18"), false);
    for (const address of ["192.168.33.18", "192.168.33.19"]) {
      assert.equal((await lab.client.run("ping", ["-c", "1", "-W", "1", address])).status, 0);
    }
    await lab.healNetwork();
    assert.equal(await pings(first, "ip2"), true);
  });

  test("a cut heartbeat drops those UDP ports both ways and nothing else", async () => {
    const [first, second] = lab.hosts;
    await lab.cutHeartbeat({ ports: [5405, 5406] });
    assert.equal(await udpPasses(first, second, 5405), false);
    assert.equal(await udpPasses(second, first, 5406), false);
    assert.equal(await udpPasses(first, second, 5407), true);
    assert.equal(await pings(first, "ip2"), true);
    await lab.healNetwork();
    assert.equal(await udpPasses(first, second, 5405), true);
  });

  test("loss takes about its share of the packets between the hosts", async () => {
    await lab.loss(50);
    const args = ["-c", "100", "-i", "0.002", "-W", "0.2", "-q", "ip2"];
    const { stdout } = await lab.hosts[0].run("ping", args);
    const received = Number(/(\d+) received/.exec(stdout)?.[1]);
    await lab.healNetwork();
    // Request and reply each pass with one half: 25 of 100 expected, standard deviation 4.3.
    assert.ok(received > 5 && received < 50, `${received} of 100 received`);
  });

  test("the watch sees a crash, a take-over, two owners and who announced", async () => {
    const [first, second] = lab.hosts;
    for (const host of lab.hosts) {
      assert.equal((await host.run("sh", ["-c", HTTPD_START])).status, 0);
    }
    await first.run("ip", ["addr", "add", `${VIRTUAL_IP}/32`, "dev", "eth0"]);
    const watch = new Watch(lab, { address: VIRTUAL_IP });
    try {
      assert.equal(await watch.untilHealthy({ forMs: 300, limitMs: 8_000 }), true);
      assert.deepEqual(watch.ownersNow(), ["ip1"]);
      const startAt = monotonicMs();
      await second.run("ip", ["addr", "add", `${VIRTUAL_IP}/32`, "dev", "eth0"]);
      await pause(200);
      const faultAt = await first.crash();
      second.spawn("arping", ["-A", "-c", "1", "-I", "eth0", VIRTUAL_IP], { stdio: "ignore" });
      await pause(200); // Until the first failures have had their 100 ms.
      assert.equal(await watch.untilHealthy({ forMs: 300, limitMs: 5_000 }), true);
      const doubleMs = longestDoubleOwnerMs(watch.owners, {
        fromAt: startAt,
        toAt: monotonicMs(),
      });
      assert.ok(doubleMs > 150 && doubleMs < 400, `${doubleMs} ms with two owners`);
      assert.equal(watch.probes.at(-1)?.host, "ip2");
      assert.ok(watch.announcementsSince(faultAt).some(({ host }) => host === "ip2"));
    } finally {
      await watch.close();
    }
  });

  test("a crashed host keeps its disk and loses the rest; booted, it is reachable", async () => {
    const first = lab.host("ip1");
    if (first.initPid === undefined) await first.boot();
    await first.run("sh", ["-c", "echo kept >/var/lib/kept; echo gone >/run/gone; sleep 60 &"]);
    await first.crash();
    assert.equal(first.initPid, undefined);
    assert.equal(await pings(lab.host("ip2"), "ip1"), false);
    await first.boot();
    assert.equal(first.readFile("/var/lib/kept"), "kept\n");
    assert.equal(first.readFile("/run/gone"), undefined);
    assert.equal(first.processes().length, 1);
    assert.equal(await pings(lab.host("ip2"), "ip1"), true);
  });
});

suite("lab: nothing is left behind", function () {
  this.timeout(20_000);

  suiteSetup(() => {});

  /** What of any lab of this process exists on the machine. */
  async function traces(folder: string): Promise<string[]> {
    const links = (await runCommand(["ip", "-o", "link"])).stdout;
    const children = (await runCommand(["ps", "-o", "args=", "--ppid", String(process.pid)]))
      .stdout;
    return [
      ...(existsSync(folder) ? [folder] : []),
      ...readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .filter((line) => line.includes(folder)),
      ...links.split("\n").filter((line) => /: (h[12]-|c-eth|br-eth)/.test(line)),
      ...children.split("\n").filter((line) => line.includes("lab-init")),
    ];
  }

  test("after close, while a process writes and a cut is on", async () => {
    const lab = await openLab();
    const pids = lab.hosts.map(({ initPid }) => initPid);
    assert.ok((await traces(lab.folder)).length >= 5); // The folder and four namespace sets.
    lab.hosts[0].spawn("sh", ["-c", "while :; do date >>/var/log/dates; done"]);
    await lab.cutHosts();
    await lab.close();
    assert.deepEqual(await traces(lab.folder), []);
    for (const pid of pids) assert.equal(existsSync(`/proc/${pid}`), false);
  });

  test("two labs at once do not touch each other", async () => {
    const [one, other] = await Promise.all([openLab(), openLab()]);
    await one.cutHosts();
    assert.equal(await pings(other.hosts[0], "ip2"), true);
    await one.close();
    assert.equal(await pings(other.hosts[0], "ip2"), true);
    await other.close();
    assert.deepEqual(await traces(one.folder), []);
    assert.deepEqual(await traces(other.folder), []);
  });

  test("a killed process takes its lab with it, and the next lab removes the folder", async () => {
    const index = join(repositoryRoot(), "test", "lab", "index.ts");
    const program = `import(${JSON.stringify(index)}).then(async ({ openLab }) => {
      const lab = await openLab();
      console.log(JSON.stringify([lab.folder, lab.hosts.map((host) => host.initPid)]));
    });`;
    const argv = [process.execPath, "--import=tsx", "--eval", program];
    const child = startCommand(argv, {
      cwd: repositoryRoot(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve) => {
      child.stdout?.once("data", (text: Buffer) => resolve(text.toString()));
    });
    const [folder, pids]: [string, number[]] = JSON.parse(line);
    await endChild(child);
    await pause(300);
    for (const pid of pids) assert.equal(existsSync(`/proc/${pid}`), false, `${pid} lives`);
    const lab = await openLab();
    await lab.close();
    assert.equal(
      readdirSync(LABS_FOLDER).some((name) => folder.endsWith(name)),
      false,
    );
  });
});
