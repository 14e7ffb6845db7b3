package image

import (
	"canopy/model/record"
)

// weighAbroad marks the reports that stand in namespaces in which an image does not run. Whoever may write reports in one namespace has no
// say over what runs in another: where the same source has a report in a namespace that runs it, and that is too old, one of elsewhere
// makes it no younger. The storage of kubescape has a namespace of its own for all reports, and files have none.
func (r *round) weighAbroad(it *item, list []Evidence) {
	foreign := func(e *Evidence) bool {
		return e.Scan.Namespace != "" && e.Source != record.SourceKubescape && e.Proves()
	}
	var home map[string]struct{}
	found := false
	for i := range list {
		e := &list[i]
		if !foreign(e) {
			continue
		}
		if home == nil {
			home = it.namespaces()
		}
		_, here := home[e.Scan.Namespace]
		e.Abroad = !here
		found = found || e.Abroad
	}
	if !found {
		return
	}
	best := map[string]*Evidence{}
	for i := range list {
		e := &list[i]
		if !foreign(e) || e.Abroad || e.Verdict != Scanned && e.Verdict != Stale {
			continue
		}
		if b := best[e.Source]; b == nil || order(e.Verdict) < order(b.Verdict) || e.Verdict == b.Verdict && (e.Scanned > b.Scanned || e.Scanned == b.Scanned && e.Scan.Compare(b.Scan) < 0) {
			best[e.Source] = e
		}
	}
	for i := range list {
		e := &list[i]
		if !e.Abroad {
			continue
		}
		e.Reason += "; the report stands in namespace " + brief(e.Scan.Namespace) + ", where the image does not run"
		if b := best[e.Source]; b != nil && b.Verdict == Stale && e.Verdict == Scanned {
			e.Verdict = Stale
			e.Reason += ", and that of namespace " + brief(b.Scan.Namespace) + " counts, which is too old"
		}
	}
}

// namespaces are those in which an image runs.
func (it *item) namespaces() map[string]struct{} {
	all := map[string]struct{}{}
	for u := range it.uses.all() {
		for h := range u.homes.all() {
			all[h.place.name] = struct{}{}
		}
	}
	return all
}
