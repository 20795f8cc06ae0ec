FROM scratch
COPY root/ /
USER 65534
ENTRYPOINT ["/bin/prometheus"]
