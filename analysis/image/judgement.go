package image

import (
	"cmp"
	"reflect"
	"slices"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// judgement is what is held of an image. It is immutable once it is held.
type judgement struct {
	verdict      Verdict
	reason       string
	evidence     []Evidence
	disagreement string
	// counts are those that are shown, worst those that rules go by: of what sources say, the worse.
	counts, worst *record.Counts
	// unproven are the platforms that no young report is known to be of, where there are several.
	unproven []string
	// counted says in words what was counted, where some of it is critical: how much, by whom, when, and whether that is too long ago.
	counted string
	of      record.DigestOf
	built   int64
	// old tells that it was built longer ago than it may be.
	old      bool
	aliases  []string
	size     int64
	warnings []string
	// wakes is when time changes some of this, in seconds since 1970; 0 for never.
	wakes int64
}

// bare tells that there is nothing to tell but the verdict.
func (j *judgement) bare() bool {
	return len(j.evidence) == 0 && len(j.aliases) == 0 && len(j.warnings) == 0 && j.size == 0 && j.of == record.OfUnknown
}

// judge works out what is held of an image, and has its owners judged anew where that is something else than before.
func (r *round) judge(it *item) {
	if it.uses.one == nil {
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
	for u := range it.uses.all() {
		it.bare = it.bare || u.bare
		if u.pin != "" {
			pins = append(pins, u.pin)
		}
	}
	slices.Sort(pins)
	r.pin(it, slices.Compact(pins))
	now := r.examine(it)
	changed := now.verdict != it.verdict || now.reason != it.reason || now.built != it.built || now.old != it.old || !slices.Equal(now.warnings, it.warnings) ||
		now.counted != it.counted || now.critical() != it.critical()
	if now.of != it.of || it.bare != bare || !slices.Equal(it.pins, before) {
		// Digests that were taken for those of different images may be of one, or of different kinds.
		for u := range it.uses.all() {
			r.dirty.tags[u.slot.tagged] = struct{}{}
		}
	}
	// When it changes is no matter of what is told.
	next := now.wakes
	now.wakes = 0
	if !reflect.DeepEqual(&now, it.judgement) {
		it.judgement = r.hold(now)
		r.retell(it)
	}
	r.due.set(it, next)
	if changed {
		for u := range it.uses.all() {
			r.dirty.owners[u.owner.ref] = struct{}{}
		}
	}
}

// hold keeps a judgement; that of the many images of which there is nothing to tell once.
func (a *Analyser) hold(j judgement) *judgement {
	if !j.bare() {
		return &j
	}
	if a.plain == nil || !reflect.DeepEqual(a.plain, &j) {
		a.plain = &j
	}
	return a.plain
}

// pin keeps which images are named by a digest that is not the one that the runtime reports.
func (a *Analyser) pin(it *item, now []string) {
	if slices.Equal(it.pins, now) {
		return
	}
	for _, d := range it.pins {
		index(a.pinned, d, it, false)
	}
	for _, d := range now {
		index(a.pinned, d, it, true)
	}
	it.pins = now
}

// examine judges an image by all that tells of it.
func (r *round) examine(it *item) judgement {
	j := judgement{of: r.kindOf(it)}
	j.aliases, j.size = r.callings(it)
	j.warnings = warnings(it, j.aliases)
	matches, hearsay := r.matches(it)
	if len(matches) > 0 {
		j.evidence = make([]Evidence, 0, len(matches))
	}
	for s, m := range matches {
		e, until := r.weighScan(it, j.of, s, m)
		if m == ByHearsay {
			e, until = hearsayOf(e, s, hearsay), 0
		}
		j.evidence = append(j.evidence, e)
		j.wake(until)
		if e.Proves() {
			// The newest date of what differs only by who tells it.
			j.built = max(j.built, s.made())
		}
	}
	r.weighAbroad(it, j.evidence)
	j.evidence = append(j.evidence, r.weighJobs(it)...)
	inorder.Sort(j.evidence, compareEvidence)
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
	if at != 0 && (j.wakes == 0 || at < j.wakes) {
		j.wakes = at
	}
}

// kindOf says what the digest of an image is that of.
func (r *round) kindOf(it *item) record.DigestOf {
	if it.bare {
		return record.OfConfig
	}
	found := record.OfUnknown
	for _, s := range r.shelf.byDigest[it.digest()] {
		for _, d := range s.digests {
			if d.Digest == it.id && d.Of != record.OfUnknown && (found == record.OfUnknown || d.Of < found) {
				found = d.Of
			}
		}
	}
	return found
}

// matches finds the reports that may be of an image, each by the best that ties it to it, and says why digests that only hearsay ties to it
// prove nothing.
func (r *round) matches(it *item) (found map[*scan]Match, hearsay map[string]string) {
	if len(r.shelf.all) == 0 {
		return nil, nil
	}
	found = map[*scan]Match{}
	add := func(list []*scan, m Match) {
		for _, s := range list {
			if old, ok := found[s]; !ok || rank(m) < rank(old) {
				found[s] = m
			}
		}
	}
	if it.known {
		for _, s := range r.shelf.byDigest[it.id] {
			add([]*scan{s}, it.matchOf(s))
		}
		var twins []string
		twins, hearsay = r.twins(it)
		for _, d := range twins {
			add(r.shelf.byDigest[d], ByAlias)
		}
		for d := range hearsay {
			add(r.shelf.byDigest[d], ByHearsay)
		}
		for _, d := range it.pins {
			add(r.shelf.byDigest[d], ByPin)
		}
	}
	tags := map[string]struct{}{}
	for u := range it.uses.all() {
		if t := u.slot.tagged; t != "" {
			tags[t] = struct{}{}
		}
		for h := range u.homes.all() {
			for ref := range h.filed() {
				add(r.shelf.filed[filing{ref, u.slot.name}], ByWorkload)
				for _, s := range r.shelf.filed[filing{ref, ""}] {
					// A report of a workload that names no container is of the one with its image.
					if s.name == "" || s.name == u.slot.parsed.Name() {
						add([]*scan{s}, ByWorkload)
					}
				}
			}
		}
	}
	for t := range tags {
		add(r.shelf.byTag[t], ByReference)
	}
	return found, hearsay
}

// matchOf says by which digest a report names the one that runs.
func (it *item) matchOf(s *scan) Match {
	of := record.OfUnknown
	for _, d := range s.digests {
		if d.Digest == it.id && d.Of != record.OfUnknown {
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
	return slices.Index([]Match{ByIndex, ByManifest, ByConfig, ByDigest, ByPin, ByAlias, ByReference, ByWorkload, ByHearsay}, m)
}

// order gives the place of a verdict, the best first.
func order(v Verdict) int { return slices.Index(Verdicts(), v) }

// Verdicts lists all verdicts, the best first.
func Verdicts() []Verdict { return []Verdict{Scanned, Stale, OtherDigest, Failed, NoEvidence} }

func compareEvidence(a, b Evidence) int {
	return cmp.Or(cmp.Compare(order(a.Verdict), order(b.Verdict)), compareBools(a.Abroad, b.Abroad), cmp.Compare(rank(a.Match), rank(b.Match)), cmp.Compare(b.Scanned, a.Scanned),
		a.Scan.Compare(b.Scan))
}

// compareBools puts what is not before what is.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// weighJobs tells of scans that trivy-operator has tried, of which no report says anything.
func (r *round) weighJobs(it *item) (list []Evidence) {
	if len(r.jobs) == 0 {
		return nil
	}
	told := map[model.Ref]struct{}{}
	for u := range it.uses.all() {
		for h := range u.homes.all() {
			for ref := range h.filed() {
				for j := range r.jobsOf[ref] {
					if _, ok := told[j.ref]; ok || j.container != "" && j.container != u.slot.name || r.shelf.reported(j, ref, u.slot.name) {
						continue
					}
					told[j.ref] = struct{}{}
					list = append(list, weighJob(j))
				}
			}
		}
	}
	return list
}
