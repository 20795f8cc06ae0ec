FROM scratch
COPY external-secrets /external-secrets
USER 65534
ENTRYPOINT ["/external-secrets"]
