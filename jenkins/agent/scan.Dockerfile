# The image of the pods that scan: the agent's, with the scanners. All three are named by version or digest: a scanner's release has been
# malicious before (CVE-2026-33634). Look the digest of Trivy's image up, and verify its signature:
# docker build --file jenkins/agent/scan.Dockerfile --build-arg AGENT="$SLIPWAY_AGENT_IMAGE" --build-arg TRIVY=aquasec/trivy@sha256:… jenkins
# push it, and set SLIPWAY_SCAN_IMAGE to its digest.
ARG AGENT
ARG TRIVY
FROM ${TRIVY} AS trivy

FROM ${AGENT}
USER root
COPY --from=trivy /usr/local/bin/trivy /usr/local/bin/trivy
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
# Each in a folder of its own, with every package that it needs in the version that was tried.
COPY agent/checkov.txt agent/semgrep.txt /opt/
RUN for tool in checkov semgrep; do \
      python3 -m venv /opt/$tool && /opt/$tool/bin/pip install --no-cache-dir --no-deps --requirement /opt/$tool.txt || exit 1; \
    done \
 && ln -s /opt/checkov/bin/checkov /opt/semgrep/bin/semgrep /opt/semgrep/bin/pysemgrep /usr/local/bin/
USER 1000:1000
