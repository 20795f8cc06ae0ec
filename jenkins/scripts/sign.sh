#!/bin/sh
# Signs and attaches what scan.sh and acceptance.sh have left in gates/: sign.sh <stack>. Takes state/<stack>.json. SLIPWAY_GATE_KEY: file with
# cosign's private key, empty for none; SLIPWAY_GATE_PASSWORD: file with its password. A gate that was not passed is recorded as well, and
# fails it at the end.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

if [ -s "${SLIPWAY_GATE_KEY:-}" ]; then
  COSIGN_PASSWORD=$(cat "${SLIPWAY_GATE_PASSWORD:?file with the password of the key}")
  export COSIGN_PASSWORD
  set -- "--key=$SLIPWAY_GATE_KEY"
else
  set --
fi
code=0
released=$(node --require ./preload.cjs jenkins/scripts/released.ts "state/$stack.json")
while read -r service image _; do
  for statement in "gates/$service"/*.statement.json; do
    [ -e "$statement" ] || continue
    gate=$(basename "$statement" .statement.json)
    npx slipway gate attach --stack "$stack" --service "$service" "$@" -- "$gate" "$statement" < /dev/null || code=1
    grep -q '"result": *"failed"' "$statement" && { echo "$service: $gate was not passed" >&2; code=1; }
  done
  # What cosign signs it attaches itself, with the login of DOCKER_CONFIG. A log that everybody can read would name images.
  if [ "$#" -gt 0 ] && [ -f "gates/$service/sbom.cdx.json" ]; then
    cosign attest "$@" --type cyclonedx --predicate "gates/$service/sbom.cdx.json" --use-signing-config=false --tlog-upload=false --yes "$image" < /dev/null || code=1
  fi
done <<END
$released
END
exit "$code"
