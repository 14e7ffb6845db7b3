package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxLine bounds a line of the summary, in cells.
const maxLine = 1000

// writeScan writes a report for people: a summary, what was not seen, and the findings, those of the highest risk first.
func writeScan(w io.Writer, style Style, r *Report) error {
	for _, line := range summary(r) {
		// A terminal breaks a long line by itself; only one without end is cut.
		if _, err := fmt.Fprintln(w, style.Charset.Cut(line, maxLine)); err != nil {
			return err
		}
	}
	if len(r.Findings) == 0 {
		_, err := fmt.Fprintln(w, "\n"+none(r))
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return findingGrid(r.Findings, style.Wide).Write(w, style)
}

// none says that nothing was found, and of how much.
func none(r *Report) string {
	complete, all := completeKinds(r.Coverage)
	among := ""
	if !r.Complete() || len(r.Rules) > 0 {
		among = " among what could be seen"
	}
	return fmt.Sprintf("no findings%s: %d of %d kinds complete", among, complete, all)
}

// unjudged names in one line the rules that could not be judged, or not everywhere, those with the same reason together.
func unjudged(r *Report) []string {
	var lines []string
	for _, kind := range []struct{ state, words string }{{Unknown, "not judged"}, {Depends, "judged in part"}} {
		var reasons []string
		ids := map[string][]string{}
		for _, rs := range r.rules {
			judged, there := r.Rules[rs.rule.ID]
			if !there || judged.State != kind.state {
				continue
			}
			if ids[judged.Reason] == nil {
				reasons = append(reasons, judged.Reason)
			}
			ids[judged.Reason] = append(ids[judged.Reason], rs.rule.ID)
		}
		for i, reason := range reasons {
			reasons[i] = strings.Join(ids[reason], " ") + " (" + cmp.Or(reason, "no reason given") + ")"
		}
		if len(reasons) > 0 {
			lines = append(lines, kind.words+": "+strings.Join(reasons, ", "))
		}
	}
	return lines
}

func summary(r *Report) []string {
	name := r.Source.Type + " " + r.Source.Name
	if r.Source.Server != "" {
		name += "  Kubernetes " + r.Source.Server
	}
	s := r.Score
	lines := append([]string{
		name + "  " + r.Time,
		fmt.Sprintf("%d critical  %d high  %d medium  %d low  %d info  %d unknown", s.Critical, s.High, s.Medium, s.Low, s.Info, s.Unknown),
	}, coverageLines(r.Coverage)...)
	return append(lines, unjudged(r)...)
}

// pods leaves out a zero: of most objects no pods are known.
func pods(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func findingGrid(findings []Finding, wide bool) *Grid {
	worst := slices.SortedStableFunc(slices.Values(findings), func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule), a.Object.Compare(b.Object))
	})
	// By severity alone a risk says nothing that the severity does not.
	graph := slices.ContainsFunc(worst, func(f Finding) bool { return f.RiskOf != nil })
	g := &Grid{Titles: []string{"SEVERITY", "RULE", "OBJECT", "PODS", "TITLE"}}
	switch {
	case wide:
		g.Titles, g.Whole = append(g.Titles, "RISK"), true
		if graph {
			g.Titles = append(g.Titles, "EXPOSED TO", "LEADS TO")
		}
		g.Titles = append(g.Titles, "STATE", "SINCE", "FIX", "EVIDENCE", "FILE", "ID")
	case graph:
		g.Titles = append([]string{"RISK"}, g.Titles...)
	}
	for i := range worst {
		f := &worst[i]
		title := f.Title
		if !wide {
			title = annotated(f)
		}
		row := []string{f.Severity.String(), f.Rule, distinct(f.Object.String()), pods(f.Pods), title}
		switch {
		case wide:
			row = append(row, strconv.Itoa(f.Risk))
			if o := f.RiskOf; o != nil {
				row = append(row, o.Exposure, o.Effect)
			}
			row = append(row, state(f), *cmp.Or(f.Since, new(string)), f.Fix, firstProof(f), firstFile(f), distinct(f.ID))
		case graph:
			row = append([]string{strconv.Itoa(f.Risk)}, row...)
		}
		g.Add(row...)
	}
	return g
}

// annotated says in the title what has no column of its own.
func annotated(f *Finding) string {
	switch {
	case f.State == Unknown:
		return f.Title + " (unknown: " + f.Reason + ")"
	case f.Baseline:
		return f.Title + " (in the baseline)"
	}
	return f.Title
}

func state(f *Finding) string {
	if f.Baseline {
		return f.State + ", baseline"
	}
	return f.State
}

func firstProof(f *Finding) string {
	if len(f.Evidence) == 0 {
		return ""
	}
	s := proof(f.Evidence[0])
	if more := f.places() - 1; more > 0 {
		s += fmt.Sprintf(" (and %d more)", more)
	}
	return s
}

func firstFile(f *Finding) string {
	if len(f.Evidence) == 0 || f.Evidence[0].File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", f.Evidence[0].File, f.Evidence[0].Line)
}
