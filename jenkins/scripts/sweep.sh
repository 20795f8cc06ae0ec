#!/bin/sh
# Ends the trials that nobody needs: sweep.sh, with SLIPWAY_REPOSITORY and GITHUB_TOKEN_FILE from the environment, a file with a token that may
# read pull requests. If GitHub does not say which are open, nothing is ended.
set -eu
cd "$(dirname "$0")/../.."

open=$(node --require ./preload.cjs jenkins/scripts/open-pull-requests.ts "$SLIPWAY_REPOSITORY" "$GITHUB_TOKEN_FILE")
npx slipway trial sweep --yes --open "$open"
