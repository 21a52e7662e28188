#!/usr/bin/env bash
# Runs a folder of scheduler cases: `npm run test:corpus -- FOLDER [--only NAME] [--tier A|B]
# [--output-format text|json]`. Exit 0: the bars hold; 1: they do not; 2: the call is wrong.
set -euo pipefail
called_from=${INIT_CWD:-$PWD}
cd "$(dirname "$(readlink -f "$0")")/.."
bash scripts/setup.sh sim >&2
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
tsx=$PWD/node_modules/tsx/dist/loader.mjs main=$PWD/test/scheduler/corpus/main.ts
cd "$called_from"
exec node --import="$tsx" "$main" "$@"
