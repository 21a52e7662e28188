import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RemoteShell } from "./remote-shell.ts";
import { VagrantHost } from "./vagrant-host.ts";

suite("a host of the Vagrantfile that does not answer", () => {
  const folder = mkdtempSync(join(tmpdir(), "lb-vagrant-host-"));
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  test("has no boot id, not even an empty one, which any boot would differ from", async () => {
    const shell = new RemoteShell("ip1", folder);
    shell.configure("Host ip1\n  HostName 127.0.0.1\n  Port 1\n");
    const host = new VagrantHost({ name: "ip1", mac: "52:54:00:00:00:01", shell }, () => {});
    await assert.rejects(host.kernel.bootId(), /^DrillError: ip1: no answer of .*boot_id$/);
  });
});
