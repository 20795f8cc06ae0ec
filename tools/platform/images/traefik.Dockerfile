FROM scratch
COPY traefik /traefik
USER 65534
ENTRYPOINT ["/traefik"]
