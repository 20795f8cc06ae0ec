FROM scratch
COPY controller /controller
USER 1001
ENTRYPOINT ["/controller"]
