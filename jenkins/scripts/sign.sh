#!/bin/sh
# Signs and attaches what scan.sh and acceptance.sh have left: sign.sh <stack>. SLIPWAY_GATE_KEY: file with cosign's private key, empty for none;
# SLIPWAY_GATE_PASSWORD: file with its password. Fails at the end where a gate was not passed, so that a failure is recorded as well.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

if [ -s "${SLIPWAY_GATE_KEY:-}" ]; then
  COSIGN_PASSWORD=$(cat "${SLIPWAY_GATE_PASSWORD:?file with the password of the key}")
  export COSIGN_PASSWORD
  set -- --key "$SLIPWAY_GATE_KEY"
else
  set --
fi
code=0
for statement in gates/*/*.statement.json; do
  [ -e "$statement" ] || { echo "gates/: got no statement; scan.sh or acceptance.sh leaves them" >&2; exit 1; }
  service=$(basename "$(dirname "$statement")")
  gate=$(basename "$statement" .statement.json)
  npx slipway gate attach --stack "$stack" --service "$service" "$@" -- "$gate" "$statement" < /dev/null || code=$?
done
exit "$code"
