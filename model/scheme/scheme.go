// Package scheme holds the Go types of the objects that Canopy reads and changes. Only API versions that something here needs
// are part of it: each one is linked whole, and the scheme of client-go links them all.
package scheme

import (
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// shared is made once, as many goroutines ask for it many times.
var shared = sync.OnceValue(build)

// Types gives the types: those of the API versions of the built-in kinds. Definitions of kinds and API services have none. The
// scheme is shared, and nobody may add to it.
func Types() *runtime.Scheme { return shared() }

func build() *runtime.Scheme {
	s := runtime.NewScheme()
	b := runtime.NewSchemeBuilder(corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, rbacv1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme, storagev1.AddToScheme, nodev1.AddToScheme, discoveryv1.AddToScheme,
		certificatesv1.AddToScheme, admissionv1.AddToScheme)
	if err := b.AddToScheme(s); err != nil {
		panic(err) // the packages have the types that they register
	}
	return s
}
