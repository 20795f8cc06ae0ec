// What it shares with ../kubernetes is required in the version that is compiled there.
module github.com/bitnami-labs/sealed-secrets

go 1.26.2

require (
	github.com/Masterminds/sprig/v3 v3.3.0
	github.com/google/go-cmp v0.7.0
	github.com/google/renameio v0.1.0
	github.com/mattn/go-isatty v0.0.20
	github.com/mkmik/multierror v0.4.0
	github.com/prometheus/client_golang v1.22.0
	github.com/prometheus/client_model v0.6.1
	github.com/spf13/pflag v1.0.6
	github.com/throttled/throttled v2.2.5+incompatible
	golang.org/x/crypto v0.36.0
	gopkg.in/yaml.v2 v2.4.0
	k8s.io/api v0.34.3
	k8s.io/apimachinery v0.34.3
	k8s.io/client-go v0.34.3
	k8s.io/klog v1.0.0
	k8s.io/klog/v2 v2.130.1
	k8s.io/utils v0.0.0-20250604170112-4c0f3b243397
)
