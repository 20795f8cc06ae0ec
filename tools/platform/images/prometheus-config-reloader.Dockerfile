FROM scratch
COPY prometheus-config-reloader /bin/prometheus-config-reloader
USER 65534
ENTRYPOINT ["/bin/prometheus-config-reloader"]
