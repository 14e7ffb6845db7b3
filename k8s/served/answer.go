package served

import (
	"cmp"
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"canopy/model"
)

// Answer says which kinds a server serves.
type Answer struct {
	// Kinds are those to be read, in the order asked for: each at the version asked for where that is served, else at the
	// one that the server prefers, and with the scope and the resource that the server names.
	Kinds []*model.Kind
	// Twins are served too, but show the same objects as one of Kinds.
	Twins []*model.Kind
	// Silent gives for a group that did not answer the reason. Of its kinds nothing is known, but of those that are listed.
	Silent map[string]string
}

// Has finds a kind among those to be read; nil where it is not one of them.
func (a *Answer) Has(gk schema.GroupKind) *model.Kind {
	for _, k := range a.Kinds {
		if k.GroupKind() == gk {
			return k
		}
	}
	return nil
}

// Twin tells that a kind is served, and that another shows its objects.
func (a *Answer) Twin(gk schema.GroupKind) bool {
	return slices.ContainsFunc(a.Twins, func(k *model.Kind) bool { return k.GroupKind() == gk })
}

// limit bounds one question: a server that takes longer to list what it serves does not answer.
const limit = 30 * time.Second

// Ask asks a server which of the kinds it serves. An error means that nothing is known.
func Ask(ctx context.Context, client rest.Interface, kinds []*model.Kind) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	wanted := map[string]bool{}
	for _, k := range kinds {
		wanted[k.Group] = true
	}
	groups, err := ask(ctx, client, "/apis", wanted)
	if err != nil {
		return nil, err
	}
	return judge(kinds, groups), nil
}

// judge picks, of what is served, what is to be read.
func judge(kinds []*model.Kind, groups groups) *Answer {
	a := &Answer{Silent: map[string]string{}}
	found := map[schema.GroupKind]*model.Kind{}
	for _, k := range kinds {
		g := groups.named(k.Group)
		if g == nil {
			continue
		}
		if g.silent != "" {
			a.Silent[k.Group] = g.silent
		}
		if at := g.find(k); at != nil {
			found[k.GroupKind()] = at
		}
	}
	for _, k := range kinds {
		at := found[k.GroupKind()]
		if at == nil {
			continue
		}
		if twin := k.Twin(); twin != nil && found[twin.GroupKind()] != nil {
			a.Twins = append(a.Twins, at)
			continue
		}
		a.Kinds = append(a.Kinds, at)
	}
	return a
}

// groups come in the order in which the server lists them.
type groups []*group

// named gives the group of a name; nil where there is none.
func (l groups) named(name string) *group {
	for _, g := range l {
		if g.name == name {
			return g
		}
	}
	return nil
}

// group is what a server says of one group.
type group struct {
	name string
	// versions come in the order in which the server prefers them.
	versions []version
	silent   string
}

type version struct {
	name      string
	resources []resource
	// stale tells that the server behind it does not answer.
	stale bool
}

type resource struct {
	name, kind string
	namespaced bool
}

// find gives a kind as it is to be read; nil where the group does not serve it.
func (g *group) find(k *model.Kind) *model.Kind {
	at := map[string]resource{}
	best := ""
	for _, v := range g.versions {
		for _, r := range v.resources {
			if r.kind == k.Kind || r.kind == "" && r.name == k.Resource {
				at[v.name] = r
				best = cmp.Or(best, v.name)
				break
			}
		}
	}
	if _, ok := at[k.Version]; ok {
		best = k.Version
	}
	if best == "" {
		return nil
	}
	served := model.Kind{Group: k.Group, Version: best, Kind: k.Kind, Resource: at[best].name, Namespaced: at[best].namespaced}
	if served == *k {
		return k
	}
	return &served
}
