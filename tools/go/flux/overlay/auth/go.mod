// What it needs is required by ../../go.mod, in the versions that are compiled already.
module github.com/fluxcd/pkg/auth

go 1.25.0
