/** A pair of corosync and Pacemaker on the hosts of a lab, made by their own tools. */
import { type Host, type Lab, VIRTUAL_IP } from "../lab/index.ts";
import { must, type Pair, run, untilTrue } from "../pair/pair.ts";

/** Where the files of the old pair are on its first host. */
export const OLD_FILES = { corosync: "/tmp/corosync.conf", cib: "/tmp/cib.xml" } as const;

/** The guide's commands as pcs 0.11 takes them. */
const COMMANDS = [
  "pcs property set stonith-enabled=false",
  "pcs property set no-quorum-policy=ignore",
  "pcs resource defaults update migration-threshold=1",
  `pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=${VIRTUAL_IP} nic=eth0` +
    " cidr_netmask=32 op monitor interval=30s",
  "pcs resource create webserver ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf" +
    ' statusurl="http://localhost/server-status" op monitor interval=30s',
  "pcs resource meta webserver migration-threshold=10",
  "pcs constraint colocation add webserver with virtual_ip INFINITY",
  "pcs constraint order virtual_ip then webserver",
] as const;

const FOLDERS = [
  "/var/lib/corosync",
  "/var/log/corosync",
  "/var/log/pacemaker",
  "/var/lib/pacemaker/cib",
  "/var/lib/pacemaker/pengine",
  "/var/lib/pacemaker/blackbox",
  "/var/lib/pacemaker/cores",
].join(" ");

/** Makes the folders that the packages have and a host of the lab lacks. */
export async function prepareHosts({ lab }: { readonly lab: Lab }): Promise<void> {
  for (const host of lab.hosts) {
    await must(
      host,
      `head -c 256 /dev/zero > /etc/corosync/authkey && mkdir -p ${FOLDERS}` +
        " && chown -R hacluster:haclient /var/lib/pacemaker /var/log/pacemaker",
    );
  }
}

/** Starts corosync and Pacemaker on both hosts and makes the guide's resources run. */
export async function startOldPair(pair: Pair): Promise<void> {
  const { first, lab } = pair;
  const nodes = lab.hosts
    .map(({ name }, index) => `${name} addr=192.168.33.${18 + index} addr=192.168.34.${18 + index}`)
    .join(" ");
  await must(
    first,
    `pcs cluster setup webcluster ${nodes} totem token=4000 --force` +
      ` --corosync_conf ${OLD_FILES.corosync}`,
  );
  const text = await must(first, `cat ${OLD_FILES.corosync}`);
  for (const host of lab.hosts) await startDaemons(host, text);
  await untilTrue("both nodes online", async () => {
    const { stdout } = await run(first, "crm_mon -1");
    return lab.hosts.every(({ name }) => new RegExp(`Online: \\[.*\\b${name}\\b`).test(stdout));
  });
  for (const line of COMMANDS) await must(first, line);
  await untilTrue("resources run", async () => {
    const { stdout } = await run(first, "crm_mon -1");
    return (stdout.match(/:\s+Started/g) ?? []).length === 2;
  });
  await must(first, `cibadmin -Q > ${OLD_FILES.cib}`);
}

async function startDaemons(host: Host, corosyncConf: string): Promise<void> {
  await must(host, "cat > /etc/corosync/corosync.conf", corosyncConf);
  host.spawn("sh", ["-c", "exec corosync -f >/tmp/corosync.log 2>&1"]);
  await untilTrue("corosync answers", async () => {
    return (await run(host, "corosync-cfgtool -s")).status === 0;
  });
  host.spawn("sh", ["-c", "exec pacemakerd -f >/tmp/pacemaker.log 2>&1"]);
}

/** Stops it in order: resources first, then Pacemaker, then corosync. */
export async function stopOldPair({ lab }: { readonly lab: Lab }): Promise<void> {
  for (const name of ["pacemakerd", "corosync"]) {
    for (const host of lab.hosts) {
      for (const process of host.processes().filter((each) => each.name === name)) {
        host.run("kill", ["-TERM", String(process.insidePid)]);
      }
    }
    await untilTrue(`no ${name} is left`, () =>
      lab.hosts.every((host) => host.processes().every((process) => process.name !== name)),
    );
  }
}
