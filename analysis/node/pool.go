package node

import (
	"maps"
	"strings"

	"canopy/analysis/lifecycle"
)

// aspect is one of what nodes of a pool have in common.
type aspect uint8

const (
	ofKernel aspect = iota
	ofSystem
	ofRuntime
	ofKubelet
	aspects
)

// word names an aspect in a sentence.
func (a aspect) word() string { return [...]string{"kernel", "system", "runtime", "kubelet"}[a] }

// trait is what a node has of one aspect. Only those of one family can be told to be older or newer.
type trait struct {
	family, text string
	rank         rank
}

func (t *trait) newer(o *trait) bool {
	if c := t.rank.compare(o.rank); c != 0 {
		return c > 0
	}
	return t.text > o.text
}

// traits are those of a node.
type traits [aspects]trait

// pool counts what its nodes have, so that a node that changes costs the same in pools of any size.
type pool struct {
	name    string
	members map[*seat]struct{}
	aspects [aspects]tally
	stale   bool
}

// tally counts the values of one aspect.
type tally struct {
	families map[string]*family
	// leading is the family that most nodes have, by which the others are told to differ.
	leading string
}

type family struct {
	count  int
	values map[string]*value
	newest *trait
}

type value struct {
	trait
	count int
}

// enter counts a node in, leave counts it out.
func (p *pool) enter(t *traits) {
	p.stale = true
	for i := range t {
		c := &p.aspects[i]
		if c.families == nil {
			c.families = map[string]*family{}
		}
		f := c.families[t[i].family]
		if f == nil {
			f = &family{values: map[string]*value{}}
			c.families[t[i].family] = f
		}
		f.count++
		v := f.values[t[i].text]
		if v == nil {
			v = &value{trait: t[i]}
			f.values[t[i].text] = v
		}
		v.count++
	}
}

func (p *pool) leave(t *traits) {
	p.stale = true
	for i := range t {
		c := &p.aspects[i]
		f := c.families[t[i].family]
		v := f.values[t[i].text]
		if v.count--; v.count == 0 {
			delete(f.values, t[i].text)
		}
		if f.count--; f.count == 0 {
			delete(c.families, t[i].family)
		}
	}
}

// settle works out which values are the newest, and says whether that is another than it was.
func (p *pool) settle() bool {
	changed := false
	for i := range p.aspects {
		c := &p.aspects[i]
		leading, most := "", 0
		for name, f := range c.families {
			if f.count > most || f.count == most && name < leading {
				leading, most = name, f.count
			}
			var newest *trait
			for _, v := range f.values {
				if newest == nil || v.newer(newest) {
					newest = &v.trait
				}
			}
			changed = changed || f.newest == nil || f.newest.text != newest.text
			f.newest = newest
		}
		changed = changed || leading != c.leading
		c.leading = leading
	}
	p.stale = false
	return changed
}

// drift is how a node differs from others of its pool.
type drift struct {
	Verdict
	// behind says of each aspect what is newer in the pool; "" where nothing is.
	behind [aspects]string
}

// judgeDrift compares a node with its pool.
func (p *pool) judgeDrift(t *traits) drift {
	d := drift{Verdict: Verdict{Topic: Drift, State: OK}}
	if len(p.members) < 2 {
		d.Detail = "alone in pool " + p.name
		return d
	}
	var says []string
	for i := range t {
		c, own := &p.aspects[i], &t[i]
		if own.text == "" {
			continue
		}
		if f := c.families[own.family]; own.rank.compare(f.newest.rank) < 0 {
			d.behind[i] = f.newest.text
			says = append(says, aspect(i).word()+" "+own.text+" is behind "+f.newest.text)
		} else if own.family != c.leading {
			says = append(says, aspect(i).word()+" "+own.text+" is of another kind than most have")
		}
	}
	if len(says) == 0 {
		d.Detail = "as others of pool " + p.name
		return d
	}
	d.State, d.Detail = Due, "in pool "+p.name+" "+strings.Join(says, "; ")
	return d
}

// traitsOf reads what is compared.
func traitsOf(f *facts, s *system, e *engine, kubelet lifecycle.Version, plain bool) traits {
	var t traits
	t[ofSystem] = trait{s.product, f.image, s.rank}
	t[ofRuntime] = trait{e.name, f.runtime, e.rank}
	t[ofKernel] = trait{s.product + flavour(f.kernel), f.kernel, rankOf(f.kernel)}
	t[ofKubelet] = trait{"", f.kubelet, rank{}}
	if plain {
		t[ofKubelet].family = lifecycle.Kubelet
		t[ofKubelet].rank = rank{part: [8]int64{int64(kubelet.Major), int64(kubelet.Minor), int64(kubelet.Patch)}, n: 3}
	}
	return t
}

// flavour is the variant of a kernel, of which each has numbers of its own: generic, aws; "" where there is none.
func flavour(kernel string) string {
	at := strings.LastIndexByte(kernel, '-')
	if at < 0 {
		return ""
	}
	for _, r := range kernel[at+1:] {
		if r < 'a' || r > 'z' {
			return ""
		}
	}
	return kernel[at:]
}

// file puts a node into the pool that it belongs to, by what it has.
func (r *round) file(s *seat, key, name string, t *traits) {
	if s.pool != nil && s.filed == key && s.traits == *t {
		return
	}
	r.unfile(s)
	p := r.pools[key]
	if p == nil {
		p = &pool{name: name, members: map[*seat]struct{}{}}
		r.pools[key] = p
	}
	s.pool, s.filed, s.traits = p, key, *t
	p.members[s] = struct{}{}
	p.enter(t)
	if len(p.members) <= 2 {
		// Whoever was alone is not any more.
		r.touchMembers(p)
	}
	r.stale[p] = struct{}{}
}

// unfile takes a node out of its pool.
func (r *round) unfile(s *seat) {
	p := s.pool
	if p == nil {
		return
	}
	delete(p.members, s)
	p.leave(&s.traits)
	s.pool = nil
	if len(p.members) == 0 {
		delete(r.pools, s.filed)
		delete(r.stale, p)
		return
	}
	if len(p.members) == 1 {
		r.touchMembers(p)
	}
	r.stale[p] = struct{}{}
}

func (r *round) touchMembers(p *pool) {
	for s := range maps.Keys(p.members) {
		r.dirty.nodes[s.name] = struct{}{}
	}
}

// settle has those judged whose pool has another newest value than before.
func (r *round) settle() {
	for p := range r.stale {
		if p.settle() {
			r.touchMembers(p)
		}
	}
}
