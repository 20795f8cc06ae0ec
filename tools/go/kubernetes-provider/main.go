// Command pulumi-resource-kubernetes is the official Kubernetes provider, made as its own main program makes it: that one
// cannot be built from the published module, which lacks the files that a release's build writes.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed source/schema.json
var schema []byte

//go:embed source/terraform-mapping.json
var mapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, mapping)
}
