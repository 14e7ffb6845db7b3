package image

import (
	"maps"
	"slices"
	"strings"
)

// conclude draws the verdict from the evidence, which is sorted.
func (r *round) conclude(it *item, j *judgement) {
	lead := r.weighPlatforms(it, j)
	if j.verdict != Scanned {
		if doubt := r.itemDoubt(it); doubt != "" {
			j.reason += "; there may be reports that cannot be read: " + doubt
		}
	}
	if lead > 0 {
		first := j.evidence[lead]
		copy(j.evidence[1:lead+1], j.evidence[:lead])
		j.evidence[0] = first
	}
	opinions := r.opinions(j.evidence)
	if by := worstOf(opinions); by != nil {
		if j.worst = by.Counts; j.critical() > 0 {
			j.counted = r.countedWords(by)
		}
	}
	if lead >= 0 && j.evidence[0].counts() && !r.future(j.evidence[0].Scanned) {
		j.counts = j.evidence[0].Counts
	} else if by := newestOf(opinions); by != nil {
		j.counts = by.Counts
	}
	j.disagreement = disagreement(opinions, len(it.platforms.known()) < 2)
}

// weighPlatforms draws the verdict for each platform that runs the image, since a report is of one: the worst counts. It gives the place of
// the evidence that it rests on; -1 where there is none.
func (r *round) weighPlatforms(it *item, j *judgement) (lead int) {
	platforms := it.platforms.known()
	if len(platforms) < 2 {
		j.verdict, j.reason, lead = r.gist(j.evidence, func(*Evidence) bool { return true })
		return lead
	}
	lead = -1
	same := true
	said := make([]string, len(platforms))
	first := ""
	for n, p := range platforms {
		verdict, reason, at := r.gist(j.evidence, func(e *Evidence) bool { return e.of(p) || !e.Match.Proves() && e.Verdict != Failed && !e.Elsewhere })
		if at < 0 && len(j.evidence) > 0 {
			reason = "no report is of this platform"
		}
		if verdict != Scanned || at >= 0 && j.evidence[at].blind() {
			j.unproven = append(j.unproven, p)
		}
		if n == 0 {
			first = reason
		}
		same = same && reason == first
		said[n] = p + ": " + reason
		if n == 0 || order(verdict) > order(j.verdict) {
			j.verdict = verdict
			if at >= 0 || lead < 0 {
				lead = at
			}
		} else if lead < 0 {
			lead = at
		}
	}
	switch {
	case !same:
		j.reason = strings.Join(said, "; ")
	case lead >= 0 && j.evidence[lead].Proves() && j.evidence[lead].blind():
		j.reason = first + "; for which of " + strings.Join(platforms, " and ") + " the report does not tell"
	default:
		j.reason = first
	}
	return lead
}

// gist draws a verdict from those of the evidence that count, which is sorted, and gives the place of the one that it rests on: of young
// reports of the same worth that of the source which has found the most. Without any it is -1.
func (r *round) gist(list []Evidence, counts func(*Evidence) bool) (v Verdict, reason string, lead int) {
	lead = slices.IndexFunc(list, func(e Evidence) bool { return counts(&e) })
	if lead < 0 {
		if len(r.shelf.all) == 0 && len(list) == 0 {
			return NoEvidence, "no report of a scanner was seen", -1
		}
		return NoEvidence, "no report names its digest, its references or its containers", -1
	}
	v = list[lead].Verdict
	if list[lead].Proves() && v != Failed {
		var rivals []Evidence
		for i := range list {
			if e := &list[i]; counts(e) && e.Verdict == v {
				rivals = append(rivals, *e)
			}
		}
		if by := worstOf(r.opinions(rivals)); by != nil {
			lead = slices.IndexFunc(list, func(e Evidence) bool { return e.Scan == by.Scan && e.Match == by.Match })
		}
	}
	reason = list[lead].Reason
	if i := slices.IndexFunc(list, func(e Evidence) bool { return e.Scan.Kind == "Job" && counts(&e) }); i > lead && v == NoEvidence {
		// A job that has left no report says more than a report that proves nothing.
		reason = list[i].Reason
	}
	if i := slices.IndexFunc(list, func(e Evidence) bool { return e.Verdict == Failed && counts(&e) }); i >= 0 && i != lead && v != Scanned {
		reason += "; " + list[i].Source + ": " + list[i].Reason
	}
	return v, reason, lead
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
