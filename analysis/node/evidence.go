package node

import (
	"slices"
	"strings"

	"canopy/analysis"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }

// finding makes a finding that holds; nil where there is no evidence, or the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, since int64, lines []model.Evidence) *model.Finding {
	if len(lines) == 0 {
		return nil
	}
	f := analysis.NewFinding(r.rules[id], severity, object, nil, &proof{lines})
	if f != nil {
		f.Since = since
	}
	return f
}

// weaken says of a finding that it may hold, and why that is not sure.
func weaken(f *model.Finding, v model.Verdict, reason string) *model.Finding {
	if f != nil {
		f.Verdict, f.Reason = v, reason
	}
	return f
}

// stand replaces what stands on an object, and gives the ids of it.
func (r *round) stand(ref model.Ref, now ...*model.Finding) []string {
	now = slices.DeleteFunc(now, func(f *model.Finding) bool { return f == nil })
	r.stood.Set(ref, now, r.out)
	var ids []string
	for _, f := range now {
		ids = append(ids, f.ID)
	}
	return ids
}

// carrier is one that has vulnerabilities, and the field that tells its version.
type carrier struct {
	object model.Ref
	path   string
	raw    string
	known  bool
	weak   *weakness
}

// weak makes the finding on an object of all its vulnerabilities.
func (r *round) weak(object model.Ref, since int64, carriers []carrier) *model.Finding {
	var lines []model.Evidence
	var sure, doubtful []lifecycle.Hit
	mended := ""
	for _, c := range carriers {
		for _, hits := range [...][]lifecycle.Hit{c.weak.sure, c.weak.doubtful} {
			for i := range hits {
				lines = append(lines, model.Evidence{Object: c.object, Path: c.path, Value: c.raw + ": " + tellHit(&hits[i])})
			}
		}
		if c.weak.mender != "" {
			mended = c.weak.mended()
		}
		sure, doubtful = append(sure, c.weak.sure...), append(doubtful, c.weak.doubtful...)
	}
	worst, reasons := sure, []string(nil)
	if mended != "" {
		reasons = append(reasons, mended)
	}
	if len(sure) == 0 {
		worst, reasons = doubtful, append(reasons, doubtOf(doubtful))
	}
	f := r.finding("VP03", grade(worst), object, since, lines)
	if len(reasons) > 0 {
		return weaken(f, model.Depends, strings.Join(reasons, "; "))
	}
	return f
}

// doubtOf says by whom a component is affected, where that is not sure.
func doubtOf(hits []lifecycle.Hit) string {
	var per, not []*lifecycle.Source
	open := false
	for i := range hits {
		per, not = append(per, hits[i].Per...), append(not, hits[i].Not...)
		open = open || hits[i].Open
	}
	by, _ := named(per)
	reason := "affected by " + by
	if others, _ := named(not); others != "" {
		reason += ", not affected by " + others
	}
	if open {
		reason += "; a range has no end"
	}
	return reason
}
