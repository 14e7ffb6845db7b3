package overview

import (
	"strconv"

	"canopy/model"
	"canopy/ui/view"
)

// jewels is how many crown jewels are named.
const jewels = 3

// pathLines say below the risk how many paths of attack there are, and which crown jewels can be reached: one line where there is little
// room. What was not read is never told as none.
func (s *Screen) pathLines(width, most int) []string {
	if most < 1 {
		return nil
	}
	t, a := &s.shared.Theme, s.snapshot.Report.Attack
	parts := s.pathParts(a)
	if a == nil || len(a.Jewels) == 0 {
		line, _ := s.shared.Bar(width, parts...)
		return []string{line}
	}
	crown := view.Part{Text: view.Count(len(a.Jewels), "crown jewel") + " reachable", Style: t.Alarm}
	if most == 1 {
		crown.Rank = 1
		line, _ := s.shared.Bar(width, append(parts, crown)...)
		return []string{line}
	}
	names := make([]string, len(a.Jewels))
	for i := range a.Jewels {
		names[i] = a.Jewels[i].Name
	}
	first, _ := s.shared.Bar(width, parts...)
	second, _ := s.shared.Bar(width, crown, view.Part{Text: ": " + view.Few(names, jewels), Style: t.Text, Tight: true})
	return []string{first, second}
}

// pathParts say how many paths there are.
func (s *Screen) pathParts(a *model.Attack) []view.Part {
	t := &s.shared.Theme
	dot := " " + s.shared.Glyphs.Dot + " "
	switch {
	case a == nil:
		return []view.Part{{Text: "attack paths: not known yet", Style: t.Faint}}
	case a.Paths == 0 && !s.read():
		return []view.Part{{Text: "no attack path found so far", Style: t.Faint}}
	}
	missing := ""
	if !a.Known {
		missing = "not all was read"
		if a.Missing != "" {
			missing += ": " + a.Missing
		}
	}
	if a.Paths == 0 {
		if missing != "" {
			return []view.Part{{Text: "no attack path found, but " + missing, Style: t.Warn}}
		}
		parts := []view.Part{{Text: "no attack path ends in cluster-admin", Style: t.Good}}
		if a.Sources > 0 {
			parts = append(parts, view.Part{Text: dot + "looked from " + view.Count(a.Sources, "source"), Style: t.Faint, Tight: true, Rank: 2})
		}
		return s.everywhere(parts)
	}
	verb := " end in cluster-admin"
	if a.Paths == 1 {
		verb = " ends in cluster-admin"
	}
	least := ""
	if missing != "" {
		least = "at least "
	}
	from := "none from the internet"
	if a.Internet > 0 {
		from = strconv.Itoa(a.Internet) + " from the internet"
	}
	parts := []view.Part{
		{Text: least + view.Count(a.Paths, "attack path") + verb, Style: t.Severity(model.Critical)},
		{Text: dot + from, Style: t.Text, Tight: true},
	}
	if missing != "" {
		parts = append(parts, view.Part{Text: dot + missing, Style: t.Warn, Tight: true, Rank: 3})
	}
	return s.everywhere(parts)
}

// everywhere says that paths are not only those of the namespaces that are shown.
func (s *Screen) everywhere(parts []view.Part) []view.Part {
	if s.snapshot.Namespaces == nil {
		return parts
	}
	return append(parts, view.Part{Text: "(all namespaces)", Style: s.shared.Theme.Faint, Rank: 3})
}

// pathWords say the same among the coverage.
func (s *Screen) pathWords() (words string, warn bool) {
	switch a := s.snapshot.Report.Attack; {
	case a == nil && s.read():
		return "not known yet", false
	case a == nil:
		return "not known before everything was read", false
	case !a.Known:
		return "not all that they rest on was read, so there may be more: " + a.Missing, true
	case a.Sources > 0:
		return "looked for from " + view.Count(a.Sources, "source"), false
	}
	return "looked for", false
}
