FROM scratch
COPY kustomize-controller /kustomize-controller
USER 65534
ENTRYPOINT ["/kustomize-controller"]
