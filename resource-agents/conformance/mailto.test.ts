import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AgentContext } from "../contract.ts";
import { findAgent, runCommand, waitMs } from "../index.ts";
import { bundle, TestHost } from "./host.ts";

suite("MailTo", function () {
  this.timeout(20_000);
  let host: TestHost;
  let script: string;
  suiteSetup(() => {
    host = new TestHost();
    script = bundle("resource-agents/ocf.ts", join(host.folder, "lb-ocf.cjs"));
    for (const folder of ["none", "mail", "sendmail", "slow"]) mkdirSync(join(host.folder, folder));
    // Stand-ins that keep what they are given: no mail leaves this machine.
    for (const name of ["mail", "sendmail"]) {
      const keep = `{ printf '<%s>' "$@"; echo; cat; } >${join(host.folder, `${name}.txt`)}`;
      writeFileSync(join(host.folder, name, name), `#!/bin/sh\n${keep}\n`, { mode: 0o755 });
      symlinkSync("/bin/cat", join(host.folder, name, "cat"));
    }
    writeFileSync(join(host.folder, "slow", "mail"), "#!/bin/sh\nexec /bin/sleep 3\n", {
      mode: 0o755,
    });
  });
  suiteTeardown(() => host?.close());
  teardown(() => {
    for (const name of ["mail", "sendmail"]) {
      rmSync(join(host.folder, `${name}.txt`), { force: true });
    }
    rmSync(join(host.folder, "run"), { recursive: true, force: true });
  });

  /** Runs an action with the mailers of a folder; its status and what it said. */
  function act(action: string, programs: string, parameters: Record<string, string>) {
    const environment = Object.entries(parameters).map(
      ([name, value]) => `OCF_RESKEY_${name}=${value}`,
    );
    const fixed = [`PATH=${join(host.folder, programs)}`, `HA_RSCTMP=${join(host.folder, "run")}`];
    const words = [...fixed, ...environment, process.execPath, script, "MailTo", action];
    const said = host.command(
      "sh",
      "-c",
      'exec 2>&1; "$@"; echo "status $?"',
      "sh",
      "env",
      "-i",
      ...words,
    );
    return { status: Number(/status (\d+)\n$/.exec(said)?.[1]), said };
  }
  const sent = (name: string) => readFileSync(join(host.folder, `${name}.txt`), "utf8");

  test("start, monitor and stop, each twice, with one mail for each change", () => {
    const parameters = { email: "root, ops@example.org", subject: "Web" };
    assert.equal(act("monitor", "mail", parameters).status, 7);
    assert.equal(act("start", "mail", parameters).status, 0);
    const subject = `Web Takeover in progress at .* GMT on ${hostname()}`;
    assert.match(sent("mail"), new RegExp(`^<-s><${subject}><root><ops@example.org>\n`));
    rmSync(join(host.folder, "mail.txt"));
    for (const action of ["start", "monitor"])
      assert.equal(act(action, "mail", parameters).status, 0);
    assert.ok(!existsSync(join(host.folder, "mail.txt")), "started already: no mail");
    for (const action of ["stop", "stop"]) assert.equal(act(action, "mail", parameters).status, 0);
    assert.match(sent("mail"), /Migrating resource away/);
    assert.equal(act("monitor", "mail", parameters).status, 7);
  });

  test("with sendmail alone the mail has a head, and a subject adds no line to it", () => {
    const parameters = { email: "root", subject: "Web\nBcc: other@example.org" };
    assert.equal(act("start", "sendmail", parameters).status, 0);
    const [words, to, subject, empty] = sent("sendmail").split("\n");
    assert.deepEqual([words, to, empty], ["<-i><root>", "To: root", ""]);
    assert.match(subject ?? "", /^Subject: Web Bcc: other@example\.org Takeover/);
  });

  test("without a mailer: validate-all says so, start and stop go on and tell the log", () => {
    const none = "mailer: none found in PATH, expected one of mail, mailx, sendmail";
    const checked = act("validate-all", "none", { email: "root" });
    assert.deepEqual([checked.status, checked.said.includes(none)], [5, true]);
    for (const action of ["start", "monitor", "stop"]) {
      assert.equal(act(action, "none", { email: "root" }).status, 0, action);
    }
    assert.ok(act("start", "none", { email: "root" }).said.includes(none));
  });

  test("a mailer that hangs does not hold up what follows in the group", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = join(host.folder, "slow");
    const ending = new AbortController();
    const never = () => assert.fail("a mail needs no addresses");
    const context: AgentContext = {
      resource: "mail",
      parameters: { email: "root" },
      isProbe: false,
      checkLevel: 0,
      timeoutMs: 10_000,
      isSupervised: true,
      signal: ending.signal,
      addresses: {
        list: never,
        nics: never,
        hold: never,
        release: never,
        whoHas: never,
        announce: never,
      },
      run: (command, args, options) =>
        runCommand(command, args, { ...options, signal: ending.signal }),
      wait: (ms) => waitMs(ms, ending.signal),
      log: () => {},
      runFolder: join(host.folder, "run"),
    };
    try {
      const startedAt = performance.now();
      assert.equal((await findAgent("ocf:heartbeat:MailTo")?.start(context))?.status, 0);
      const tookMs = performance.now() - startedAt;
      assert.ok(tookMs > 900 && tookMs < 2500, `took ${tookMs} ms`);
    } finally {
      process.env["PATH"] = path;
      ending.abort();
    }
  });

  for (const email of ["|id", "-oQ/tmp", "/tmp/file", "a;id", "$(id)@example.org", "+folder"]) {
    test(`"${email}" is no recipient`, () => {
      const { status, said } = act("start", "mail", { email });
      assert.equal(status, 6);
      assert.ok(said.includes(`email "${email}": expected a user or a mail address`), said);
    });
  }

  test("email is required", () => {
    assert.equal(act("start", "mail", {}).status, 6);
  });
});
