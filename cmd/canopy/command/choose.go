package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// nearest is how many findings are suggested for an id that names none.
const nearest = 3

// choose gives the findings with the given ids, or all that are shown and that YAML can fix where there are none.
func choose(report *model.Report, sel output.Selection, ids []string) ([]*model.Finding, error) {
	list, err := chooseAll(report, sel, ids)
	if len(ids) > 0 || err != nil {
		return list, err
	}
	return slices.DeleteFunc(list, func(f *model.Finding) bool { return f.Rule.Fix != "yaml" }), nil
}

// chooseAll gives the findings with the given ids, or all that are shown where there are none.
func chooseAll(report *model.Report, sel output.Selection, ids []string) ([]*model.Finding, error) {
	var list []*model.Finding
	for _, id := range ids {
		f, err := named(report, id)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if len(ids) > 0 {
		return list, nil
	}
	for f := range report.Findings.All() {
		if sel.Shows(f) {
			list = append(list, f)
		}
	}
	return list, nil
}

// named gives the finding with an id, or with the short form of one: rule and object as the table prints them.
func named(report *model.Report, id string) (*model.Finding, error) {
	if f := report.Findings.Get(id); f != nil {
		return f, nil
	}
	var list []*model.Finding
	for f := range report.Findings.All() {
		if strings.EqualFold(shortID(f), id) || strings.EqualFold(f.ID, id) {
			list = append(list, f)
		}
	}
	switch len(list) {
	case 1:
		return list[0], nil
	case 0:
		return nil, fmt.Errorf("finding %q: no such finding%s; canopy scan -o wide lists their ids", id, suggestion(report, id))
	}
	return nil, fmt.Errorf("finding %q: that may be %s; give the whole id", id, idList(list))
}

// shortID is the rule and the short form of the object: "PS26/Namespace/ci", "PS01/ci/Deployment/runner".
func shortID(f *model.Finding) string { return f.Rule.ID + "/" + f.Object.String() }

func idList(list []*model.Finding) string {
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return strings.Join(ids, ", ")
}

// suggestion names the findings that have most in common with an id.
func suggestion(report *model.Report, id string) string {
	type candidate struct {
		finding *model.Finding
		score   int
	}
	var best []candidate
	for f := range report.Findings.All() {
		if score := likeness(f.ID, id); score > 0 {
			// Findings come in the order of ids, and a stable sort keeps it.
			best = append(best, candidate{f, score})
			slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
			best = best[:min(len(best), nearest)]
		}
	}
	if len(best) == 0 {
		return ""
	}
	list := make([]*model.Finding, len(best))
	for i, b := range best {
		list[i] = b.finding
	}
	return "; did you mean " + strings.ReplaceAll(idList(list), ", ", " or ")
}

// likeness counts what an id has in common with what was typed: whole parts first, then the letters in which parts begin
// alike. An id of which only the kind is the same is like nothing.
func likeness(id, typed string) int {
	const whole = 100
	parts := strings.Split(strings.ToLower(id), "/")
	score, same := 0, 0
	for word := range strings.SplitSeq(strings.ToLower(typed), "/") {
		if word == "" {
			continue
		}
		longest := 0
		for _, part := range parts {
			if part == word {
				longest = whole
				same++
				break
			}
			longest = max(longest, alike(part, word))
		}
		score += longest
	}
	if same < 2 && score < whole+2 {
		return 0
	}
	return score
}

// alike is how many letters two words have in common at their beginning and at their end.
func alike(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	return n + m
}
