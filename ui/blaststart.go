package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/ui/text"
	"canopy/ui/view"
)

// leadsIn tells an object at which no attack begins, but behind which stands somebody or something at which one does: a grant, or a
// way in.
func leadsIn(o model.Ref) bool {
	switch {
	case o.Group == model.GroupRBAC:
		return true
	case o.Group == "" && o.Kind == "Service", o.Group == "networking.k8s.io" && o.Kind == "Ingress":
		return true
	}
	return false
}

// blastBehind goes to the blast radius of who holds a grant, or of what stands behind a way in; where there are several, it asks which.
func (r *root) blastBehind(o model.Ref) tea.Cmd {
	session, ctx := r.shared.Session, r.shared.Running
	return func() tea.Msg {
		var starts []string
		err := session.Ask(ctx, func(c *cluster.Cluster, access *rbac.Analyser, _ string) { starts = behind(c, access, o) })
		switch {
		case err != nil:
			return view.Note{Text: "blast radius: " + err.Error(), Bad: true}
		case len(starts) == 0:
			return view.Note{Text: text.Clean(o.String()) + " gives nothing to anybody, or leads to nothing that was seen", Bad: true}
		case len(starts) == 1:
			return view.Go{Place: view.Place{Screen: view.Blast, Source: starts[0]}}
		}
		items := make([]view.Item, len(starts))
		for i, s := range starts {
			items[i] = view.Item{Text: text.Clean(s)}
		}
		return view.Pick{Title: "blast radius of whom, behind " + text.Clean(o.String()), Items: items, Done: func(chosen []int) tea.Cmd {
			return view.Send(view.Go{Place: view.Place{Screen: view.Blast, Source: starts[chosen[0]]}})
		}}
	}
}

// behind lists the nodes of the graph of attacks behind an object, sorted: the subjects of a binding or of all bindings of a role, the
// owners of the pods that a Service or an Ingress leads to.
func behind(c *cluster.Cluster, access *rbac.Analyser, o model.Ref) []string {
	var found []string
	subjects := func(b rbac.Binding) {
		for i := range b.Subjects {
			if s := rbac.SubjectOf(&b.Subjects[i], b.Ref.Namespace); !s.IsZero() {
				found = append(found, s.String())
			}
		}
	}
	switch {
	case o.Group == model.GroupRBAC && strings.HasSuffix(o.Kind, "Binding"):
		if b, ok := access.Binding(o); ok {
			subjects(b)
		}
	case o.Group == model.GroupRBAC:
		for b := range access.BindingsOf(o) {
			subjects(b)
		}
	case o.Kind == "Ingress":
		if in, ok := c.Get(o).(*record.Typed[*networkingv1.Ingress]); ok {
			for _, name := range exposure.Behind(&in.Object.Spec) {
				found = append(found, owners(c, model.KindByName("Service").Ref(o.Namespace, name))...)
			}
		}
	default:
		found = owners(c, o)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// owners lists what owns the pods of a Service.
func owners(c *cluster.Cluster, service model.Ref) []string {
	svc, ok := c.Get(service).(*record.Typed[*corev1.Service])
	if !ok || len(svc.Object.Spec.Selector) == 0 {
		return nil
	}
	selector := labels.SelectorFromSet(svc.Object.Spec.Selector)
	var found []string
	for r := range c.All(schema.GroupKind{Kind: "Pod"}) {
		if p, ok := r.(*record.Pod); ok && p.Namespace == service.Namespace && !p.Finished() && selector.Matches(p.Labels) {
			found = append(found, c.TopOwner(p).String())
		}
	}
	return found
}
