package signature

import (
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"canopy/model/record"
)

// place is where pods are made.
type place struct {
	namespace string
	// labels are those of the namespace, with its name; known tells that they were seen.
	labels labels.Set
	known  bool
	// pod is nil where the question is about whatever pods there may be; labels of it are podLabels.
	pod       *record.Pod
	podLabels labels.Set
}

// filter is one condition on pods and their namespaces. Its zero value lets all pass.
type filter struct {
	// never tells that it is about something else than new pods.
	never bool
	// namespaces and names are patterns of which one has to fit; none is any. omitted are namespaces that do not pass.
	namespaces, omitted, names []string
	// spaces and pods select by labels; nil is all.
	spaces, pods labels.Selector
	// unread says, as what gets past, what else has to hold and is not evaluated.
	unread []string
}

// about tells that it looks at more than the namespace.
func (f *filter) about() bool { return len(f.names) > 0 || f.pods != nil || len(f.unread) > 0 }

// inside tells whether a namespace passes, whatever the pod.
func (f *filter) inside(p *place) truth {
	if f.never || len(f.namespaces) > 0 && !matches(f.namespaces, p.namespace) || matches(f.omitted, p.namespace) {
		return no
	}
	if f.spaces == nil {
		return yes
	}
	if !p.known && !byName(f.spaces) {
		return perhaps
	}
	return truthOf(f.spaces.Matches(p.labels))
}

// byName tells that a selector looks at nothing but the name of the namespace, which is known always.
func byName(s labels.Selector) bool {
	requirements, selectable := s.Requirements()
	if !selectable {
		return true
	}
	for _, r := range requirements {
		if r.Key() != nameLabel {
			return false
		}
	}
	return true
}

// nameLabel is the label that the API server sets on each namespace to its name.
const nameLabel = "kubernetes.io/metadata.name"

// passes tells whether a pod passes; where none is asked about, whether its namespace does.
func (f *filter) passes(p *place) truth {
	t := f.inside(p)
	if p.pod == nil || t == no {
		return t
	}
	if len(f.names) > 0 && !matches(f.names, p.pod.Name) || f.pods != nil && !f.pods.Matches(p.podLabels) {
		return no
	}
	if len(f.unread) > 0 {
		return min(t, perhaps)
	}
	return t
}

// others says which pods of a namespace that passes do not.
func (f *filter) others() []string {
	said := append([]string(nil), f.unread...)
	if f.pods != nil {
		said = append(said, "pods without the labels "+f.pods.String())
	}
	if len(f.names) > 0 {
		said = append(said, "pods not called "+strings.Join(f.names, ", "))
	}
	return said
}

// those says which pods of a namespace that passes do.
func (f *filter) those() []string {
	said := append([]string(nil), f.unread...)
	if f.pods != nil {
		said = append(said, "pods with the labels "+f.pods.String())
	}
	if len(f.names) > 0 {
		said = append(said, "pods called "+strings.Join(f.names, ", "))
	}
	return said
}

// group joins filters: one of them has to pass where any is set, else all.
type group struct {
	any  bool
	list []filter
}

// passes tells whether a pod passes; where none is asked about, whether some of its namespace may. No filter lets all pass.
func (g *group) passes(p *place) truth {
	if len(g.list) == 0 {
		return yes
	}
	t := truthOf(!g.any)
	for i := range g.list {
		if g.any {
			t = max(t, g.list[i].passes(p))
		} else {
			t = min(t, g.list[i].passes(p))
		}
	}
	return t
}

// excludes tells whether what is left out takes in a pod; where none is asked about, whether all of its namespace.
func (g *group) excludes(p *place) truth {
	if len(g.list) == 0 {
		return no
	}
	if p.pod != nil {
		return g.passes(p)
	}
	t := truthOf(!g.any)
	for i := range g.list {
		one := g.list[i].inside(p)
		if g.list[i].about() {
			one = no
		}
		if g.any {
			t = max(t, one)
		} else {
			t = min(t, one)
		}
	}
	return t
}

// spaced tells that labels of namespaces decide.
func (g *group) spaced() bool {
	for i := range g.list {
		if s := g.list[i].spaces; s != nil && !byName(s) {
			return true
		}
	}
	return false
}
