package capture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/inorder"
)

// coverage says how much of each kind was seen. Plain manifests are the whole cluster; a dump or a manifest of ours says
// what it cannot hold; a document that was skipped makes its kind partial, or every kind where its kind is not known. Of an
// optional kind that the cluster does not have nothing is said.
func (c *collector) coverage(options *Options, r *reader) []model.Coverage {
	counts := map[schema.GroupKind]int{}
	for k := range c.objects {
		counts[k.kind]++
	}
	var kinds []schema.GroupKind
	for _, k := range model.Kinds() {
		kinds = append(kinds, k.GroupKind())
	}
	for gk := range c.kinds {
		kinds = append(kinds, gk)
	}
	all := map[model.CoverKey]model.Coverage{}
	told := map[model.CoverKey]model.Coverage{}
	for _, m := range r.manifests {
		maps.Copy(told, m.coverage())
	}
	dump := c.recognise(r.files, counts)
	kinds = slices.DeleteFunc(kinds, func(gk schema.GroupKind) bool { return r.unserved(gk) })
	for _, k := range model.OptionalKinds() {
		if gk := k.GroupKind(); len(r.manifests) > 0 && !r.unserved(gk) || dump != nil && !c.lacks(gk, counts) {
			kinds = append(kinds, gk)
		}
	}
	kinds = append(kinds, options.Kinds...)
	var since int64
	if options.Clock != nil {
		since = options.Clock.Now().Unix()
	}
	for _, gk := range kinds {
		cov := model.Coverage{Kind: gk, State: model.Complete, Since: since}
		switch {
		case len(r.manifests) > 0:
			var ok bool
			if cov, ok = told[cov.Key()]; !ok {
				cov = model.Coverage{Kind: gk, State: model.Absent, Reason: "the capture does not hold this kind", Since: since}
			}
		case dump != nil:
			cov.State, cov.Reason = dump.state(gk, counts[gk] > 0)
		}
		all[cov.Key()] = cov
	}
	for k, cov := range told {
		all[k] = cov
	}
	c.lessen(all)
	return inorder.Collect(maps.Values(all), func(a, b model.Coverage) int { return a.Key().Compare(b.Key()) })
}

// unserved tells that by the manifests of ours the server did not have a kind.
func (r *reader) unserved(gk schema.GroupKind) bool {
	for _, m := range r.manifests {
		if !m.unserved(gk) {
			return false
		}
	}
	return len(r.manifests) > 0
}

// lacks tells that a dump shows that the cluster has no such kind: it holds the definitions of kinds, and none of this one;
// or that it holds the same objects by another kind.
func (c *collector) lacks(gk schema.GroupKind, counts map[schema.GroupKind]int) bool {
	if counts[gk] > 0 {
		return false
	}
	for _, k := range model.OptionalKinds() {
		if twin := k.Twin(); twin != nil && (k.GroupKind() == gk && counts[twin.GroupKind()] > 0 || twin.GroupKind() == gk && counts[k.GroupKind()] > 0) {
			return true
		}
	}
	definitions := counts[schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}] > 0
	// OpenShift serves its Routes, and Calico may serve its policies, by API servers of their own.
	return definitions && c.kinds[gk] == nil && gk.Group != model.GroupRoute && gk.Group != "projectcalico.org"
}

// lessen makes partial what lost a document, what stands twice, and what holds pods that no rule looks at.
func (c *collector) lessen(all map[model.CoverKey]model.Coverage) {
	lost, first := c.problems.lost, c.problems.first
	for gk := range lost {
		if _, known := all[model.CoverKey{Kind: gk}]; !known && gk.Kind != "" {
			all[model.CoverKey{Kind: gk}] = model.Coverage{Kind: gk, State: model.Complete}
		}
	}
	for k, cov := range all {
		if cov.State != model.Complete && cov.State != model.Partial {
			continue
		}
		gk := cov.Kind
		if lost[gk] == 0 {
			gk = schema.GroupKind{}
		}
		var reasons []string
		if c.unjudged[cov.Kind] {
			reasons = append(reasons, "kind not evaluated: its pod templates are not judged")
		}
		if n := lost[gk]; n == 1 {
			reasons = append(reasons, first[gk])
		} else if n > 1 {
			reasons = append(reasons, fmt.Sprintf("%s, and %d more", first[gk], n-1))
		}
		if len(reasons) == 0 {
			continue
		}
		cov.State, cov.Reason = model.Partial, strings.Join(reasons, "; ")
		all[k] = cov
	}
}
