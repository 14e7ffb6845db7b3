package reference

import "strings"

// retired is a registry, or a part of one, that gets no new images.
type retired struct {
	registry, path string
	// instead is what to write in place of registry and path; "" where nothing takes its place.
	instead, why string
}

const (
	kubernetes = "registry.k8s.io"
	// Said in https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/ and KEP-3720.
	frozen2023 = "k8s.gcr.io has been frozen since 3 April 2023: it gets no new images, nor patches"
	// Said in k8s.gcr.io/Vanity-Domain-Flip.md of https://github.com/kubernetes/k8s.io, and https://github.com/kubernetes/release/issues/270.
	frozen2020 = "Google's project google-containers has been frozen since July 2020, when Kubernetes' images moved away"
	// Said in https://github.com/kubernetes-sigs/kubebuilder/discussions/3907; the new place in https://github.com/kubernetes/k8s.io/pull/6690.
	gone2025 = "gcr.io/kubebuilder has not been served since 18 March 2025"
	// Said in https://github.com/bitnami/containers/issues/83267.
	legacy2025 = "docker.io/bitnamilegacy is a copy of what Bitnami had published until August 2025, and gets no updates"
)

// deprecated is data: what is known to be frozen or gone, by whom it was said stands above. A registry that merely is old, or of which
// only some images are, does not belong here.
var deprecated = [...]retired{
	{"k8s.gcr.io", "", kubernetes, frozen2023},
	// What k8s.gcr.io was a name for.
	{"us.gcr.io", "k8s-artifacts-prod", kubernetes, frozen2023},
	{"eu.gcr.io", "k8s-artifacts-prod", kubernetes, frozen2023},
	{"asia.gcr.io", "k8s-artifacts-prod", kubernetes, frozen2023},
	{"gcr.io", "google-containers", kubernetes, frozen2020},
	{"gcr.io", "google_containers", kubernetes, frozen2020},
	{"gcr.io", "kubebuilder/kube-rbac-proxy", kubernetes + "/kubebuilder/kube-rbac-proxy", gone2025},
	{"docker.io", "bitnamilegacy", "", legacy2025},
}

// Deprecated tells whether an image comes from a registry that gets no updates: what to write in its place, without tag and digest
// ("registry.k8s.io/pause"; "" where nothing takes its place), and why.
func Deprecated(r Reference) (replacement, why string, ok bool) {
	for _, d := range deprecated {
		at := entry{registry: d.registry, path: d.path}
		if !at.allows(r) {
			continue
		}
		if d.instead == "" {
			return "", d.why, true
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(r.Repository, d.path), "/")
		return strings.TrimSuffix(d.instead+"/"+rest, "/"), d.why, true
	}
	return "", "", false
}
