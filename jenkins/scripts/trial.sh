#!/bin/sh
# Tries a pull request: trial.sh <folder with its checkout>, with NUMBER from the environment, in a checkout of main. Leaves trial.md for people
# and trial.json for trial-result.sh, whether it is ready or not.
set -eu
cd "$(dirname "$0")/../.."
context=$1

# One that ends before there is anything to tell leaves that.
printf '## Trial of pull request %s: failed\n\nIt ended before anything was delivered: see the log of slipway-deliver/trial.\n' "$NUMBER" > trial.md
echo '{"verdict": "failed"}' > trial.json
npx slipway trial up "$NUMBER" --context "$context" --comment trial.md --json > trial-up.json || code=$?
if [ -s trial-up.json ]; then mv trial-up.json trial.json; fi
exit "${code:-0}"
