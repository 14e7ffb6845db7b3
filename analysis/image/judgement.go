package image

import (
	"cmp"
	"reflect"
	"slices"

	"canopy/model"
	"canopy/model/record"
)

// judgement is what is held of an image.
type judgement struct {
	verdict      Verdict
	reason       string
	evidence     []Evidence
	disagreement string
	counts       *record.Counts
	of           record.DigestOf
	built        int64
	// old tells that it was built longer ago than it may be.
	old      bool
	aliases  []string
	size     int64
	warnings []string
	// next is when time changes some of this, in seconds since 1970; 0 for never.
	next int64
}

// judge works out what is held of an image, and has its owners judged anew where that is something else than before.
func (r *round) judge(it *item) {
	if len(it.uses) == 0 {
		if r.items[it.id] == it {
			delete(r.items, it.id)
		}
		r.pin(it, nil)
		r.due.set(it, 0)
		r.retell(it)
		return
	}
	bare, before := it.bare, it.pins
	it.bare = false
	var pins []string
	for u := range it.uses {
		it.bare = it.bare || u.bare
		if u.pin != "" {
			pins = append(pins, u.pin)
		}
	}
	slices.Sort(pins)
	r.pin(it, slices.Compact(pins))
	now := r.examine(it)
	changed := now.verdict != it.verdict || now.reason != it.reason || now.built != it.built || now.old != it.old || !slices.Equal(now.warnings, it.warnings)
	if now.of != it.of || it.bare != bare || !slices.Equal(it.pins, before) {
		// Digests that were taken for those of different images may be of one, or of different kinds.
		for u := range it.uses {
			r.dirty.groups[u.tagged()] = struct{}{}
		}
	}
	// When it changes is no matter of what is told.
	next := now.next
	now.next = it.next
	if !reflect.DeepEqual(now, it.judgement) {
		it.judgement = now
		r.retell(it)
	}
	r.due.set(it, next)
	if changed {
		for u := range it.uses {
			r.dirty.owners[u.owner] = struct{}{}
		}
	}
}

// pin keeps which images are named by a digest that is not the one that the runtime reports.
func (a *Analyser) pin(it *item, now []string) {
	if slices.Equal(it.pins, now) {
		return
	}
	for _, d := range it.pins {
		if delete(a.pinned[d], it); len(a.pinned[d]) == 0 {
			delete(a.pinned, d)
		}
	}
	for _, d := range now {
		if a.pinned[d] == nil {
			a.pinned[d] = map[*item]struct{}{}
		}
		a.pinned[d][it] = struct{}{}
	}
	it.pins = now
}

// examine judges an image by all that tells of it.
func (r *round) examine(it *item) judgement {
	j := judgement{of: r.kindOf(it)}
	j.aliases, j.size = r.callings(it)
	j.warnings = warnings(it, j.aliases)
	matches := r.matches(it)
	j.evidence = make([]Evidence, 0, len(matches))
	for s, m := range matches {
		e, until := r.weighScan(it, j.of, s, m)
		j.evidence = append(j.evidence, e)
		j.wake(until)
		if m.Proves() {
			// The newest date of what differs only by who tells it.
			j.built = max(j.built, s.made())
		}
	}
	j.evidence = append(j.evidence, r.weighJobs(it)...)
	slices.SortFunc(j.evidence, compareEvidence)
	if j.built != 0 {
		until := j.built + int64(r.options.MaxImageAge.Seconds())
		if j.old = r.now >= until; !j.old {
			j.wake(until)
		}
	}
	r.conclude(it, &j)
	return j
}

// wake notes a moment at which something changes.
func (j *judgement) wake(at int64) {
	if at != 0 && (j.next == 0 || at < j.next) {
		j.next = at
	}
}

// kindOf says what the digest of an image is that of.
func (r *round) kindOf(it *item) record.DigestOf {
	if it.bare {
		return record.OfConfig
	}
	found := record.OfUnknown
	for _, s := range r.shelf.byDigest[it.digest] {
		for _, d := range s.digests {
			if d.Digest == it.digest && d.Of != record.OfUnknown && (found == record.OfUnknown || d.Of < found) {
				found = d.Of
			}
		}
	}
	return found
}

// matches finds the reports that may be of an image, each by the best that ties it to it.
func (r *round) matches(it *item) map[*scan]Match {
	found := map[*scan]Match{}
	add := func(list []*scan, m Match) {
		for _, s := range list {
			if old, ok := found[s]; !ok || rank(m) < rank(old) {
				found[s] = m
			}
		}
	}
	if it.digest != "" {
		for _, s := range r.shelf.byDigest[it.digest] {
			add([]*scan{s}, it.matchOf(s))
		}
		for _, d := range r.twins(it.digest) {
			add(r.shelf.byDigest[d], ByAlias)
		}
		for _, d := range it.pins {
			add(r.shelf.byDigest[d], ByPin)
		}
	}
	tags := map[string]struct{}{}
	for u := range it.uses {
		if t := u.tagged(); t != "" {
			tags[t] = struct{}{}
		}
		for _, ref := range u.under {
			add(r.shelf.filed[filing{ref, u.container}], ByWorkload)
			for _, s := range r.shelf.filed[filing{ref, ""}] {
				// A report of a workload that names no container is of the one with its image.
				if s.name == "" || s.name == u.parsed.Name() {
					add([]*scan{s}, ByWorkload)
				}
			}
		}
	}
	for t := range tags {
		add(r.shelf.byTag[t], ByReference)
	}
	return found
}

// matchOf says by which digest a report names the one that runs.
func (it *item) matchOf(s *scan) Match {
	of := record.OfUnknown
	for _, d := range s.digests {
		if d.Digest == it.digest && d.Of != record.OfUnknown {
			of = d.Of
		}
	}
	switch {
	case it.bare || of == record.OfConfig:
		return ByConfig
	case of == record.OfIndex:
		return ByIndex
	case of == record.OfManifest:
		return ByManifest
	}
	return ByDigest
}

// rank orders matches, the best first.
func rank(m Match) int {
	return slices.Index([]Match{ByIndex, ByManifest, ByConfig, ByDigest, ByPin, ByAlias, ByReference, ByWorkload}, m)
}

// order gives the place of a verdict, the best first.
func order(v Verdict) int { return slices.Index(Verdicts(), v) }

// Verdicts lists all verdicts, the best first.
func Verdicts() []Verdict { return []Verdict{Scanned, Stale, OtherDigest, Failed, NoEvidence} }

func compareEvidence(a, b Evidence) int {
	return cmp.Or(cmp.Compare(order(a.Verdict), order(b.Verdict)), cmp.Compare(rank(a.Match), rank(b.Match)), cmp.Compare(b.Scanned, a.Scanned),
		a.Scan.Compare(b.Scan))
}

// weighJobs tells of scans that trivy-operator has tried, of which no report says anything.
func (r *round) weighJobs(it *item) (list []Evidence) {
	if len(r.jobs) == 0 {
		return nil
	}
	told := map[model.Ref]struct{}{}
	for u := range it.uses {
		for _, ref := range u.under {
			for j := range r.jobsOf[ref] {
				if _, ok := told[j.ref]; ok || j.container != "" && j.container != u.container || r.shelf.reported(j, ref, u.container) {
					continue
				}
				told[j.ref] = struct{}{}
				list = append(list, weighJob(j))
			}
		}
	}
	return list
}
