package view

import (
	"canopy/model"
)

// Score counts findings by severity; what may hold but is not known to is apart.
type Score struct {
	Holds     [model.Critical + 1]int
	Undecided int
}

func (s *Score) add(r *Row) {
	if r.Verdict == model.Yes {
		s.Holds[r.Finding.Severity]++
	} else {
		s.Undecided++
	}
}

// Total is the number of findings that hold.
func (s Score) Total() int {
	n := 0
	for _, c := range s.Holds {
		n += c
	}
	return n
}

// Worst is the worst severity that holds; ok is false where none does.
func (s Score) Worst() (worst model.Severity, ok bool) {
	for _, severity := range model.Severities() {
		if s.Holds[severity] > 0 {
			return severity, true
		}
	}
	return model.Info, false
}
