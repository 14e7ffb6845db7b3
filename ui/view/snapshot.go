package view

import (
	"iter"
	"maps"
	"slices"
	"time"

	"canopy/model"
)

// Snapshot is what screens draw: one report, limited to the namespaces that are shown, with what is summed up over all of
// its findings. It is immutable. Making one goes through all findings, so it is made outside the loop.
type Snapshot struct {
	Report     *model.Report
	Namespaces Namespaces
	// Rows holds the findings that hold or may hold, in the order of ids.
	Rows []*Row
	// Score sums up all rows, Themes those of each theme.
	Score  Score
	Themes map[string]Score
	// Risk sums up how risky the findings that hold are, from 0 to 99: see Risks.
	Risk  int
	Cover *Cover
	// Widest is the width of the longest object.
	Widest int
	// Trend holds the risk at the moments at which it changed since everything was read and these namespaces were chosen, the
	// oldest first.
	Trend []Sample
}

// Sample is the risk at one moment, and the score that it came from.
type Sample struct {
	Time  time.Time
	Risk  int
	Score Score
}

// samples bounds the trend.
const samples = 120

// NewSnapshot gives the snapshot of before the first report.
func NewSnapshot() *Snapshot {
	return &Snapshot{Report: &model.Report{}, Themes: map[string]Score{}, Cover: &Cover{}}
}

// Next makes the snapshot of a report. What did not change since this one is taken from it.
func (s *Snapshot) Next(report *model.Report, shown Namespaces) *Snapshot {
	n := &Snapshot{Report: report, Namespaces: shown, Themes: map[string]Score{}}
	if maps.Equal(s.Namespaces, shown) && (s.Report.Attack == nil) == (report.Attack == nil) {
		// The risk of other namespaces is no movement, nor is one that is measured in another way.
		n.Trend = s.Trend
	}
	n.Rows = s.rows(report, shown)
	risks := Risks{}
	for _, r := range n.Rows {
		n.Score.add(r)
		risks.Add(r)
		theme := n.Themes[r.Finding.Rule.Theme]
		theme.add(r)
		n.Themes[r.Finding.Rule.Theme] = theme
		n.Widest = max(n.Widest, r.Width)
	}
	n.Risk = risks.Figure()
	n.Cover = NewCover(report)
	n.sample()
	return n
}

// rows goes through the findings of a report beside the rows of the last one, both in the order of ids, and makes rows only
// for what differs.
func (s *Snapshot) rows(report *model.Report, shown Namespaces) []*Row {
	all := make([]*Row, 0, len(s.Rows)+16)
	old := s.Rows
	// Where objects stand is looked up only where that may have changed.
	still := s.Report.Attack == report.Attack
	for f := range findings(report) {
		if !shown.Show(f.Object) {
			continue
		}
		verdict, reason := report.State(f)
		if verdict == model.No {
			continue
		}
		for len(old) > 0 && old[0].Finding != f && old[0].Finding.ID < f.ID {
			old = old[1:]
		}
		if len(old) > 0 && old[0].Finding == f && old[0].Verdict == verdict && old[0].Reason == reason {
			row := old[0]
			if !still {
				row = row.placed(stand(report.Attack, f))
			}
			all, old = append(all, row), old[1:]
			continue
		}
		row := NewRow(f, verdict, reason)
		row.place(stand(report.Attack, f))
		all = append(all, row)
	}
	return all
}

func findings(r *model.Report) iter.Seq[*model.Finding] {
	if r.Findings == nil {
		return func(func(*model.Finding) bool) {}
	}
	return r.Findings.All()
}

// sample notes the risk where it has changed, once everything was read: until then it only grows with what is read.
func (s *Snapshot) sample() {
	if !s.Cover.Settled() {
		return
	}
	if n := len(s.Trend); n > 0 && s.Trend[n-1].Risk == s.Risk {
		return
	}
	s.Trend = slices.Concat(s.Trend[max(0, len(s.Trend)-samples+1):], []Sample{{s.Report.Time, s.Risk, s.Score}})
}

// Changes compares two snapshots: gone lists the rows that only this one has, come those that only the other has. A row that
// changed is in both.
func (s *Snapshot) Changes(now *Snapshot) (gone, come []*Row) { return Changes(s.Rows, now.Rows) }

// Changes compares two lists of rows that are in the order of ids.
func Changes(before, now []*Row) (gone, come []*Row) {
	for len(before) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(before) > 0 && before[0].Finding.ID < now[0].Finding.ID:
			gone, before = append(gone, before[0]), before[1:]
		case len(before) == 0 || now[0].Finding.ID < before[0].Finding.ID:
			come, now = append(come, now[0]), now[1:]
		default:
			if !before[0].Same(now[0]) {
				gone, come = append(gone, before[0]), append(come, now[0])
			}
			before, now = before[1:], now[1:]
		}
	}
	return gone, come
}

// Row gives the row of a finding by id; nil where it does not hold any more, or is not shown.
func (s *Snapshot) Row(id string) *Row {
	if s.Report.Findings == nil {
		return nil
	}
	f := s.Report.Findings.Get(id)
	if f == nil {
		return nil
	}
	return Judge(s.Report, f)
}
