#!/bin/sh
# Known vulnerabilities and secrets in the image, by Trivy. What may stay until when is in jenkins/trivyignore.yaml.
set -eu
exec npx slipway gate run scan --image "$IMAGE" --output "$GATES/scan.statement.json" --report "$GATES/trivy.json" \
  --waivers jenkins/trivyignore.yaml -- \
  trivy image --scanners vuln,secret --severity HIGH,CRITICAL --exit-code 1 --ignorefile jenkins/trivyignore.yaml \
  --format json --output "$GATES/trivy.json" {image}
