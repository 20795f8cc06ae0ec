#!/bin/sh
# Format, lint, types and unit tests: what every branch must pass.
set -eu
cd "$(dirname "$0")/../.."

jenkins/scripts/install.sh
npm run check
