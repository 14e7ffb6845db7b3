package upgrade

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/escape"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/model/record"
)

// Conditions are what ways from pods to their node rest on beside the pods, as far as the control plane tells: the oldest of its API servers
// counts.
func Conditions(plane *node.Plane) escape.Conditions {
	var on escape.Conditions
	for i := range plane.Parts {
		p := &plane.Parts[i]
		if p.Component == lifecycle.APIServer && p.Known && (on.Minor == 0 || p.Version.Minor < on.Minor) {
			on.Minor = p.Version.Minor
		}
	}
	return on
}

// exits finds by which ways pods lead out to their node, by owner.
type exits struct {
	on escape.Conditions
	// known is what was found of templates, which pods share, seen which templates an owner has.
	known map[record.Template]ways
	seen  map[model.Ref]map[record.Template]struct{}
	of    map[model.Ref]*ways
}

// ways are those that are open, and those of which something else decides whether they are.
type ways struct{ open, perhaps []string }

func newExits(on escape.Conditions) *exits {
	return &exits{on: on, known: map[record.Template]ways{}, seen: map[model.Ref]map[record.Template]struct{}{}, of: map[model.Ref]*ways{}}
}

// take looks at a pod of an owner.
func (e *exits) take(owner model.Ref, p *record.Pod) {
	if len(p.Ephemeral()) > 0 {
		// What somebody put into the pod is its own.
		e.add(owner, leading(&corev1.PodTemplateSpec{ObjectMeta: p.Template.Decode().ObjectMeta, Spec: *p.Spec()}, e.on))
		return
	}
	t := p.Template.Bare()
	if _, ok := e.seen[owner][t]; ok || t.IsZero() {
		return
	}
	if e.seen[owner] == nil {
		e.seen[owner] = map[record.Template]struct{}{}
	}
	e.seen[owner][t] = struct{}{}
	found, ok := e.known[t]
	if !ok {
		found = leading(t.Decode(), e.on)
		e.known[t] = found
	}
	e.add(owner, found)
}

func (e *exits) add(owner model.Ref, found ways) {
	w := e.of[owner]
	if w == nil {
		w = &ways{}
		e.of[owner] = w
	}
	w.open, w.perhaps = append(w.open, found.open...), append(w.perhaps, found.perhaps...)
}

// words say by which ways the pods of an owner lead to their node; "" where none does.
func (e *exits) words(owner model.Ref) string {
	w := e.of[owner]
	switch {
	case w == nil || len(w.open)+len(w.perhaps) == 0:
		return ""
	case len(w.open) == 0:
		return "perhaps " + listed(w.perhaps)
	}
	return listed(w.open)
}

// leading lists the ways out of a template that lead to the node itself.
func leading(t *corev1.PodTemplateSpec, on escape.Conditions) ways {
	var w ways
	all := escape.Of(t, on)
	for i := range all {
		switch e := &all[i]; {
		case e.Kind != escape.ToNode:
		case e.Verdict == model.Yes:
			w.open = append(w.open, way(e.Edge))
		default:
			w.perhaps = append(w.perhaps, way(e.Edge))
		}
	}
	return w
}

// way names an edge of the catalogue in few words.
func way(edge string) string {
	switch edge {
	case "E-01", "E-02":
		return "privileged container"
	case "E-03":
		return "traces the node's processes"
	case "E-04":
		return "loads kernel modules"
	case "E-05":
		return "administers the kernel"
	case "E-06":
		return "opens the node's files"
	case "E-08":
		return "container runtime's socket"
	case "E-09":
		return "writes what the node runs"
	case "E-10":
		return "keys of the node"
	case "E-11":
		return "the kubelet's keys"
	case "E-13":
		return "leads logs of the node elsewhere"
	case "E-14":
		return "has the kernel start programs"
	case "E-16":
		return "HostProcess"
	}
	return "way out " + edge
}
