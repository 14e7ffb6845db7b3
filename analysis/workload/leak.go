package workload

import (
	"slices"
	"strings"

	"canopy/model/record"
)

// leaksOf gives the credentials that stand in the annotations of an owner or a pod, as far as whoever made the record has looked.
func leaksOf(m *record.Meta) []hit {
	found := m.Exposed()
	if len(found) == 0 {
		return nil
	}
	hits := make([]hit, len(found))
	for i := range found {
		p := exposed(&found[i])
		severity := ruleTable[se01].severity
		if p.severity != 0 {
			severity = p.severity
		}
		hits[i] = hit{rule: se01, severity: severity, path: intern(p.path), value: intern(p.value), print: p.print}
	}
	return hits
}

// leak adds the credentials in annotations.
func (t *tally) leak(hits []hit, since int64) {
	for i := range hits {
		t.show(se01, hits[i].severity, since)
	}
}

// beyondLeaks gives the credentials in the annotations of pods that their owner does not show: neither among its own annotations nor
// among those that it gives its pods.
func beyondLeaks(own, pods []hit) []hit {
	if len(pods) == 0 || slices.Equal(own, pods) {
		return nil
	}
	var more []hit
	for i := range pods {
		if !slices.ContainsFunc(own, func(o hit) bool {
			return o.print == pods[i].print && o.value == pods[i].value && givenPath(o.path) == pods[i].path
		}) {
			more = append(more, pods[i])
		}
	}
	return more
}

// givenPath is where an annotation of a pod stands that its owner has, or gives it by its template.
func givenPath(path string) string {
	if i := strings.Index(path, "template.metadata."); i >= 0 {
		return path[i+len("template."):]
	}
	return path
}

// shown gives the rules by which a template of a group is at fault. A static pod is run by the kubelet from a file of the node, and can
// have no account in the place of the node's credentials: that it holds them is nodePaths' matter.
func (g *group) shown(j *judgement) rules {
	shown := j.rules
	if g.mirror {
		shown &^= 1 << se09
	}
	return shown
}
