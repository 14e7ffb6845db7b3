package segmentation

import (
	"cmp"
	"slices"

	"canopy/analysis/network"
	"canopy/model"
)

// crossings holds the namespaces of lesser environments and of production, and which of the first reach which of the second.
type crossings map[string]*world

// world is a namespace of an environment in which pods run.
type world struct {
	environment environment
	said        model.Evidence
	// reached says of each namespace of production that a lesser one reaches how it does.
	reached map[string]reach
}

// reach says how the pods of one namespace get to those of another.
type reach uint8

const (
	nobody reach = iota
	// uncertain: whatever gets there depends on something, or was not evaluated.
	uncertain
	unevaluated
	some
	everybody
)

// cross brings the crossings up to date, and has owners judged anew that may cross otherwise.
func (r *round) cross() {
	if len(r.dirty.worlds) == 0 || r.rules["NW14"] == nil {
		return
	}
	changed := map[string]*world{}
	for name := range r.dirty.worlds {
		w := r.crossings[name]
		e, said := r.environmentOf(name)
		if e == someEnvironment || !r.places[name].inhabited() {
			if w != nil {
				delete(r.crossings, name)
				r.forget(name, w)
			}
			continue
		}
		if w != nil && w.environment != e {
			r.forget(name, w)
			w = nil
		}
		if w == nil {
			w = &world{environment: e, reached: map[string]reach{}}
			r.crossings[name] = w
		} else if w.said != said && e == production {
			r.forget(name, w)
		}
		w.said = said
		changed[name] = w
	}
	for src, from := range r.crossings {
		if from.environment != lesser {
			continue
		}
		if changed[src] != nil {
			for dst, to := range r.crossings {
				if to.environment == production {
					r.ask(src, from, dst)
				}
			}
			r.touchOwners(src)
			continue
		}
		for dst, to := range changed {
			if to.environment == production && r.ask(src, from, dst) {
				r.touchOwners(src)
			}
		}
	}
}

// forget takes a namespace out of what others reach, and has its own pods judged anew.
func (r *round) forget(name string, w *world) {
	r.touchOwners(name)
	if w.environment != production {
		return
	}
	for src, from := range r.crossings {
		if _, ok := from.reached[name]; ok {
			delete(from.reached, name)
			r.touchOwners(src)
		}
	}
}

// ask finds out how one namespace reaches another; it tells whether findings may differ for it.
func (r *round) ask(src string, from *world, dst string) bool {
	before := from.reached[dst]
	cell, now := r.net.Cell(src, dst), nobody
	switch {
	case cell.Total > 0 && cell.Allowed == cell.Total:
		now = everybody
	case cell.Allowed > 0:
		now = some
	case cell.Depends > 0:
		now = uncertain
	case cell.Unknown > 0:
		now = unevaluated
	}
	if now == nobody {
		delete(from.reached, dst)
	} else {
		from.reached[dst] = now
	}
	return now != before || now != nobody && now != everybody
}

// crossing judges whether an owner in a lesser environment reaches production.
func (r *round) crossing(t *tenant) *model.Finding {
	from := r.crossings[t.ref.Namespace]
	if from == nil || from.environment != lesser || len(from.reached) == 0 {
		return nil
	}
	// A pod on the host network is in the network of its node, whatever its namespace.
	pods := 0
	for i := range t.variants {
		if t.variants[i].iso.Exempt == "" {
			pods += t.variants[i].pods
		}
	}
	if pods == 0 {
		return nil
	}
	l := []model.Evidence{from.said}
	verdict, reason := model.No, ""
	names := make([]string, 0, len(from.reached))
	for name := range from.reached {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, dst := range names {
		v, why := model.Yes, ""
		if from.reached[dst] != everybody {
			v, why = r.crosses(t, dst)
		}
		if v == model.No || r.crossings[dst] == nil {
			continue
		}
		l = append(l, r.crossings[dst].said)
		switch {
		case v == model.Yes:
			verdict, reason = v, ""
		case verdict == model.No, verdict == model.Unknown && v == model.Depends:
			verdict, reason = v, why
		}
	}
	if verdict == model.No {
		return nil
	}
	f := r.finding("NW14", model.Medium, t.ref, lines(capped(t.ref, l)...))
	f.Pods = pods
	return doubt(f, verdict, reason)
}

// unevaluatedPolicies is the reason where none is known.
const unevaluatedPolicies = "policies that are not evaluated"

// crosses asks whether an owner itself reaches a namespace.
func (r *round) crosses(t *tenant, dst string) (model.Verdict, string) {
	if best, why, ok := r.net.Toward(r.c, t.ref, dst); ok {
		switch best {
		case network.Allow:
			return model.Yes, ""
		case network.Depends:
			return model.Depends, why
		case network.NotEvaluated:
			return model.Unknown, cmp.Or(why, unevaluatedPolicies)
		}
		return model.No, ""
	}
	verdict, reason := model.No, ""
	q := network.Question{Level: network.Workloads, From: network.End{Ref: t.ref}, To: network.End{Ref: namespaceRef(dst)}}
	for e := range r.net.Entries(r.c, q) {
		switch e.Verdict {
		case network.Allow:
			return model.Yes, ""
		case network.Depends:
			if verdict != model.Depends {
				verdict, reason = model.Depends, e.Assumption
			}
			reason = min(reason, e.Assumption)
		case network.NotEvaluated:
			if verdict == model.No {
				verdict, reason = model.Unknown, e.Assumption
			}
		}
	}
	return verdict, cmp.Or(reason, unevaluatedPolicies)
}
