package view

import (
	"math"

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

// start is the risk of a single finding of a severity. What is worse starts where that ends.
func start(s model.Severity) int {
	switch s {
	case model.Critical:
		return 75
	case model.High:
		return 40
	case model.Medium:
		return 20
	case model.Low:
		return 1
	}
	return 0
}

// Risk sums up the findings that hold as a figure from 0 to 99. The worst severity says where it starts; from there it goes a
// fifth of the way to the next start with each tenfold of findings, so that the thousandth still counts, and many small ones
// never look like one that is worse. Of a lower severity ten count as one.
func (s Score) Risk() int {
	worst, ok := s.Worst()
	if !ok || worst == model.Info {
		return 0
	}
	const fifths = 5
	from, next := start(worst), 100
	if worst < model.Critical {
		next = start(worst + 1)
	}
	count, worth := 0.0, 1.0
	for severity := worst; severity > model.Info; severity-- {
		count += float64(s.Holds[severity]) * worth
		worth /= 10
	}
	// What is a whole number but for rounding is one.
	way := float64(next-from)*math.Log10(count)/fifths + 1e-9
	return min(from+int(way), next-1)
}

// RiskFormula says in words how Risk is counted.
const RiskFormula = "risk: the worst finding sets the start (low 1, medium 20, high 40, critical 75); ten times as many go a fifth of the way on to the next; " +
	"ten of a lower severity count as one"
