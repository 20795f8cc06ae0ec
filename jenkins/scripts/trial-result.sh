#!/bin/sh
# Fails where the trial of this pull request is not ready, as trial.json of slipway-deliver/trial says.
set -eu
cd "$(dirname "$0")/../.."

verdict=$(node --eval 'console.log(JSON.parse(require("fs").readFileSync("trial.json", "utf8")).verdict)')
echo "slipway trial: $verdict"
[ "$verdict" = ready ]
