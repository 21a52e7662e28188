import { readFileSync } from "node:fs";
import { monotonicMs } from "../lab/clock.ts";
import { complain } from "./judge.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import type { Pair } from "./pair.ts";

const SCRIPT = "packaging/vagrant/provision.sh";
/** What the script has to have made; each line is a command that succeeds then. */
const MADE = [
  "lbctl --version",
  'test "$(cat /var/www/html/index.html)" = "$(hostname)"',
  "grep -qx '192.168.33.18 ip1' /etc/hosts && grep -qx '192.168.33.19 ip2' /etc/hosts",
  "! systemctl is-active --quiet apache2 && ! systemctl is-enabled --quiet apache2",
  "! systemctl is-active --quiet lb-agent && ! systemctl is-enabled --quiet lb-agent",
  "grep -q server-status /etc/apache2/conf-enabled/lb-status.conf && apache2ctl -t",
  "grep -qx RuntimeWatchdogSec=30 /etc/systemd/system.conf.d/lb-watchdog.conf",
];

/** Runs the script of Vagrant's hosts on both of these, twice: it may be run again. */
export async function provisionBoth(pair: Pair, version: string): Promise<Outcome> {
  const at = monotonicMs();
  const found = await Promise.all(pair.machines.map((machine) => provision(machine, version)));
  return {
    figures: pair.recorder.figures(at),
    notes: found.map(({ said }) => said),
    complaints: found.flatMap(({ complaints }) => complaints),
  };
}

async function provision(
  machine: Machine,
  version: string,
): Promise<{ readonly said: string; readonly complaints: readonly string[] }> {
  await machine.must(["sh", "-c", `cp /packages/lb-cluster_${version}*_all.deb /tmp/`]);
  await machine.must(["sh", "-c", "cat >/tmp/provision.sh"], {
    input: readFileSync(SCRIPT, "utf8"),
  });
  let said = "";
  for (let again = 0; again < 2; again++) {
    const { status, stdout, stderr } = await machine.run(["bash", "-x", "/tmp/provision.sh"]);
    if (status !== 0) {
      return { said, complaints: [`${machine.name}: status ${status}: ${stderr.slice(-2000)}`] };
    }
    const lines = stderr.split("\n").filter((line) => line.startsWith("+ ")).length;
    const words = stdout.split("\n").filter((line) => line.startsWith("provision: "));
    said = `${machine.name}: ${lines} lines; ${words.join("; ")}`;
  }
  const made = await Promise.all(
    MADE.map(async (line) => {
      const { status } = await machine.run(["bash", "-c", line]);
      return complain(status !== 0, `${machine.name}: not so: ${line}`);
    }),
  );
  return { said, complaints: made.flat() };
}
