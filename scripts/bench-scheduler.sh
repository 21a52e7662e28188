#!/usr/bin/env bash
# Times the scheduler beside crm_simulate: 100, 300 and 1000 primitives in groups of four, and the
# guide's two resources. Exit 0: as fast as it has to be; 1: slower.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
PATH=$PATH:/usr/sbin:/sbin
purpose=sim
command -v crm_simulate >/dev/null || purpose=test
bash scripts/setup.sh "$purpose" >&2
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
exec node --import=tsx test/scheduler/bench/main.ts "$@"
