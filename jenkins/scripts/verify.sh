#!/bin/sh
# Format, lint, types and unit tests: what every branch must pass.
set -eu
cd "$(dirname "$0")/../.."

npm run check
