package nodes

import (
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/engine"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// waysTo says how an owner is reached from outside. It asks for the ways of those alone to which one leads.
func waysTo(p *engine.Patching) func(model.Ref) string {
	var exposed map[model.Ref]bool
	return func(owner model.Ref) string {
		if exposed == nil {
			exposed = p.Ways.Owners(p.Cluster)
		}
		if !exposed[owner] {
			return ""
		}
		for pod := range p.Cluster.Pods(owner) {
			for _, w := range p.Ways.Of(p.Cluster, pod) {
				if w.Broken == "" {
					return describe(w)
				}
			}
		}
		return "a way from outside leads to it"
	}
}

// describe names a way in a few words.
func describe(w *exposure.Way) string {
	t := w.How + " " + w.Via.Name
	if w.Address != "" {
		t += " " + w.Address
		if w.Port != 0 {
			t += ":" + strconv.Itoa(int(w.Port))
		}
	}
	if w.Host != "" {
		t += " " + w.Host
	}
	if w.Internal {
		t += " (an address inside)"
	}
	return t
}

// podOf finds a pod by name; nil where there is none.
func podOf(c *cluster.Cluster, name types.NamespacedName) *record.Pod {
	p, _ := c.Get(model.KindByName("Pod").Ref(name.Namespace, name.Name)).(*record.Pod)
	return p
}

// anywhere tells that nearly all addresses can be talked to: half of one family in one piece, since policies often leave a few ranges out.
func anywhere(ranges []network.Range) bool {
	for _, r := range ranges {
		if r.Block.Bits() > 1 {
			continue
		}
		for i := range r.Parts {
			if r.Parts[i].Verdict == network.Allow {
				return true
			}
		}
	}
	return false
}
