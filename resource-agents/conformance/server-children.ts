/** Processes that the tests of servers look at, or start, inside of a host's namespace. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHost } from "./host.ts";

/** A program that a test has started; `text` is all that it said. */
export interface Started {
  readonly child: ChildProcess;
  readonly text: () => string;
}

/** Ids of the processes in the host's namespace whose executable has that name. */
export function processesOf(host: TestHost, name: string): number[] {
  const own = host.command("readlink", "/proc/self/ns/net").trim();
  return readdirSync("/proc")
    .filter((pid) => /^[0-9]+$/.test(pid))
    .filter((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/exe`).endsWith(`/${name}`)) return false;
        return readlinkSync(`/proc/${pid}/ns/net`) === own;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Runs a script of Node.js in the host's namespace. */
export function runScript(host: TestHost, script: string): Started {
  const words = ["netns", "exec", host.hostName, process.execPath, "-e", script];
  const child = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, text: () => text };
}

/** One request in the host's namespace: the page's text, or `cut` when none came. */
export function requestPage(host: TestHost, url: string): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}).then((page) => page.text())
    .then(console.log, () => console.log("cut"))`;
  const { child, text } = runScript(host, script);
  return new Promise((done) => child.on("close", () => done(text().trim())));
}

/** A member that says `asked` for each request, and answers `late` only when it is told to. */
export async function startSilentMember(
  host: TestHost,
  port: number,
): Promise<Started & { readonly answer: () => void }> {
  const script = `const waiting = [];
    require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => { waiting.push(socket); console.log("asked"); });
    }).listen(${port}, "127.0.0.1", () => console.log("listening"));
    process.stdin.on("data", () => {
      for (const each of waiting) each.end("HTTP/1.0 200 OK\\r\\n\\r\\nlate");
    });`;
  const started = runScript(host, script);
  await until(() => started.text().includes("listening"));
  return { ...started, answer: () => void started.child.stdin?.write("answer\n") };
}

/** Waits for a condition; the test's own time is its limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** A killed process is out of sight before its sockets are closed. */
export function untilPortFree(host: TestHost, port: number): Promise<void> {
  return until(() => host.command("ss", "-Hltn", `sport = :${port}`).trim() === "");
}

/** Signals a process that may have ended in between. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
