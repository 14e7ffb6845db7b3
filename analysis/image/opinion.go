package image

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"canopy/model/record"
)

// opinion is what one source says of an image on a platform.
type opinion struct {
	source, platform string
	// by is the worst of its reports that count: see choose; nil where none proves and tells how much was found. Rivals are those that
	// count, where they contradict each other, those of the namespaces that run the image first.
	by     *Evidence
	rivals []*Evidence
	// ok tells that a report of it proves, and proven when the newest was made; failed is why the newest attempt that gave nothing did,
	// and tried when that was.
	ok            bool
	proven, tried int64
	failed        string
}

// opinions gathers what the sources say, sorted by source and platform.
func (r *round) opinions(list []Evidence) (all []opinion) {
	for i := range list {
		e := &list[i]
		if e.Elsewhere || e.Verdict != Failed && !e.Proves() {
			continue
		}
		at := slices.IndexFunc(all, func(o opinion) bool { return o.source == e.Source && o.platform == e.Platform })
		if at < 0 {
			at = len(all)
			all = append(all, opinion{source: e.Source, platform: e.Platform})
		}
		o := &all[at]
		switch {
		case e.Verdict == Failed:
			if o.failed == "" || e.Scanned > o.tried {
				o.failed, o.tried = e.Reason, e.Scanned
			}
			continue
		case !o.ok || e.Scanned > o.proven:
			o.ok, o.proven = true, e.Scanned
		}
		if e.counts() && !r.future(e.Scanned) {
			o.rivals = append(o.rivals, e)
		}
	}
	for i := range all {
		all[i].choose()
	}
	slices.SortFunc(all, func(a, b opinion) int {
		return cmp.Or(strings.Compare(a.source, b.source), strings.Compare(a.platform, b.platform))
	})
	return all
}

// choose picks which of the reports of a source count. Of files it is the newest: who gives them knows. In a cluster whoever may write in one
// namespace can write a newer one, so there it is all that are young enough, and of each namespace that runs the image the newest, whatever
// others say; without any of these it is the newest.
func (o *opinion) choose() {
	var count []*Evidence
	var newest *Evidence
	local := map[string]*Evidence{}
	for _, e := range o.rivals {
		if newest == nil || e.Scanned > newest.Scanned {
			newest = e
		}
		if l := local[e.Scan.Namespace]; !e.Abroad && (l == nil || e.Scanned > l.Scanned) {
			local[e.Scan.Namespace] = e
		}
	}
	for _, e := range o.rivals {
		cluster := e.Scan.Kind != "ImageScan"
		if cluster && (e.Verdict == Scanned && e.Scanned != 0 || local[e.Scan.Namespace] == e) {
			count = append(count, e)
		}
	}
	if len(count) == 0 && newest != nil {
		count = append(count, newest)
	}
	differ := false
	for _, e := range count {
		differ = differ || rated(e.whole()) != rated(count[0].whole())
		if o.by == nil || graver(e, o.by) {
			o.by = e
		}
	}
	if o.rivals = nil; differ {
		slices.SortFunc(count, func(a, b *Evidence) int {
			return cmp.Or(compareBools(a.Abroad, b.Abroad), cmp.Compare(b.Scanned, a.Scanned), a.Scan.Compare(b.Scan))
		})
		o.rivals = count
	}
}

// rivalWords says what reports of one source count, each count once: at first those of namespaces that run the image.
func (o *opinion) rivalWords() string {
	var said []string
	seen := map[[4]int32]struct{}{}
	for _, e := range o.rivals {
		c := rated(e.whole())
		if _, ok := seen[c]; ok {
			continue
		}
		seen[c] = struct{}{}
		text := countWords(e.Counts)
		if n := e.Scan.Namespace; n != "" {
			text += " in namespace " + brief(n)
		}
		if e.Abroad {
			text += ", where the image does not run"
		}
		said = append(said, text+" ("+moment(e.Scanned)+")")
	}
	if more := len(said) - rivalsTold; more > 0 {
		said = append(said[:rivalsTold], strconv.Itoa(more)+" other counts")
	}
	return strings.Join(said, ", but ")
}

// rivalsTold is how many counts of one source are told.
const rivalsTold = 3

// whole are the counts of a report before statements of VEX took anything out.
func (e *Evidence) whole() record.Counts {
	c := *e.Counts
	if x := e.Excluded; x != nil {
		c.Critical += x.Critical
		c.High += x.High
		c.Medium += x.Medium
		c.Low += x.Low
		c.Negligible += x.Negligible
		c.Unknown += x.Unknown
	}
	return c
}

// worstOf gives the report of which the most is said. Statements of VEX reach the reports of files alone: a source that counts what one
// of those did before them has not found anything else.
func worstOf(all []opinion) (worst *Evidence) {
	for i := range all {
		by := all[i].by
		if by == nil || by.Excluded == nil && slices.ContainsFunc(all, func(o opinion) bool {
			return o.by != nil && o.by.Excluded != nil && rated(o.by.whole()) == rated(*by.Counts)
		}) {
			continue
		}
		if worst == nil || graver(by, worst) {
			worst = by
		}
	}
	return worst
}

// graver tells that one report counts worse than another, or the same later.
func graver(a, b *Evidence) bool {
	x, y := a.Counts, b.Counts
	return cmp.Or(cmp.Compare(x.Critical, y.Critical), cmp.Compare(x.High, y.High), cmp.Compare(x.Medium, y.Medium), cmp.Compare(x.Low, y.Low),
		compareBools(b.Abroad, a.Abroad), cmp.Compare(a.Scanned, b.Scanned)) > 0
}

// newestOf gives the newest report that tells how much was found.
func newestOf(all []opinion) (newest *Evidence) {
	for i := range all {
		if by := all[i].by; by != nil && (newest == nil || by.Scanned > newest.Scanned) {
			newest = by
		}
	}
	return newest
}

// disagreement says where sources contradict each other about one image: one has a result and another failed, or they count otherwise, on
// the same platform. What is not rated, and what is negligible to one and low to another, is not compared, and what statements of VEX have
// taken out is no difference. That a source has failed since its last result is told too.
func disagreement(all []opinion, one bool) string {
	var counted, failed []string
	ok, differ := false, false
	first := map[string]record.Counts{}
	for i := range all {
		o := &all[i]
		ok = ok || o.ok
		on := ""
		if o.platform != "" && !one {
			on = " for " + brief(o.platform)
		}
		switch {
		case o.failed != "" && !o.ok:
			failed = append(failed, o.source+" has not scanned it"+on+": "+o.failed)
		case o.failed != "" && o.tried > o.proven:
			failed = append(failed, o.source+" has failed since"+on+": "+o.failed)
		}
		if o.by == nil {
			continue
		}
		group := o.platform
		if one {
			group = ""
		}
		if f, ok := first[group]; ok {
			differ = differ || rated(f) != rated(o.by.whole())
		} else {
			first[group] = o.by.whole()
		}
		said := o.source + " counts " + countWords(o.by.Counts) + on
		if len(o.rivals) > 0 {
			differ = true
			said = o.source + on + " contradicts itself: it counts " + o.rivalWords()
		}
		if x := o.by.Excluded; x != nil {
			said += fmt.Sprintf(" and leaves %d out by VEX", x.Sum())
		}
		counted = append(counted, said)
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
func rated(c record.Counts) [4]int32 {
	return [4]int32{c.Critical, c.High, c.Medium, c.Low + c.Negligible}
}

func countWords(c *record.Counts) string {
	return fmt.Sprintf("%d critical, %d high, %d medium and %d low", c.Critical, c.High, c.Medium, c.Low+c.Negligible)
}
