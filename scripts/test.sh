#!/usr/bin/env bash
# Sets up, checks, and runs every test but the long simulations. Arguments go to mocha, such as
# `--grep WORDS`. The last line is `N passed, N failed`; the check counts as one of them.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bash scripts/setup.sh test || exit $?
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.

counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
passed=0 failed=0
if bash scripts/check.sh --no-tests; then passed=1; else failed=1; fi

# Tests that take a folder of outside material find it here; without it they have none to run on.
if [ -z "${LB_SHARED:-}" ] && [ -d ../shared ]; then
  LB_SHARED=$(readlink -f ../shared)
  export LB_SHARED
fi

LB_TEST_COUNTS=$counts node_modules/.bin/mocha --reporter scripts/reporter.cjs "$@" \
  '{agent,ctl,resource-agents,proto,test}/**/*.test.ts'
status=$?
if read -r tests_passed tests_failed <"$counts"; then
  passed=$((passed + tests_passed)) failed=$((failed + tests_failed))
fi
# mocha that ends without its counts, or badly with none failed, has not run the tests.
if [ "$status" -ne 0 ] && [ "${tests_failed:-0}" -eq 0 ]; then failed=$((failed + 1)); fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
