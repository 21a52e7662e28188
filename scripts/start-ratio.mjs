// How long commands take as multiples of the start of Node.js: no figure of this says anything about
// the machine. `node scripts/start-ratio.mjs RUNS PROGRAM [WORDS] [-- PROGRAM [WORDS]]...` prints the
// median ratio of each command, one a line. Commands and Node.js take turns, so that what else the
// machine does meanwhile slows both.
import { spawnSync } from "node:child_process";

const [runs = "", ...rest] = process.argv.slice(2);
const commands = [[]];
for (const word of rest) {
  if (word === "--") commands.push([]);
  else commands.at(-1).push(word);
}
if (!/^[1-9]\d{0,3}$/.test(runs) || commands.some((command) => command.length === 0)) {
  throw new Error("usage: start-ratio.mjs RUNS PROGRAM [WORDS] [-- PROGRAM [WORDS]]...");
}

const ratios = commands.map(() => []);
for (let run = 0; run < Number(runs); run++) {
  for (const [index, command] of commands.entries()) {
    const plainMs = timeMs([process.execPath, "-e", "0"]);
    ratios[index].push(timeMs(command) / plainMs);
  }
}
for (const found of ratios) {
  found.sort((a, b) => a - b);
  process.stdout.write(`${found[Math.floor(found.length / 2)].toFixed(2)}\n`);
}

function timeMs([program, ...words]) {
  const startedAt = performance.now();
  const { error } = spawnSync(program, words, { stdio: "ignore" });
  if (error !== undefined) throw error;
  return performance.now() - startedAt;
}
