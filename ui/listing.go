package ui

import (
	"iter"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
)

// listing is what a job makes: the rows of one report, arranged, and what the lines above and below say. It is
// immutable.
type listing struct {
	schema *table.Schema[*row]
	report *model.Report
	// byID holds all rows in the order of ids, as the report gives them.
	byID  []*row
	rows  *table.Arrangement[*row]
	score score
	cover cover
	// widest is the width of the longest object.
	widest int
}

func newListing(s *table.Schema[*row]) *listing {
	return &listing{schema: s, rows: s.Arrange(nil, table.Query{})}
}

// made tells that the listing is what the job would make.
func (l *listing) made(j job) bool {
	return l.report == j.report && l.rows.Query() == j.query
}

// next makes the listing of a job. What did not change since this one is taken from it.
func (l *listing) next(j job) *listing {
	n := &listing{schema: l.schema, report: j.report, byID: l.byID, rows: l.rows, score: l.score, cover: l.cover, widest: l.widest}
	if l.report != j.report {
		var gone, come []*row
		n.byID, gone, come = l.update(j)
		n.rows = n.rows.Apply(gone, come)
		n.score = count(n.byID)
		n.widest = 0
		for _, r := range n.byID {
			n.widest = max(n.widest, r.width)
		}
		n.cover = newCover(j.report)
	}
	n.rows = n.rows.With(j.query)
	return n
}

// update goes through the findings of a report beside the rows of the last one, both in the order of ids, and makes
// rows only for what differs.
func (l *listing) update(j job) (all, gone, come []*row) {
	all = make([]*row, 0, len(l.byID)+16)
	old := l.byID
	for f := range findings(j.report) {
		if !j.namespaces.show(f.Object) {
			continue
		}
		verdict, reason := j.report.State(f)
		if verdict == model.No {
			continue
		}
		for len(old) > 0 && old[0].finding != f && old[0].finding.ID < f.ID {
			gone, old = append(gone, old[0]), old[1:]
		}
		if len(old) > 0 && (old[0].finding == f || old[0].finding.ID == f.ID) {
			was := old[0]
			old = old[1:]
			if was.finding == f && was.verdict == verdict && was.reason == reason {
				all = append(all, was)
				continue
			}
			gone = append(gone, was)
		}
		r := &row{finding: f, verdict: verdict, reason: reason, object: text.Clean(f.Object.String())}
		r.width = text.Width(r.object)
		all, come = append(all, r), append(come, r)
	}
	return all, append(gone, old...), come
}

func findings(r *model.Report) iter.Seq[*model.Finding] {
	if r.Findings == nil {
		return func(func(*model.Finding) bool) {}
	}
	return r.Findings.All()
}

// score counts rows by severity; what may hold but is not known to is apart.
type score struct {
	holds     [model.Critical + 1]int
	undecided int
}

func count(rows []*row) score {
	var s score
	for _, r := range rows {
		if r.verdict == model.Yes {
			s.holds[r.finding.Severity]++
		} else {
			s.undecided++
		}
	}
	return s
}

// namespaces is the set that is shown; nil shows everything.
type namespaces map[string]bool

func newNamespaces(names []string) namespaces {
	if len(names) == 0 {
		return nil
	}
	n := make(namespaces, len(names))
	for _, name := range names {
		n[name] = true
	}
	return n
}

func (n namespaces) show(o model.Ref) bool {
	if n == nil || n[o.Namespace] {
		return true
	}
	return o.Group == "" && o.Kind == "Namespace" && n[o.Name]
}
