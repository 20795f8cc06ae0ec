#!/bin/sh
# Keeps what became of an up, whether it was good or not: after-up.sh <stack>. Writes report-<stack>.html, .md and .json, and
# state/<stack>.json, a copy of the state without secrets and evidence. Needs no passphrase.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

code=0
jenkins/scripts/copy-state.sh "$stack" || code=$?
set -- --stack "$stack"
if [ -f "events-$stack.jsonl" ]; then set -- "$@" --events "events-$stack.jsonl"; fi
npx slipway report "$@" --html "report-$stack.html" --markdown "report-$stack.md" --json > "report-$stack.json" || code=$?
exit "$code"
