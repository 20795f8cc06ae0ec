FROM scratch
COPY source-controller /source-controller
USER 65534
ENTRYPOINT ["/source-controller"]
