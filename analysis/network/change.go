package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
)

// changes gathers what one Flush changes.
type changes struct {
	all        bool
	namespaces []*namespace
	// missing are namespaces that are not there any more.
	missing []string
	// round tells which namespaces are in the list.
	round    uint32
	pods     []model.Ref
	policies []model.Ref
	// fresh are the classes whose answers may be others than before.
	fresh []*class
	// work counts what was looked at only to tell of it.
	work int
	// before is what was possible for the classes that may change; nil while differences are not tracked.
	before *picture
}

// The bounds of what a Delta lists: beyond them it says that anything may be otherwise.
const (
	mostListed = 4096
	mostWork   = 4096
)

func (x *changes) namespace(n *namespace) {
	if x.all || n.noted == x.round {
		return
	}
	n.noted = x.round
	if x.namespaces = append(x.namespaces, n); len(x.namespaces) > mostListed {
		x.all = true
	}
}

// begin starts to gather. all tells that everything may be otherwise.
func (a *Analyser) begin(all bool) {
	a.round++
	a.changed = changes{all: all || len(a.noted.pods) > mostListed, round: a.round}
	if a.tracking {
		a.changed.before = a.photograph(all)
	}
}

// end gives what was gathered.
func (a *Analyser) end() Delta {
	x := &a.changed
	for _, c := range x.fresh {
		if x.all {
			break
		}
		a.concern(c)
	}
	d := Delta{All: x.all}
	if x.before != nil {
		d.Opened, d.Closed = a.compare(x.before)
	}
	if !d.All {
		d.Namespaces = x.missing
		for _, n := range x.namespaces {
			d.Namespaces = append(d.Namespaces, n.name)
		}
		slices.Sort(d.Namespaces)
		d.Namespaces = slices.Compact(d.Namespaces)
		d.Pods = sortedRefs(x.pods)
	}
	if len(x.policies) <= mostListed {
		d.Policies = sortedRefs(x.policies)
	} else {
		d.All = true
	}
	a.changed = changes{}
	return d
}

func sortedRefs(list []model.Ref) []model.Ref {
	inorder.Sort(list, model.Ref.Compare)
	return slices.Compact(list)
}

// moved notes that a pod has left a class.
func (a *Analyser) moved(m uint32, from *class) {
	if b := a.changed.before; b != nil {
		if _, known := b.left[m]; !known {
			b.left[m] = from
		}
	}
}

// concern notes the namespaces that a change of a class may be seen in: its own, and those with which it has, as it is now,
// other answers than denial.
func (a *Analyser) concern(c *class) {
	x := &a.changed
	if x.all || c == nil {
		return
	}
	x.namespace(c.namespace)
	if c.group == nil {
		return
	}
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		a.candidates(c.group, d, func(g *group) {
			if x.work += len(g.classes); x.work > mostWork {
				x.all = true
			}
			if x.all {
				return
			}
			for _, o := range g.classes {
				x.namespace(o.namespace)
			}
		})
	}
}

// regrouped notes that the answers of a class may be others than before.
func (a *Analyser) regrouped(c *class) {
	a.changed.fresh = append(a.changed.fresh, c)
	if b := a.changed.before; b != nil {
		b.after = append(b.after, c)
	}
}
