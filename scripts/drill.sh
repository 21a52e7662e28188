#!/usr/bin/env bash
# Sets the machine up (packages, build) and runs the drill; see `npm run drill -- --help`.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=drill
for option in "$@"; do
  # These need no more than the npm packages.
  case "$option" in --help | -h | --clean) purpose=none ;; esac
done
if [ "$purpose" = drill ] || [ ! -d node_modules ]; then
  bash scripts/setup.sh drill >&2
fi
exec node --import=tsx test/drill/main.ts "$@"
