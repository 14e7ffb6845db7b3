package view

import (
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/text"
)

// Row is a finding as one report judges it. It is immutable.
type Row struct {
	Finding *model.Finding
	Verdict model.Verdict
	Reason  string
	// Object is the short form of the object, cleaned, which every draw, search and sort reads; Width is that in cells.
	Object string
	Width  int
	// Risk is that of the finding, 0 to 100: by where its object stands in the graph of attacks, else by its severity alone.
	Risk int
	// Standing is where the object stands; Placed tells that this is known.
	Standing model.Standing
	Placed   bool
}

// NewRow makes the row of a finding of which nothing is known but itself: its risk is that of its severity.
func NewRow(f *model.Finding, verdict model.Verdict, reason string) *Row {
	r := &Row{Finding: f, Verdict: verdict, Reason: reason, Object: text.Clean(f.Object.String()), Risk: f.Severity.Risk()}
	r.Width = text.Width(r.Object)
	return r
}

// Judge makes the row of a finding as a report judges it; nil where the finding does not hold.
func Judge(r *model.Report, f *model.Finding) *Row {
	verdict, reason := r.State(f)
	if verdict == model.No {
		return nil
	}
	row := NewRow(f, verdict, reason)
	row.place(stand(r.Attack, f))
	return row
}

// stand is where the object of a finding stands; false where nobody knows.
func stand(a *model.Attack, f *model.Finding) (model.Standing, bool) {
	if a == nil || a.Standings == nil {
		return model.Standing{}, false
	}
	return a.Standings.Of(f.Object), true
}

// place is for a row that nobody else has yet.
func (r *Row) place(at model.Standing, known bool) {
	r.Standing, r.Placed, r.Risk = at, known, r.Finding.Severity.Risk()
	if known {
		r.Risk = at.Risk(r.Finding.Severity)
	}
}

// placed gives the row of an object that stands elsewhere: the row itself where it stands there already.
func (r *Row) placed(at model.Standing, known bool) *Row {
	if r.Standing == at && r.Placed == known {
		return r
	}
	other := *r
	other.place(at, known)
	return &other
}

// Mark is what follows the letter of the severity: nothing for a finding that holds.
func (r *Row) Mark() string {
	switch r.Verdict {
	case model.Unknown:
		return "?"
	case model.Depends:
		return "~"
	}
	return ""
}

// Severity is the letter with the mark.
func (r *Row) Severity() string { return r.Finding.Severity.Letter() + r.Mark() }

// Same tells whether another row says the same of the same finding.
func (r *Row) Same(o *Row) bool {
	return r == o || r.Finding == o.Finding && r.Verdict == o.Verdict && r.Standing == o.Standing && r.Placed == o.Placed && r.Reason == o.Reason
}

// Number leaves out a zero.
func Number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Few names the first n and counts the rest.
func Few(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:n], ", ") + " and " + strconv.Itoa(len(names)-n) + " more"
}

// Count writes a number with its unit, in the plural where it is one: "1 pod", "3 pods".
func Count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}
