package paths

import (
	"cmp"
	"fmt"
	"strconv"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// listed is how many paths are listed at first, and how many more on demand.
const listed = 5000

// inquiryOf reads a place.
func inquiryOf(p view.Place) inquiry {
	return inquiry{source: p.Source, goal: p.Goal, lateral: p.Query == lateralWord, limit: listed}
}

// lateralWord says in a place that hops by the network count as well.
const lateralWord = "lateral"

// place is where an inquiry is answered.
func (in inquiry) place(screen string) view.Place {
	p := view.Place{Screen: screen, Source: in.source, Goal: in.goal}
	if in.lateral {
		p.Query = lateralWord
	}
	return p
}

// about tells whose paths are listed: others are no news of these.
func (in inquiry) about() string { return strconv.Quote(in.source) + strconv.Quote(in.goal) }

// text tells inquiries apart.
func (in inquiry) text() string {
	return in.about() + strconv.FormatBool(in.lateral) + strconv.Itoa(in.limit)
}

// waiting says why nothing can be said yet.
func waiting(s *view.Snapshot) string {
	if len(s.Cover.Loading) == 0 {
		return "the cluster is still being read: until all is here nothing is said of paths"
	}
	return "loading " + view.Few(s.Cover.Loading, 4) + ": until all is here nothing is said of paths"
}

// missing says what was not read, so that there may be more.
func (r *reading) missing(q *sheet.Quest) string {
	if a := q.Snapshot.Report.Attack; a != nil && !a.Known {
		return cmp.Or(r.answer.Unknown, a.Missing)
	}
	return r.answer.Unknown
}

// sources counts where paths could begin; "" where that is not told.
func (r *reading) sources(q *sheet.Quest) string {
	if a := q.Snapshot.Report.Attack; a != nil && r.of.source == "" && a.Sources > 0 {
		return " of " + view.Count(a.Sources, "source")
	}
	if r.of.source != "" {
		return " from " + sourceWord(r.from)
	}
	return ""
}

// said sums the answer up.
func (r *reading) said(q *sheet.Quest, shown int) []sheet.Remark {
	if r.wrong != "" {
		return nil
	}
	var out []sheet.Remark
	if n := r.all(); n > 0 {
		verb := "reach"
		if n == 1 {
			verb = "reaches"
		}
		words := fmt.Sprintf("%s%s %s %s", view.Count(n, "path"), r.sources(q), verb, goalWord(r.to))
		if r.of.source == "" {
			words += ", " + strconv.Itoa(r.answer.Internet) + " from the internet"
		}
		if r.answer.More > 0 {
			words += fmt.Sprintf("; %d more: %s lists them", r.answer.More, q.Shared.Keys.Show(keys.More))
		}
		if hidden := len(r.answer.Paths) - shown; hidden > 0 {
			words += fmt.Sprintf("; %d in other namespaces", hidden)
		}
		out = append(out, sheet.Remark{Text: words})
	}
	if m := r.missing(q); m != "" {
		out = append(out, sheet.Remark{Text: "not known: " + m + ": there may be more paths", Bad: true})
	}
	if r.of.lateral {
		out = append(out, sheet.Remark{Text: "steps by the network count, as if what listens there could be exploited", Bad: true})
	}
	return out
}

// none says that there is no path, and on what that rests.
func (r *reading) none(q *sheet.Quest) string {
	switch {
	case r.wrong != "":
		return r.wrong
	case len(r.answer.Paths) > 0:
		return "no path has to do with the namespaces that are shown; " + q.Shared.Keys.Show(keys.Namespace) + " shows others"
	}
	words := fmt.Sprintf("no path was found from %s to %s", sourceWord(r.from), goalWord(r.to))
	if a := q.Snapshot.Report.Attack; a != nil && r.of.source == "" && a.Sources > 0 {
		words = fmt.Sprintf("no path was found from any of %s to %s", view.Count(a.Sources, "source"), goalWord(r.to))
	}
	if r.missing(q) != "" {
		return words + ", but not all was read: there may be some"
	}
	words += ": by the permissions, pods, Secrets, nodes and ways in that were read there is none"
	if !r.of.lateral {
		words += "; steps by the network alone are left out: " + q.Shared.Keys.Show(keys.Lateral) + " takes them in"
	}
	return words
}
