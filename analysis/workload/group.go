package workload

import (
	"slices"

	"canopy/model"
	"canopy/model/record"
)

// group is a top owner with its pods.
type group struct {
	owner model.Ref
	// meta is that of the owner's record; nil where the owner is known by reference only.
	meta     *record.Meta
	template record.Template
	// own is the judgement of the owner's own template; nil where it has none.
	own *judgement
	// leaks are the credentials in the owner's annotations.
	leaks   []hit
	members int
	buckets []*bucket
	// lowers are what is folded into the owner and has a template of its own, sorted.
	lowers []*lower
	// debugged are the running pods with ephemeral containers.
	debugged []*member
	naked    bool
	mirror   bool
	dirty    bool

	snapshot *snapshot
	findings []held
}

// held is a published finding.
type held struct {
	rule    rule
	finding *model.Finding
}

func (g *group) empty() bool { return g.members == 0 && g.meta == nil }

func (g *group) finding(r rule) *model.Finding {
	for i := range g.findings {
		if g.findings[i].rule == r {
			return g.findings[i].finding
		}
	}
	return nil
}

// keyOf gives what a group is filed under. Pods may name an owner of an unknown kind in several versions, and it is one
// owner all the same, with one set of findings: their ids tell no version.
func keyOf(owner model.Ref) model.Ref {
	if model.KindOf(owner.GroupKind()) == nil {
		owner.Version = ""
	}
	return owner
}

// name takes the version of an owner of an unknown kind from the pod that stands for the group.
func (g *group) name() {
	if model.KindOf(g.owner.GroupKind()) != nil {
		return
	}
	if p := g.first(); p != nil && p.Owner != nil {
		g.owner = p.Owner.Ref(p.Namespace)
	}
}

// keep holds a finding as published; nil for one that is gone.
func (g *group) keep(r rule, f *model.Finding) {
	i := slices.IndexFunc(g.findings, func(h held) bool { return h.rule >= r })
	if i < 0 {
		i = len(g.findings)
	}
	there := i < len(g.findings) && g.findings[i].rule == r
	switch {
	case f == nil && there:
		g.findings = slices.Delete(g.findings, i, i+1)
	case f == nil:
	case there:
		g.findings[i].finding = f
	default:
		g.findings = slices.Insert(g.findings, i, held{r, f})
	}
}

// bucket gives the bucket of a judgement and of leaks, making it where there is none.
func (g *group) bucket(j *judgement, leaks []hit) *bucket {
	for _, b := range g.buckets {
		if b.judgement == j && slices.Equal(b.leaks, leaks) {
			return b
		}
	}
	b := &bucket{judgement: j, leaks: leaks}
	g.buckets = append(g.buckets, b)
	return b
}

func (g *group) drop(b *bucket) {
	i := slices.Index(g.buckets, b)
	last := len(g.buckets) - 1
	g.buckets[i], g.buckets[last] = g.buckets[last], nil
	g.buckets = g.buckets[:last]
}

// first gives the running pod with the smallest name; nil where none runs.
func (g *group) first() *record.Pod {
	var first *record.Pod
	for _, b := range g.buckets {
		if p := b.first(); first == nil || less(p, first) {
			first = p
		}
	}
	return first
}
