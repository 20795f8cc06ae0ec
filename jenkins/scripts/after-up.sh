#!/bin/sh
# Keeps what became of an up, whether it was good or not: after-up.sh <stack>. Writes report-<stack>.html, .md and .json, and
# state/<stack>.json, a copy of the state in which no secret is.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

mkdir -p state
pulumi stack export --stack "$stack" --non-interactive |
  node --require ./preload.cjs jenkins/scripts/without-secrets.ts > "state/$stack.json"
set -- --stack "$stack"
if [ -f "events-$stack.jsonl" ]; then set -- "$@" --events "events-$stack.jsonl"; fi
npx slipway report "$@" --html "report-$stack.html" --markdown "report-$stack.md" --json > "report-$stack.json"
