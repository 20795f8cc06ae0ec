// Package utils knows no cloud: their libraries would make most of the build.
package utils

import (
	"fmt"

	"github.com/fluxcd/pkg/auth/generic"
)

// ProviderByName returns the one provider that needs nothing but a cluster.
func ProviderByName[T any](name string) (T, error) {
	provider, ok := any(generic.Provider{}).(T)
	if name != generic.ProviderName || !ok {
		var none T
		return none, fmt.Errorf("provider '%s' is not in this build", name)
	}
	return provider, nil
}
