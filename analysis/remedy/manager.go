package remedy

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// managerOf names what keeps an object as it is written elsewhere.
func managerOf(m metav1.Object) string {
	labels, notes := m.GetLabels(), m.GetAnnotations()
	first := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	if app := first(notes["argocd.argoproj.io/tracking-id"], labels["argocd.argoproj.io/instance"]); app != "" {
		name, _, _ := strings.Cut(app, ":")
		return "Argo CD application " + name
	}
	if name := first(labels["kustomize.toolkit.fluxcd.io/name"], notes["kustomize.toolkit.fluxcd.io/name"]); name != "" {
		return "Flux Kustomization " + name
	}
	if name := first(labels["helm.toolkit.fluxcd.io/name"], notes["helm.toolkit.fluxcd.io/name"]); name != "" {
		return "Flux HelmRelease " + name
	}
	if name := notes["meta.helm.sh/release-name"]; name != "" {
		return "Helm release " + name
	}
	if by := labels["app.kubernetes.io/managed-by"]; by != "" {
		if name := labels["app.kubernetes.io/instance"]; by == "Helm" && name != "" {
			return "Helm release " + name
		}
		return by
	}
	return ""
}
