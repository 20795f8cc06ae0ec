FROM scratch
COPY operator /operator
USER 65534
ENTRYPOINT ["/operator"]
