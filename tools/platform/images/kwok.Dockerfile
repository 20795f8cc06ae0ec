FROM scratch
COPY kwok /kwok
USER 65534
ENTRYPOINT ["/kwok"]
