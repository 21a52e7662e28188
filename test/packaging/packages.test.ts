import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { RELEASE } from "../../agent/core/model/index.ts";
import { type BuiltPackages, buildTwice } from "./built-packages.ts";
import { Overlay } from "./overlay.ts";

/** All that a host needs besides; the rest is for people who want more. */
const REQUIRED_BY_RPM = [
  "(nodejs >= 1:20 or nodejs20 or nodejs22 or nodejs24)",
  "/bin/sh",
  "/usr/bin/node",
  "iproute",
  "iputils",
  "systemd",
  "util-linux",
];
const REQUIRED_BY_DEB = ["iproute2", "iputils-arping", "iputils-ping", "nodejs (>= 20)", "systemd"];
/**
 * Stands in for those requirements, whose RPMs are not on this host, and has the folders that are
 * there before on Enterprise Linux.
 */
const STAND_IN = `Name: stand-in
Version: 1
Release: 1
Summary: What lb-cluster requires
License: MIT
BuildArch: noarch
Provides: nodejs = 1:22, iproute, iputils, systemd, util-linux, /bin/sh, /usr/bin/node
%description
%install
mkdir -p %{buildroot}/etc/sysconfig %{buildroot}/usr/share/licenses
%files
%dir /etc/sysconfig
%dir /usr/share/licenses
`;
const REPLACED = ["daemon-reload", "try-restart lb-agent.service"];
const CONFIGURATION = ["/etc/lb-cluster", "/etc/lb-cluster/cluster.yaml"];

