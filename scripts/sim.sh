#!/usr/bin/env bash
# Runs the simulator: `npm run sim -- --seed N` repeats a run, `-- --hours N` runs for longer.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bash scripts/setup.sh sim
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
exec node --import=tsx test/sim/main.ts "$@"
