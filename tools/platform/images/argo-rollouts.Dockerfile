FROM scratch
COPY rollouts-controller /rollouts-controller
USER 65534
ENTRYPOINT ["/rollouts-controller"]
