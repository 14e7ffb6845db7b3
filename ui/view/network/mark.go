package network

import (
	"charm.land/lipgloss/v2"

	"canopy/analysis/network"
	"canopy/ui/view"
)

// mark is what stands in a cell of the matrix.
type mark uint8

// The marks. None of them means that nothing passes; empty that there are no pods to speak of.
const (
	unasked mark = iota
	empty
	none
	some
	all
	depends
	unknown
	open
	marks
)

// markOf sums up pairs of pods. What was not evaluated wins: whether it is open nobody can say. What depends on something
// counts only where nothing is certainly allowed.
func markOf(p network.Pairs) mark {
	switch {
	case p.Total == 0:
		return empty
	case p.Unknown > 0:
		return unknown
	case p.Allowed == p.Total:
		return all
	case p.Allowed > 0:
		return some
	case p.Depends > 0:
		return depends
	}
	return none
}

// sign is the letter of a mark.
func (m mark) sign(s *view.Shared) string {
	return [...]string{unasked: " ", empty: " ", none: s.Glyphs.Dot, some: "s", all: "A", depends: "~", unknown: "?", open: "!"}[m]
}

// word says the same.
func (m mark) word() string {
	return [...]string{unasked: "asking", empty: "no pods", none: "none", some: "some", all: "all", depends: "depends", unknown: "not evaluated", open: "internet"}[m]
}

// style gives a mark its colour.
func (m mark) style(s *view.Shared) lipgloss.Style {
	t := &s.Theme
	switch m {
	case all:
		return t.Warn
	case some:
		return t.Link
	case depends:
		return t.Notice
	case unknown:
		return t.Header
	case open:
		return t.Alarm
	}
	return t.Faint
}

// Legend explains a cell.
func (s *Screen) Legend() []string {
	dot := s.shared.Glyphs.Dot
	return []string{
		"a cell tells what pods of one namespace may open to pods of another: A every pair has an allowed connection, s some pairs have, " + dot + " none has",
		"~ none for certain: it depends on something that the API leaves open; ? a policy has a say that is not evaluated or may not be read; empty: no pods",
		"row " + outside + ": ! a Service, an Ingress, a Gateway or a port of a node leads in and policies let it through; column " + outside + ": who may open connections to addresses outside",
		"in and out count the other namespaces that reach one, and that it reaches; a + in the last line is more than a digit holds",
		"filter of the matrix: names, from:shop to:db,data ns:=shop (the whole name) !ns:kube port:5432/TCP",
		"all of it is what the policies declare; whether the network plug-in obeys them is said above the matrix where that is not known",
	}
}

// legend lists the marks that are explained above the matrix.
func legend() []mark { return []mark{all, some, none, depends, unknown, open} }
