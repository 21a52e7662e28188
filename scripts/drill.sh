#!/usr/bin/env bash
# Sets the machine up (packages, build) and runs the drill; see `npm run drill -- --help`.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=drill
for option in "$@"; do
  # These need no more than the npm packages.
  case "$option" in --help | -h | --clean) purpose=none ;; esac
  # Their servers are on the hosts.
  case "$option" in vagrant | --hosts=vagrant) purpose=sim ;; esac
done
if [ "$purpose" = none ] && [ ! -d node_modules ]; then purpose=drill; fi
if [ "$purpose" != none ]; then bash scripts/setup.sh "$purpose" >&2; fi
exec node --import=tsx test/drill/main.ts "$@"
