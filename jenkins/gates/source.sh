#!/bin/sh
# The source of the commit, by Semgrep with the rules of this repository: none is fetched.
set -eu
exec npx slipway gate run source --image "$IMAGE" --output "$GATES/source.statement.json" --report "$GATES/semgrep.sarif" -- \
  semgrep scan --config jenkins/semgrep.yaml --error --metrics off --disable-version-check --sarif --output "$GATES/semgrep.sarif" .
