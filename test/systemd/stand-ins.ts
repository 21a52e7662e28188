/** What the drill of the documents runs, and what it cannot run as printed. */
import { readFileSync } from "node:fs";
import { readDocument, type Section } from "./document.ts";

/**
 * The documents, in the order in which they are run, each on two new hosts; "#" and a title: only
 * that section.
 */
export const DOCUMENTS: readonly string[] = [
  "README.md#A two-node cluster in five minutes",
  "docs/install.md",
  "docs/maintenance.md",
  "docs/from-rhel6-cman.md",
  "docs/operations.md#The recommended form: the server runs on both",
  "docs/operations.md#Are the two hosts alike?",
  "test/systemd/forgotten-step.md",
];

/** How many sections of docs/install.md come before a page, as it says. */
export const INSTALLED_BEFORE: ReadonlyMap<string, number> = new Map([
  ["README.md#A two-node cluster in five minutes", 4],
  ["docs/maintenance.md", 8],
  ["docs/from-rhel6-cman.md", 4],
  ["docs/operations.md#The recommended form: the server runs on both", 6],
  ["docs/operations.md#Are the two hosts alike?", 8],
  ["test/systemd/forgotten-step.md", 8],
]);

/** The sections of a document, by the name that it has in `DOCUMENTS`. */
export function sectionsOf(name: string): readonly Section[] {
  const [path = "", only] = name.split("#");
  return readDocument(readFileSync(path, "utf8"), only);
}

/** The documents that begin with the status page of the guide, on the port of the service. */
export const WITH_STATUS_PAGE: ReadonlySet<string> = new Set([
  "README.md#A two-node cluster in five minutes",
  "docs/operations.md#The recommended form: the server runs on both",
]);

/** A command that the hosts here do not have, and what is run in its place. */
export interface StandIn {
  /** The whole command, or what it begins with where a `*` ends it. */
  readonly printed: string;
  /** Run there instead: what it checks is all that is known here of the printed one. */
  readonly instead: string;
}

const HAS_NODE = "node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)'";
const HAS_SERVICE =
  "grep -q 5405 /usr/lib/firewalld/services/lb-cluster.xml &&" +
  " grep -q 5406 /usr/lib/firewalld/services/lb-cluster.xml";
/** What the last scriptlet of the package does in an upgrade; the files are the same. */
const RESTART = "/usr/lib/lb-cluster/restart-agent";
/** What keeps SELinux out of these hosts is that Debian's kernel and tree do not have it. */
const NO_SELINUX = "test ! -e /etc/selinux/config";

/** The files of a pair that was built by the guide: test/old-clusters/cman. */
const fromOld = (name: string) => `cp /srv/old1/${name} ${name}`;

/** All of them. The hosts are Debian's, with the files of the package laid over. */
export const STAND_INS: readonly StandIn[] = [
  { printed: "dnf module enable -y nodejs:22", instead: HAS_NODE },
  { printed: "dnf install -y ./lb-cluster-*", instead: "lbctl --version" },
  { printed: "dnf install -y httpd*", instead: "test -x /usr/sbin/apache2" },
  { printed: "dnf upgrade -y ./lb-cluster-*", instead: RESTART },
  { printed: "dnf downgrade -y ./lb-cluster-*", instead: RESTART },
  { printed: "apt-get install -y apache2 nftables ./lb-cluster_*", instead: "lbctl --version" },
  { printed: "firewall-cmd --permanent --add-service=lb-cluster", instead: HAS_SERVICE },
  { printed: "firewall-cmd --permanent --add-service=http", instead: "true" },
  { printed: "firewall-cmd --reload", instead: "true" },
  { printed: "ssh root@old1 cat /etc/cluster/cluster.conf*", instead: fromOld("cluster.conf") },
  { printed: "ssh root@old1 cat /etc/sysconfig/cman*", instead: fromOld("sysconfig-cman") },
  { printed: "ssh root@old1 cibadmin --query*", instead: fromOld("cib.xml") },
  { printed: "setsebool -P httpd_can_network_connect 1", instead: NO_SELINUX },
];

/** The stand-in of a command; undefined when it is run as printed. */
export function findStandIn(text: string): StandIn | undefined {
  return STAND_INS.find(({ printed }) =>
    printed.endsWith("*") ? text.startsWith(printed.slice(0, -1)) : text === printed,
  );
}
