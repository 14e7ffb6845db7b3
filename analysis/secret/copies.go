package secret

import (
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// copies is an index of where values stand in plain text by their prints. It is kept while facts about some Secret are known: without
// them nobody asks, and to look into all templates costs something.
type copies struct {
	// from is what an object shows, at counts for each print the objects that show a place: all pods of an owner show the same.
	from map[model.Ref][]model.Evidence
	at   map[uint64]map[model.Evidence]int
	// touched are objects that may show something else by now.
	touched map[model.Ref]struct{}
	// wanted are the prints of values of Secrets, read the Secrets whose facts are others than when it was last made.
	wanted map[uint64]struct{}
	read   map[*item]struct{}
}

func (i *copies) on() bool { return i.from != nil }

func (i *copies) touch(ref model.Ref) {
	if i.on() {
		i.touched[ref] = struct{}{}
	}
}

// places lists where the value with a print stands, in no order.
func (i *copies) places(list []model.Evidence, print uint64) []model.Evidence {
	for e := range i.at[print] {
		list = append(list, e)
	}
	return list
}

// put replaces what an object shows. It notes the prints whose places are others now.
func (i *copies) put(ref model.Ref, now []model.Evidence, changed map[uint64]struct{}) {
	was := i.from[ref]
	if slices.Equal(was, now) {
		return
	}
	for _, e := range now {
		at := i.at[e.Print]
		if at == nil {
			at = map[model.Evidence]int{}
			i.at[e.Print] = at
		}
		if at[e]++; at[e] == 1 {
			changed[e.Print] = struct{}{}
		}
	}
	for _, e := range was {
		at := i.at[e.Print]
		if at[e]--; at[e] > 0 {
			continue
		}
		delete(at, e)
		changed[e.Print] = struct{}{}
		if len(at) == 0 {
			delete(i.at, e.Print)
		}
	}
	if i.from[ref] = now; len(now) == 0 {
		delete(i.from, ref)
	}
}

// indexCopies brings the index up to date. It is begun once somebody asks and facts are known, and given up where none are any more.
func (a *Analyser) indexCopies(c *cluster.Cluster, begin bool) {
	i := &a.copies
	switch {
	case c.Len(facts) == 0:
		a.copies = copies{}
		return
	case !i.on() && !begin:
		return
	case !i.on():
		a.copies = copies{
			from: map[model.Ref][]model.Evidence{}, at: map[uint64]map[model.Evidence]int{}, touched: map[model.Ref]struct{}{},
			wanted: map[uint64]struct{}{}, read: map[*item]struct{}{},
		}
		for _, it := range a.items {
			i.read[it] = struct{}{}
		}
		for ref := range a.echoes {
			i.touch(ref)
		}
		for ref := range a.exposing {
			i.touch(ref)
		}
		for ref := range a.owns {
			i.touch(ref)
		}
		for key := range a.members {
			i.touch(podRef(key))
		}
	}
	a.want(c)
	changed := map[uint64]struct{}{}
	for ref := range i.touched {
		i.put(ref, a.plain(c, ref), changed)
	}
	clear(i.touched)
	if len(changed) == 0 {
		return
	}
	for _, it := range a.items {
		if s := it.shown; s != nil && s.Facts != nil && slices.ContainsFunc(s.Facts.Prints, func(p uint64) bool { _, ok := changed[p]; return ok }) {
			a.forget(it)
		}
	}
}

// plain lists what stands in plain text in an object and has a print, each place once. Pods stand for themselves or for their owner, at
// the place where its template has it.
func (a *Analyser) plain(c *cluster.Cluster, ref model.Ref) (all []model.Evidence) {
	add := func(e model.Evidence) {
		if e.Print != 0 && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	if _, ok := a.exposing[ref]; ok {
		lines, _ := a.exposed(c, ref)
		for _, e := range lines {
			add(e)
		}
	}
	for _, e := range a.echoed(c, ref) {
		add(e)
	}
	owner, prefix := ref, record.TemplatePath(ref.Kind)
	var s *sheet
	var template record.Template
	if own, ok := a.owns[ref]; ok {
		s, template = own.sheet, own.template
	} else if m := a.members[keyOf(ref)]; m != nil && ref.Kind == "Pod" && ref.Group == "" {
		pod, _ := c.Get(ref).(*record.Pod)
		if pod == nil {
			return all
		}
		n := namer{ref: c.TopOwner(pod)}
		owner, prefix, s, template = n.ref, n.prefix()[:len(n.prefix())-1], m.sheet, m.template
	} else {
		return all
	}
	for _, x := range exposures(c.Get(ref)) {
		add(exposed(ref, "", &x))
	}
	inTemplate := a.inTemplate(s, template)
	for _, e := range a.plainCopies(owner, prefix, s, template, inTemplate) {
		add(e)
	}
	for i := range inTemplate {
		add(exposed(owner, prefix, &inTemplate[i]))
	}
	return all
}
