package secret

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/model/record"
)

// item is a Secret that is there, that is named, or of which facts are known.
type item struct {
	alarm  analysis.Alarm[sleeper]
	key    types.NamespacedName
	namers []*namer
	// user tells that its values are of a user, as far as is known.
	user bool
	// shown is what is told of it, where known says that this was worked out: nil for one of which there is nothing to tell.
	shown *Secret
	known bool
}

// item gives the one of a Secret, and has it judged.
func (a *Analyser) item(key types.NamespacedName) *item {
	it := a.items[key]
	if it == nil {
		it = &item{key: key}
		it.alarm.Of = it
		a.items[key] = it
		for _, t := range a.titles(key) {
			a.titled[t] = it
		}
		a.order, a.counts = nil, nil
	}
	a.dirty.items[it] = struct{}{}
	return it
}

// The labels and annotations of Secrets that are read.
const (
	lastUsedLabel     = "kubernetes.io/legacy-token-last-used"
	invalidLabel      = "kubernetes.io/legacy-token-invalid-since"
	accountAnnotation = "kubernetes.io/service-account.name"
	managedByLabel    = "app.kubernetes.io/managed-by"
)

// helmRelease is the type of the Secrets in which Helm keeps its releases.
const helmRelease = "helm.sh/release.v1"

// kubernetes is the manager of what Kubernetes itself writes.
const kubernetes = "kubernetes"

// writer says which object writes a Secret, the first by name where there are several; "" where none that is seen does.
func (it *item) writer() string {
	first := ""
	for _, n := range it.namers {
		for i := range n.object {
			if u := &n.object[i]; u.writer != "" && n.key(u) == it.key && (first == "" || u.writer < first) {
				first = u.writer
			}
		}
	}
	return first
}

// consumedLabels are labels by which a Secret says which program reads it by the API.
var consumedLabels = [...]string{"argocd.argoproj.io/secret-type", "jenkins.io/credentials-type"}

// consumed tells that the Secret itself says who reads it.
func consumed(s *record.Secret) bool {
	return slices.ContainsFunc(consumedLabels[:], func(label string) bool { return s.Labels.Has(label) })
}

// used tells that something names it that could take its values.
func (it *item) used() bool { return len(it.namers) > 0 }

// mounted tells that something other than a ServiceAccount, which lists its tokens, names it.
func (it *item) mounted() bool {
	for _, n := range it.namers {
		if n.ref.Kind != "ServiceAccount" || n.ref.Group != "" {
			return true
		}
	}
	return false
}

// token tells a token of the old kind, which a controller writes for a service account and which stays good until it is deleted.
func token(s *record.Secret) bool { return s.Type == corev1.SecretTypeServiceAccountToken }

// manager says who writes a Secret by a program; "" where nobody is known to, so that it is a user's.
func (it *item) manager(s *record.Secret) string {
	if by := it.writer(); by != "" {
		return by
	}
	switch {
	case token(s):
		return kubernetes
	case s.Type == helmRelease, s.Type == "" && strings.HasPrefix(s.Name, "sh.helm.release.v1."):
		return "helm"
	case s.Type == corev1.SecretTypeBootstrapToken, s.Namespace == "kube-system" && strings.HasPrefix(s.Name, "bootstrap-token-"):
		return kubernetes
	case s.Labels.Has("controller.cert-manager.io/fao"):
		return byCertManager
	case s.Labels.Has("reconcile.external-secrets.io/managed"), s.Labels.Has("reconcile.external-secrets.io/created-by"):
		return byExternal
	case s.Labels.Has("sealedsecrets.bitnami.com/sealed-secrets-key"):
		return bySealed
	case s.Labels.Has("secrets-store.csi.k8s.io/managed"):
		return byStore
	case s.Annotations.Has(accountAnnotation):
		// As OpenShift makes for the registry of the cluster.
		return kubernetes
	case s.Owner != nil:
		return brief(s.Owner.Kind)
	}
	if by := s.Labels.Get(managedByLabel); by != "" && !byPeople(by) {
		return brief(by)
	}
	for _, prefix := range [...]string{byCertManager, byExternal} {
		if strings.HasPrefix(s.Writer, prefix) {
			return prefix
		}
	}
	if strings.HasPrefix(s.Writer, "externalsecrets.") {
		return byExternal
	}
	return ""
}

// byPeople tells tools that write what people have decided, the values of Secrets among it.
func byPeople(tool string) bool {
	switch strings.ToLower(tool) {
	case "helm", "tiller", "kustomize", "kubectl", "argocd", "argo-cd", "flux", "fluxcd", "terraform", "opentofu", "pulumi", "ansible", "skaffold", "jsonnet", "tanka", "cdk8s", "timoni", "helmfile":
		return true
	}
	return false
}

// lastUsed is the day on which the server last saw a token, in seconds since 1970; 0 where it does not say.
func lastUsed(s *record.Secret) int64 {
	at, err := time.Parse(time.DateOnly, s.Labels.Get(lastUsedLabel))
	if err != nil {
		return 0
	}
	return at.Unix()
}
