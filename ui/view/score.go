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

// share is what one finding of a severity takes of the safety that is left.
func share(s model.Severity) float64 {
	switch s {
	case model.Critical:
		return 0.08
	case model.High:
		return 0.02
	case model.Medium:
		return 0.004
	case model.Low:
		return 0.0005
	}
	return 0
}

// Risk sums up the findings that hold as a figure from 0 to 100: every finding takes its share of the safety that the others
// leave. It grows with each finding, and never reaches 100 by small ones alone.
func (s Score) Risk() int {
	safe := 1.0
	for _, severity := range model.Severities() {
		safe *= math.Pow(1-share(severity), float64(s.Holds[severity]))
	}
	return int(math.Round(100 * (1 - safe)))
}

// RiskFormula says in words how Risk is counted.
const RiskFormula = "risk 0 to 100: every critical finding takes 8 % of the safety that is left, a high one 2 %, a medium one 0.4 %, a low one 0.05 %"
