package image

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"canopy/model/record"
)

// conclude draws the verdict from the evidence, which is sorted.
func (r *round) conclude(it *item, j *judgement) {
	if len(j.evidence) == 0 {
		j.verdict, j.reason = NoEvidence, "no report names its digest, its references or its containers"
		if len(r.shelf.all) == 0 {
			j.reason = "no report of a scanner was seen"
		}
	} else {
		best := &j.evidence[0]
		j.verdict, j.reason = best.Verdict, best.Reason
		if i := slices.IndexFunc(j.evidence, func(e Evidence) bool { return e.Scan.Kind == "Job" }); i > 0 && best.Verdict == NoEvidence {
			// A job that has left no report says more than a report that proves nothing.
			j.reason = j.evidence[i].Reason
		}
		if i := slices.IndexFunc(j.evidence, func(e Evidence) bool { return e.Verdict == Failed }); i > 0 && j.verdict != Scanned {
			j.reason += "; " + j.evidence[i].Source + ": " + j.evidence[i].Reason
		}
	}
	if j.verdict != Scanned {
		if doubt := r.itemDoubt(it); doubt != "" {
			j.reason += "; there may be reports that cannot be read: " + doubt
		}
	}
	newest := int64(math.MinInt64)
	var by *Evidence
	for i := range j.evidence {
		if e := &j.evidence[i]; e.Match.Proves() && e.Counts != nil && e.Verdict != Failed && e.Scanned > newest && !r.future(e.Scanned) {
			newest, j.counts, by = e.Scanned, e.Counts, e
		}
	}
	if j.critical() > 0 {
		j.counted = r.countedWords(by)
	}
	j.disagreement = r.disagreement(j.evidence)
}

// opinion is what one source says of an image: by its newest proven report.
type opinion struct {
	scanned int64
	counts  *record.Counts
	failed  string
	ok      bool
}

// disagreement says where sources contradict each other about one image: one has a result and another failed, or they count otherwise.
// What is not rated, and what is negligible to one and low to another, is not compared.
func (r *round) disagreement(list []Evidence) string {
	of := map[string]*opinion{}
	for i := range list {
		e := &list[i]
		o := of[e.Source]
		if o == nil {
			o = &opinion{scanned: math.MinInt64}
			of[e.Source] = o
		}
		switch {
		case e.Verdict == Failed:
			o.failed = e.Reason
		case e.Match.Proves():
			o.ok = true
			if e.Counts != nil && e.Scanned > o.scanned && !r.future(e.Scanned) {
				o.scanned, o.counts = e.Scanned, e.Counts
			}
		}
	}
	var counted, failed []string
	ok, differ := false, false
	var first *record.Counts
	for _, source := range slices.Sorted(maps.Keys(of)) {
		o := of[source]
		ok = ok || o.ok
		if !o.ok && o.failed != "" {
			failed = append(failed, source+" has not scanned it: "+o.failed)
		}
		if o.counts == nil {
			continue
		}
		if first == nil {
			first = o.counts
		}
		differ = differ || rated(first) != rated(o.counts)
		counted = append(counted, source+" counts "+countWords(o.counts))
	}
	if !differ {
		counted = nil
	}
	if !ok {
		failed = nil
	}
	return strings.Join(append(counted, failed...), "; ")
}

// rated is what counts of two scanners can be compared by.
func rated(c *record.Counts) [4]int32 {
	return [4]int32{c.Critical, c.High, c.Medium, c.Low + c.Negligible}
}

func countWords(c *record.Counts) string {
	return fmt.Sprintf("%d critical, %d high, %d medium and %d low", c.Critical, c.High, c.Medium, c.Low+c.Negligible)
}

// warnings names what is known to be wrong with an image whatever a scan says.
func warnings(it *item, aliases []string) (list []string) {
	seen := map[string]struct{}{}
	for u := range it.uses.all() {
		seen[u.slot.parsed.String()] = struct{}{}
	}
	for _, name := range aliases {
		seen[name] = struct{}{}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if w := compromised(name); w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}
