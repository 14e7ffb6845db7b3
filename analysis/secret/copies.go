package secret

import (
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// places finds where values stand in plain text by their prints; nil where no Secret was read, so that nobody asks.
func (a *Analyser) places(c *cluster.Cluster) map[uint64][]model.Evidence {
	if c.Len(facts) == 0 {
		return nil
	}
	found := map[uint64][]model.Evidence{}
	seen := map[model.Evidence]struct{}{}
	add := func(e model.Evidence) {
		if _, ok := seen[e]; ok || e.Print == 0 {
			return
		}
		seen[e] = struct{}{}
		found[e.Print] = append(found[e.Print], e)
	}
	for ref := range a.exposing {
		lines, _ := a.exposed(c, ref)
		for _, e := range lines {
			add(e)
		}
	}
	for ref, own := range a.owns {
		list := a.inTemplate(own.sheet, own.template)
		for i := range list {
			add(exposed(ref, record.TemplatePath(ref.Kind), &list[i]))
		}
		for _, x := range exposures(c.Get(ref)) {
			add(exposed(ref, "", &x))
		}
	}
	// Pods stand for themselves or for their owner, at the place where its template has it.
	for key, m := range a.members {
		list := a.inTemplate(m.sheet, m.template)
		pod, _ := c.Get(podRef(key)).(*record.Pod)
		if pod == nil {
			continue
		}
		for _, x := range pod.Exposed() {
			add(exposed(pod.Ref(), "", &x))
		}
		if len(list) == 0 {
			continue
		}
		n := namer{ref: c.TopOwner(pod)}
		for i := range list {
			add(exposed(n.ref, n.prefix()[:len(n.prefix())-1], &list[i]))
		}
	}
	return found
}
