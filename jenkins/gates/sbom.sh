#!/bin/sh
# The software bill of materials of the image, by Trivy, in the form of CycloneDX: sign.sh attaches it to the image.
set -eu
exec npx slipway gate run sbom --image "$IMAGE" --output "$GATES/sbom.statement.json" -- \
  trivy image --format cyclonedx --output "$GATES/sbom.cdx.json" {image}
