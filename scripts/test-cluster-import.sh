#!/usr/bin/env bash
# Takes a real pair of corosync and Pacemaker over, in namespaces: `npm run test:cluster-import`.
# Exit 0: the new pair serves what the old one did; 1: something differs; 3: not root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bash scripts/setup.sh export >&2
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
exec node --import=./node_modules/tsx/dist/loader.mjs test/old-pair/main.ts
