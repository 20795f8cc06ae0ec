// What it needs is required by ../../go.mod, in the versions that are compiled already.
module github.com/fluxcd/kustomize-controller

go 1.25.0
