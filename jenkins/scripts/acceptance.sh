#!/bin/sh
# Runs the command of SLIPWAY_ACCEPTANCE against each service of a stack: acceptance.sh <stack>. The command finds the service under URL, its
# name in SERVICE and its image in IMAGE, and may write JUnit's form to JUNIT. Takes state/<stack>.json, leaves statements as scan.sh does.
set -eu
cd "$(dirname "$0")/../.."
export STACK="$1"

released=$(node --require ./preload.cjs jenkins/scripts/released.ts "state/$STACK.json")
code=0
while read -r SERVICE IMAGE URL; do
  [ -n "$SERVICE" ] || continue
  export SERVICE IMAGE URL JUNIT="gates/$SERVICE/acceptance.junit.xml"
  mkdir -p "gates/$SERVICE"
  statement="gates/$SERVICE/acceptance.statement.json"
  # Words of the command are words of the setting.
  # shellcheck disable=SC2086
  npx slipway gate run acceptance --image "$IMAGE" --output "$statement" -- ${SLIPWAY_ACCEPTANCE:?the command that tests a service} < /dev/null ||
    echo "$SERVICE: acceptance has ended with $?" >&2
  [ -f "$statement" ] || code=1
done <<END
$released
END
exit "$code"
