#!/usr/bin/env bash
# Sets up, checks, and runs every test but the long simulations. Arguments go to mocha, such as
# `--grep WORDS`. The last line is `N passed, N failed`; the check counts as one of them.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bash scripts/setup.sh test || exit $?
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
if bash scripts/check.sh --no-tests; then passed=1; else failed=1; fi

# Tests that take a folder of outside material find it here; without it they have none to run on.
if [ -z "${LB_SHARED:-}" ] && [ -d ../shared ]; then
  LB_SHARED=$(readlink -f ../shared)
  export LB_SHARED
fi

# Tests with a pair wait most of their time, so that the others run beside them.
run_part() {
  local name=$1
  shift
  LB_TEST_COUNTS=$folder/$name.counts node_modules/.bin/mocha --reporter scripts/reporter.cjs "$@"
}
add_part() {
  local name=$1 status=$2 tests_passed=0 tests_failed=0
  if read -r tests_passed tests_failed <"$folder/$name.counts"; then
    passed=$((passed + tests_passed)) failed=$((failed + tests_failed))
  fi 2>/dev/null
  # mocha that ends without its counts, or badly with none failed, has not run the tests.
  if [ "$status" -ne 0 ] && [ "$tests_failed" -eq 0 ]; then failed=$((failed + 1)); fi
}
with_a_pair='test/{pair,examples,lab}/**/*.test.ts'
run_part others "$@" --ignore "$with_a_pair" \
  '{agent,ctl,resource-agents,proto,test}/**/*.test.ts' >"$folder/others.said" 2>&1 &
others=$!
run_part pairs "$@" "$with_a_pair"
add_part pairs $?
wait "$others"
others_status=$?
cat "$folder/others.said"
add_part others "$others_status"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
