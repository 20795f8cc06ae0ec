#!/bin/sh
# Runs each of jenkins/gates on each image that a stack runs: scan.sh <stack>. Takes state/<stack>.json and manifests-<stack>/, and leaves
# gates/<service>/<gate>.statement.json with the reports beside it. Needs no passphrase, no key and no cluster, and ends well whatever
# is found: sign.sh says so, and fails, once it is recorded. Reports of what could not run at all are missing, and fail it here.
set -eu
cd "$(dirname "$0")/../.."
export STACK="$1"

code=0
released=$(node --require ./preload.cjs jenkins/scripts/released.ts "state/$STACK.json")
while read -r SERVICE IMAGE URL; do
  [ -n "$SERVICE" ] || continue
  export SERVICE IMAGE URL GATES="gates/$SERVICE"
  mkdir -p "$GATES"
  for gate in jenkins/gates/*.sh; do
    [ -e "$gate" ] || continue
    name=$(basename "$gate" .sh)
    echo "$SERVICE: $name"
    "$gate" < /dev/null || echo "$SERVICE: $name has ended with $?" >&2
    [ -f "$GATES/$name.statement.json" ] || { echo "$SERVICE: $name has left no statement" >&2; code=1; }
  done
done <<END
$released
END
exit "$code"
