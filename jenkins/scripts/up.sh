#!/bin/sh
# Delivers: up.sh <stack> [--expect <file>]. Runs the images of preview-<stack>.json that was approved and no others, and is limited to
# plan-<stack>.json if there is one and PLAN is not false. Never retried: see docs/killed-runs.md.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

unset SLIPWAY_EXPECT
case "$#${2:-}" in
  1) ;;
  3--expect) export SLIPWAY_EXPECT="$3" ;;
  *) echo "up.sh: got $*; allowed: <stack>, <stack> --expect <file>" >&2; exit 2 ;;
esac
. jenkins/scripts/hand-off.sh
npx slipway verify-state --stack "$stack"
# The engine's log of the run is a flag for those who debug it.
export PULUMI_DEBUG_COMMANDS=true
plan=plan-$stack.json
if [ "${PLAN:-true}" = true ] && [ -f "$plan" ]; then
  pulumi up --stack "$stack" --yes --skip-preview --non-interactive --event-log "events-$stack.jsonl" --plan "$plan"
else
  pulumi up --stack "$stack" --yes --skip-preview --non-interactive --event-log "events-$stack.jsonl"
fi
