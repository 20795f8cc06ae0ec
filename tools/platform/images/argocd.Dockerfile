# What Argo CD runs beside itself is this machine's, with its libraries.
FROM scratch
COPY root/ /
COPY argocd /usr/bin/argocd
ENV PATH=/usr/bin HOME=/tmp
USER 65534
