package rbac

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/rbac/stock"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// Discovery tells which resources there are, and what they are called. It is never changed, and safe for use by many
// goroutines.
type Discovery struct {
	// list is sorted by group and resource.
	list []stock.Resource
	// at finds the place in list.
	at map[spot]int
	// names finds resources, without their subresources, by all that they are called, in lower case.
	names map[string][]int
}

// spot is a resource, with its subresource if any, in its group.
type spot struct{ group, resource string }

// NewDiscovery takes the resources that an API server serves, those that it prefers first, and adds what authorization
// alone knows, such as users and nodes/metrics; these have no Kind. Of resources that stand twice the first counts.
func NewDiscovery(served []stock.Resource) *Discovery {
	b := builder{at: map[spot]int{}, names: map[spot][]string{}}
	for _, r := range served {
		b.add(r)
	}
	for _, r := range unserved {
		b.add(r)
	}
	return b.discovery()
}

// With adds the custom resources that a cluster defines. What is there already stays.
func (d *Discovery) With(c *cluster.Cluster) *Discovery {
	b := builder{at: map[spot]int{}, names: map[spot][]string{}}
	for _, r := range d.list {
		b.add(r)
	}
	for name, list := range d.names {
		for _, i := range list {
			at := d.spot(i)
			b.names[at] = append(b.names[at], name)
		}
	}
	for _, def := range definitions(c) {
		if _, ok := b.at[spot{def.list[0].Group, def.list[0].Resource}]; ok {
			continue
		}
		for _, r := range def.list {
			b.add(r)
		}
		at := spot{def.list[0].Group, def.list[0].Resource}
		b.names[at] = append(b.names[at], def.names...)
	}
	return b.discovery()
}

// builder gathers resources.
type builder struct {
	list  []stock.Resource
	at    map[spot]int
	names map[spot][]string
}

// add takes a resource. Verbs of one that is there are added to it.
func (b *builder) add(r stock.Resource) {
	at := spot{r.Group, r.Resource}
	i, ok := b.at[at]
	if !ok {
		i = len(b.list)
		b.at[at] = i
		b.list = append(b.list, r)
		b.list[i].Verbs = nil
	}
	if ok && r.Kind != "" && b.list[i].Version != r.Version {
		return // the same at another version
	}
	verbs := slices.Concat(b.list[i].Verbs, r.Verbs)
	slices.Sort(verbs)
	b.list[i].Verbs = slices.Compact(verbs)
}

func (b *builder) discovery() *Discovery {
	inorder.SortStable(b.list, func(x, y stock.Resource) int {
		return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Resource, y.Resource))
	})
	d := &Discovery{list: b.list, at: map[spot]int{}, names: map[string][]int{}}
	for i := range d.list {
		r := &d.list[i]
		d.at[d.spot(i)] = i
		if strings.Contains(r.Resource, "/") {
			continue
		}
		for _, name := range append([]string{r.Resource, r.Kind}, b.names[d.spot(i)]...) {
			name = strings.ToLower(name)
			if name != "" && !slices.Contains(d.names[name], i) {
				d.names[name] = append(d.names[name], i)
			}
		}
	}
	for _, list := range d.names {
		slices.SortStableFunc(list, func(x, y int) int { return cmp.Or(d.rank(x)-d.rank(y), x-y) })
	}
	return d
}

// rank tells which of several resources of one name is meant: what can be asked for before what authorization alone knows,
// the core group before those of Kubernetes, these before others.
func (d *Discovery) rank(i int) int {
	r := &d.list[i]
	n := 0
	switch {
	case r.Group == "":
	case !strings.Contains(r.Group, ".") || strings.HasSuffix(r.Group, ".k8s.io"):
		n = 1
	default:
		n = 2
	}
	if r.Kind == "" {
		n += 3
	}
	return n
}

func (d *Discovery) spot(i int) spot { return spot{d.list[i].Group, d.list[i].Resource} }

// All lists all resources and subresources by group and name. Nobody may change it.
func (d *Discovery) All() []stock.Resource { return d.list }

// Verbs lists the verbs that there are on a resource or subresource, sorted; nil where nobody has heard of it. Nobody may
// change it.
func (d *Discovery) Verbs(group, resource string) []string {
	if r := d.find(group, resource); r != nil {
		return r.Verbs
	}
	if parent, sub, _ := cut(resource); sub == finalizers && d.find(group, parent) != nil {
		return []string{"update"}
	}
	return nil
}

func (d *Discovery) find(group, resource string) *stock.Resource {
	if i, ok := d.at[spot{group, resource}]; ok {
		return &d.list[i]
	}
	return nil
}

// Namespaced tells whether objects of a resource live in namespaces. A subresource goes by its resource. Of the group "*"
// it is known where all that are called so agree, of the resource "*" never.
func (d *Discovery) Namespaced(group, resource string) (namespaced, known bool) {
	if r := d.find(group, resource); r != nil {
		return r.Namespaced, true
	}
	parent, _, _ := cut(resource)
	if group != "*" {
		if r := d.find(group, parent); r != nil {
			return r.Namespaced, true
		}
		return false, false
	}
	for i := range d.list {
		if d.list[i].Resource != parent {
			continue
		}
		if known && namespaced != d.list[i].Namespaced {
			return false, false
		}
		namespaced, known = d.list[i].Namespaced, true
	}
	return namespaced, known
}
