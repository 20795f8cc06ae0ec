// Package decryptor decrypts nothing: the libraries of SOPS and of the clouds' keys would make most of the build. A
// Kustomization that asks for it is refused.
package decryptor

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/resource"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/cache"
)

// Option changes nothing.
type Option func()

// WithRoot is of no use without decryption.
func WithRoot(string) Option { return func() {} }

// WithTokenCache is of no use without decryption.
func WithTokenCache(cache.TokenCache) Option { return func() {} }

// WithSOPSAgeSecret is of no use without decryption.
func WithSOPSAgeSecret(string, string) Option { return func() {} }

// Decryptor leaves everything as it is.
type Decryptor struct{}

// New refuses a Kustomization that wants decryption.
func New(_ client.Client, object *kustomizev1.Kustomization, _ ...Option) (*Decryptor, func(), error) {
	if object.Spec.Decryption != nil {
		return nil, nil, fmt.Errorf("decryption by '%s' is not in this build", object.Spec.Decryption.Provider)
	}
	return &Decryptor{}, func() {}, nil
}

// IsEncryptedSecret tells whether SOPS has encrypted a Secret.
func IsEncryptedSecret(object *unstructured.Unstructured) bool {
	_, found, _ := unstructured.NestedFieldNoCopy(object.Object, "sops")
	return object.GetKind() == "Secret" && object.GetAPIVersion() == "v1" && found
}

// ImportKeys has none to import.
func (*Decryptor) ImportKeys(context.Context) error { return nil }

// SetAuthOptions has none to set.
func (*Decryptor) SetAuthOptions(context.Context) {}

// DecryptSources leaves them as they are.
func (*Decryptor) DecryptSources(string) error { return nil }

// DecryptResource leaves it as it is.
func (*Decryptor) DecryptResource(*resource.Resource) (*resource.Resource, error) { return nil, nil }
