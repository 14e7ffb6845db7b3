package node

import (
	"strconv"
	"strings"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// graveScore is the score of CVSS from which a vulnerability is high.
const graveScore = 7

// serious tells one that is high or worse, or of which nobody tells how bad it is.
func serious(h *lifecycle.Hit) bool { return h.Score == 0 || h.Score >= graveScore }

// conclude gives the verdict that vulnerabilities make.
func (a *Analyser) conclude(m *moment, w *weakness) Verdict {
	v := Verdict{Topic: CVE, State: NoData}
	through := a.tables.VulnerabilitiesThrough()
	if through == 0 {
		v.Detail = "no source of vulnerabilities is here"
		return v
	}
	var mended, open, doubt []lifecycle.Hit
	state := OK
	for i, hits := range [...][]lifecycle.Hit{w.sure, w.doubtful} {
		for j := range hits {
			h := &hits[j]
			switch {
			case unmended(h):
				open = append(open, *h)
				if state = worse(state, Due); serious(h) {
					state = Overdue
				}
			case i == 0:
				mended, state = append(mended, *h), Overdue
			default:
				doubt, state = append(doubt, *h), worse(state, Due)
			}
		}
	}
	var says []string
	say := func(before string, hits []lifecycle.Hit) {
		if len(hits) > 0 {
			says = append(says, before+list(hits))
		}
	}
	say("", mended)
	say("no fix is told: ", open)
	if w.mender != "" && state == Overdue {
		state, says = Due, append(says, w.mended())
	}
	say("in doubt: ", doubt)
	old := m.old(through)
	switch {
	case w.blind != "":
		state, says = worse(state, NoData), append(says, w.blind)
	case len(says) == 0:
		says = append(says, "none is mended by a newer version, of "+a.knownWeaknesses()+" entries up to "+through.String())
		if old {
			state = NoData
		}
	}
	say("in every version, so that it depends on the setup: ", w.lasting)
	if old {
		says = append(says, "those published after "+through.String()+" are in no source here")
	}
	v.State, v.Detail = state, strings.Join(says, "; ")
	if len(w.sure)+len(w.doubtful) == 0 {
		v.Source, v.Date = a.weaknessSources(through)
		return v
	}
	var sources []*lifecycle.Source
	for _, hits := range [...][]lifecycle.Hit{w.sure, w.doubtful, w.lasting} {
		for i := range hits {
			sources = append(append(sources, hits[i].Per...), hits[i].Not...)
		}
	}
	v.Source, v.Date = named(sources)
	return v
}

// mended says why it is not sure that a build has what its version has.
func (w *weakness) mended() string { return w.mender + " may have mended it in its own build" }

// knownWeaknesses counts what all tables of vulnerabilities have.
func (a *Analyser) knownWeaknesses() string {
	n := 0
	for _, s := range a.tables.Sets() {
		if strings.HasPrefix(s.Name, "vulnerabilities") {
			n += s.Entries
		}
	}
	return strconv.Itoa(n)
}

// weaknessSources names all sources of vulnerabilities, and says from which day to which they are: that none has one rests on the oldest too.
func (a *Analyser) weaknessSources(through lifecycle.Day) (names, date string) {
	var list []*lifecycle.Source
	for _, s := range a.tables.Sets() {
		if strings.HasPrefix(s.Name, "vulnerabilities") {
			list = append(list, &s.Source)
		}
	}
	names, date = named(list)
	if oldest, _, several := strings.Cut(date, " to "); several && oldest != through.String() {
		date = oldest + " to " + through.String()
	}
	return names, date
}

// most is how many names a detail has.
const most = 3

func list(hits []lifecycle.Hit) string {
	var names []string
	for i := range hits[:min(most, len(hits))] {
		names = append(names, hits[i].ID)
	}
	text := strings.Join(names, ", ")
	if more := len(hits) - len(names); more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// tellHit says of a vulnerability who says so, and what has the fix.
func tellHit(h *lifecycle.Hit) string {
	var t strings.Builder
	t.WriteString(h.ID)
	if h.Score > 0 {
		t.WriteString(", score " + strconv.FormatFloat(h.Score, 'f', 1, 64))
	}
	if h.Fixed != "" {
		t.WriteString(", fixed in " + h.Fixed)
	}
	per, date := named(h.Per)
	t.WriteString("; affected by " + per)
	if date != "" {
		t.WriteString(" as of " + date)
	}
	switch {
	case unmended(h):
		t.WriteString("; no fix is told")
	case h.Open:
		t.WriteString(", which tells no end of the range")
	}
	if not, _ := named(h.Not); not != "" {
		t.WriteString("; not affected by " + not)
	}
	return t.String()
}

// grade is how bad the worst of some vulnerabilities is.
func grade(hits []lifecycle.Hit) model.Severity {
	worst := model.Medium
	for i := range hits {
		switch s := hits[i].Score; {
		case s >= 9:
			return model.Critical
		case s >= 7 || s == 0:
			worst = model.High
		}
	}
	return worst
}
