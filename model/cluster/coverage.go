package cluster

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/inorder"
)

// Cover takes the coverage of a kind, or forgets it where it is withdrawn. It tells whether that changes what can be judged:
// a watch that breaks or mends does not.
func (c *Cluster) Cover(cov model.Coverage) bool {
	if cov.State == model.Withdrawn {
		return c.Uncover(cov.Key())
	}
	old := c.coverage[cov.Key()]
	c.coverage[cov.Key()] = cov
	return old.State != cov.State || old.Reason != cov.Reason
}

// Uncover forgets the coverage of a kind in a namespace, and reports whether there was any.
func (c *Cluster) Uncover(key model.CoverKey) bool {
	_, ok := c.coverage[key]
	delete(c.coverage, key)
	return ok
}

// Coverage lists the coverage of all kinds, sorted, with counts.
func (c *Cluster) Coverage() []model.Coverage {
	list := slices.Collect(maps.Values(c.coverage))
	inorder.Sort(list, func(a, b model.Coverage) int { return a.Key().Compare(b.Key()) })
	for i := range list {
		list[i].Count = c.Len(list[i].Kind)
		if list[i].Namespace != "" {
			list[i].Count = c.counts[list[i].Key()]
		}
	}
	return list
}

// Settled tells that of every kind that was spoken of it is known how well it was seen.
func (c *Cluster) Settled() bool {
	for _, cov := range c.coverage {
		if cov.State == model.Loading {
			return false
		}
	}
	return len(c.coverage) > 0
}

// Seen gives how well a kind was seen in a namespace, or everywhere where the namespace is empty: what was asked for that
// namespace counts before what was asked for all. A kind that nobody speaks of is loading; an optional one is not served
// then, so that there is none of it, once it is known which of them are.
func (c *Cluster) Seen(gk schema.GroupKind, namespace string) model.Coverage {
	if cov, ok := c.coverage[model.CoverKey{Kind: gk, Namespace: namespace}]; ok {
		return cov
	}
	if cov, ok := c.coverage[model.CoverKey{Kind: gk}]; ok {
		return cov
	}
	if model.OptionalKind(gk) != nil && c.optionalKnown() {
		return model.Coverage{Kind: gk, Namespace: namespace, State: model.Complete}
	}
	return model.Coverage{Kind: gk, Namespace: namespace, State: model.Loading, Reason: "loading"}
}

// optionalKnown tells that the source has spoken of all optional kinds that it will speak of. A live source does so before
// it is through with the definitions of kinds.
func (c *Cluster) optionalKnown() bool {
	definitions, ok := c.coverage[model.CoverKey{Kind: schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}}]
	return len(c.coverage) > 0 && (!ok || definitions.State != model.Loading)
}
