/** A copy of this host's file system to install packages into; this host's own stays as it is. */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stands in for systemd, which does not run here: keeps what it was asked. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>/var/systemctl-calls
`;
const COMMAND_MAX_MS = 60_000;

/** What a command in the copy said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is written goes to a folder of its own, over this host's files. Needs root. */
export class Overlay {
  readonly folder = mkdtempSync(join(tmpdir(), "lb-overlay-"));

  constructor() {
    for (const name of ["upper", "work", "root"]) mkdirSync(join(this.folder, name));
    this.must(`rm -f /usr/bin/systemctl && cat >/usr/bin/systemctl <<'END'
${SYSTEMCTL}
END
      chmod 755 /usr/bin/systemctl`);
  }

  /** Runs a shell script in the copy, where systemd seems to run; `files` is there as /files. */
  run(script: string, files = this.folder): Ended {
    const { folder } = this;
    const mounts = `cd ${folder}
      mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
      mount -t tmpfs none root/run
      mkdir -p root/run/systemd/system root/files
      mount --bind ${files} root/files
      mount --rbind /dev root/dev
      mount -t proc none root/proc
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      export PATH
      exec chroot root /bin/sh -c "$1"`;
    const words = ["--mount", "--pid", "--fork", "sh", "-ec", mounts, "sh", script];
    const options = { encoding: "utf8", timeout: COMMAND_MAX_MS } as const;
    const { status, stdout, stderr, error } = spawnSync("unshare", words, options);
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /** The same; throws when it fails. */
  must(script: string, files = this.folder): string {
    const { status, stdout, stderr } = this.run(script, files);
    if (status === 0) return stdout;
    throw new Error(`${script}: status ${status}\n${stdout}${stderr}`);
  }

  /** What systemd was asked for since the last call. */
  systemctlCalls(): readonly string[] {
    const file = "/var/systemctl-calls";
    const text = this.must(`touch ${file} && cat ${file} && rm ${file}`);
    return text.split("\n").filter((line) => line !== "");
  }

  /** Files and folders that are in the copy and not on this host, as paths there. */
  added(): readonly string[] {
    return this.#below("/").filter((path) => !isOwnTool(path));
  }

  /** Removes it. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #below(folder: string): readonly string[] {
    const upper = join(this.folder, "upper");
    return readdirSync(join(upper, folder)).flatMap((name) => {
      const path = join(folder, name);
      const found = lstatSync(join(upper, path));
      // A character device is the mark of a deleted file.
      if (found.isCharacterDevice()) return [];
      const inside = found.isDirectory() ? this.#below(path) : [];
      return existsSync(path) ? inside : [path, ...inside];
    });
  }
}

/** The stand-in for systemd, the mount point, and what package managers keep. */
function isOwnTool(path: string): boolean {
  const own = ["/usr/bin/systemctl", "/files", "/var/systemctl-calls", "/var/unit-active"];
  if (path.includes("/.rpmdb")) return true;
  return own.includes(path) || /^\/var\/(lib|log|cache)\/(dpkg|rpm|debconf)/.test(path);
}
