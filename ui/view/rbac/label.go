package rbac

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// What labels say of objects that Kubernetes itself ships.
const (
	isStock      = "stock"
	stockChanged = "stock, changed"
)

// labelOf says whose an object is: that of Kubernetes itself, or that of a tool that manages it. "" says that nobody claims it.
// What claims to be Kubernetes' own is judged by what it holds, never by its name.
func labelOf(t *stock.Table, r model.Record) string {
	var state stock.State
	var meta *record.Meta
	switch o := r.(type) {
	case *record.Typed[*rbacv1.ClusterRole]:
		meta = &o.Meta
		state, _ = t.JudgeRole(o.Ref(), o.Object.Rules, o.Object.AggregationRule, o.Labels.Map())
	case *record.Typed[*rbacv1.Role]:
		meta = &o.Meta
		state, _ = t.JudgeRole(o.Ref(), o.Object.Rules, nil, o.Labels.Map())
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		meta = &o.Meta
		state, _ = t.JudgeBinding(o.Ref(), o.Object.RoleRef, o.Object.Subjects)
	case *record.Typed[*rbacv1.RoleBinding]:
		meta = &o.Meta
		state, _ = t.JudgeBinding(o.Ref(), o.Object.RoleRef, o.Object.Subjects)
	default:
		return ""
	}
	switch state {
	case stock.Unchanged, stock.Earlier:
		return isStock
	case stock.Changed:
		return stockChanged
	}
	return manager(meta)
}

// manager names the tool that an object says it is managed by. Whoever writes the object chooses what it says.
func manager(m *record.Meta) string {
	for _, tool := range []struct {
		name string
		keys []string
	}{
		{"Argo CD", []string{"argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"}},
		{"Flux", []string{"kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"}},
		{"Helm", []string{"meta.helm.sh/release-name"}},
	} {
		for _, key := range tool.keys {
			if m.Annotations.Has(key) || m.Labels.Has(key) {
				return tool.name
			}
		}
	}
	return m.Labels.Get("app.kubernetes.io/managed-by")
}