suite("packages", function () {
  this.timeout(60_000);
  let built: BuiltPackages;

  suiteSetup(function () {
    this.timeout(120_000);
    built = buildTwice();
  });

  suiteTeardown(() => built?.close());

  test("the same sources give the same bytes", () => {
    const [first, second] = built.digests;
    assert.deepEqual(Object.keys(first ?? {}).length, 2);
    assert.deepEqual(first, second);
  });

  test("rpmlint and lintian find nothing", () => {
    const rpmlint = [
      "-c",
      "packaging/rpm/rpmlint.toml",
      built.rpm,
      "packaging/rpm/lb-cluster.spec",
    ];
    const ofRpm = spawnSync("rpmlint", rpmlint, { encoding: "utf8" });
    assert.match(ofRpm.stdout, / 0 errors, 0 warnings/);
    const options = ["--tag-display-limit", "0", "--fail-on", "warning,error"];
    const ofDeb = spawnSync("lintian", [...options, built.deb], { encoding: "utf8" });
    assert.deepEqual([ofDeb.stdout, ofDeb.status], ["", 0]);
  });

  suite("the RPM", () => {
    let host: Overlay;

    suiteSetup(() => {
      host = new Overlay();
      host.must(`groupdel haclient 2>/dev/null; rpm --initdb && cat >/tmp/stand-in.spec <<'END' &&
${STAND_IN}
END
        rpmbuild -bb --define '_rpmdir /tmp' /tmp/stand-in.spec &&
        rpm -i /tmp/noarch/stand-in-1-1.noarch.rpm &&
        rm -r /tmp/noarch /tmp/stand-in.spec ~/rpmbuild`);
    });

    suiteTeardown(() => host?.close());

    const install = (how: string): string =>
      host.must(`rpm ${how} /files/${built.rpm.split("/").at(-1)} 2>&1`, built.folder);

    test("requires what is stated, and nothing else", () => {
      const query = ["-qp", "--requires", built.rpm];
      const lines = spawnSync("rpm", query, { encoding: "utf8" }).stdout.split("\n");
      const own = lines.filter((line) => line !== "" && !/^(rpmlib|config)\(/.test(line));
      assert.deepEqual([...new Set(own)].toSorted(), REQUIRED_BY_RPM);
    });

    test("installs and runs, and every file and folder is owned", () => {
      install("-i");
      assert.deepEqual(host.systemctlCalls(), ["--no-reload preset lb-agent.service", ...REPLACED]);
      assert.equal(host.must("rpm -V lb-cluster && lbctl --version"), `${RELEASE}\n`);
      assert.equal(host.must("lb-agent --version"), `lb-agent ${RELEASE}\n`);
      assert.match(host.must("getent group haclient"), /^haclient:/);
      const owners = host.run(`rpm -qf --qf '%{NAME}\\n' ${host.added().join(" ")} | sort -u`);
      assert.equal(owners.stdout, "lb-cluster\nstand-in\n");
    });

    test("an upgrade replaces the agent and stops nothing", () => {
      host.must("echo 'name: x' >/etc/lb-cluster/cluster.yaml; echo '#' >>/etc/sysconfig/lb-agent");
      install("-U --replacepkgs");
      assert.deepEqual(host.systemctlCalls(), REPLACED);
      assert.equal(host.must("tail -n 1 /etc/sysconfig/lb-agent"), "#\n");
    });

    test("a removal leaves the cluster first, and configuration alone", () => {
      host.must("rpm -e lb-cluster 2>&1");
      const [first, ...more] = host.systemctlCalls();
      assert.equal(first, "--no-reload disable --now lb-agent.service");
      assert.deepEqual(more, ["daemon-reload"]);
      const left = host.added().filter((path) => !/^\/etc\/sysconfig|licenses$/.test(path));
      assert.deepEqual(left, CONFIGURATION);
      assert.match(
        host.must("ls /etc/sysconfig/lb-agent*"),
        /^\/etc\/sysconfig\/lb-agent.rpmsave$/m,
      );
    });
  });

  suite("the Debian package", () => {
    let host: Overlay;

    suiteSetup(() => {
      host = new Overlay();
      host.must("groupdel haclient 2>/dev/null; true");
    });

    suiteTeardown(() => host?.close());

    const install = (): string =>
      host.must(`dpkg --no-triggers -i /files/${built.deb.split("/").at(-1)} 2>&1`, built.folder);

    test("requires what is stated, and nothing else", () => {
      const query = ["-f", built.deb, "Depends"];
      const { stdout } = spawnSync("dpkg-deb", query, { encoding: "utf8" });
      assert.deepEqual(stdout.trim().split(", "), REQUIRED_BY_DEB);
    });

    test("installs and runs, and every file and folder is owned", () => {
      install();
      assert.deepEqual(host.systemctlCalls(), ["daemon-reload"]);
      assert.equal(host.must("dpkg -V lb-cluster && lbctl --version"), `${RELEASE}\n`);
      assert.match(host.must("getent group haclient"), /^haclient:/);
      const owned = host.run(`dpkg -S ${host.added().join(" ")}`);
      assert.deepEqual([owned.stderr, owned.status], ["", 0]);
    });

    test("its programs need nothing of a host but Node.js", () => {
      const said =
        host.must(`mkdir /bare && dpkg -L lb-cluster | tar -C / -cf - --no-recursion -T - \\
          2>/dev/null | tar -C /bare -xf -
        for library in $(ldd /usr/bin/node | grep -o '/[^ ]*'); do
          mkdir -p "/bare$(dirname "$library")" && cp -L "$library" "/bare$library"
        done
        touch /bare/usr/bin/node && mount --bind /usr/bin/node /bare/usr/bin/node
        chroot /bare /usr/bin/lbctl --version
        chroot /bare /usr/bin/lbctl resource describe ocf:heartbeat:apache | head -n 1
        chroot /bare /usr/bin/lb-agent --version
        umount /bare/usr/bin/node && rm -r /bare`);
      const [version, agent, daemon] = said.split("\n");
      assert.deepEqual([version, daemon], [RELEASE, `lb-agent ${RELEASE}`]);
      assert.match(agent ?? "", /^ocf:heartbeat:apache - /);
    });

    test("the built-in agents are OCF executables, below the provider lb", () => {
      const agents = host.must("ls /usr/lib/ocf/resource.d/lb").trim().split("\n");
      const said = host.must(`for agent in ${agents.join(" ")}; do
          /usr/lib/ocf/resource.d/lb/$agent meta-data | grep "<resource-agent name=\\"$agent\\""
        done`);
      assert.equal(said.trim().split("\n").length, agents.length);
      const listed = host.must("lbctl resource agents ocf:lb").trim().split("\n");
      assert.deepEqual(listed.toSorted(), agents.toSorted());
    });

    test("an upgrade replaces the agent and stops nothing", () => {
      host.must("echo 'name: x' >/etc/lb-cluster/cluster.yaml; echo '#' >>/etc/default/lb-agent");
      install();
      assert.deepEqual(host.systemctlCalls(), ["daemon-reload", ...REPLACED]);
      assert.equal(host.must("tail -n 1 /etc/default/lb-agent"), "#\n");
    });

    test("a removal leaves the cluster first, and configuration alone", () => {
      host.must("dpkg -r lb-cluster 2>&1");
      const [first, ...more] = host.systemctlCalls();
      assert.equal(first, "--no-reload disable --now lb-agent.service");
      assert.deepEqual(more, ["daemon-reload"]);
      assert.deepEqual(host.added(), ["/etc/default/lb-agent", ...CONFIGURATION]);
      host.must("dpkg -P lb-cluster 2>&1");
      assert.deepEqual(host.added(), []);
    });
  });
});
