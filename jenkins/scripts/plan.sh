#!/bin/sh
# What an up would do, for those who approve it: plan.sh <stack>. Writes preview-<stack>.md, preview-<stack>.json and plan-<stack>.json.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

jenkins/scripts/install.sh
npx slipway preview --stack "$stack" --save-plan "plan-$stack.json" --comment "preview-$stack.md" --json > "preview-$stack.json"
