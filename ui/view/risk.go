package view

import (
	"math"
	"strconv"

	"canopy/model"
)

// Risks counts the findings that hold by their risk. What is but information is not in it.
type Risks [101]int

// Add counts a finding where it holds.
func (r *Risks) Add(row *Row) {
	if row.Verdict == model.Yes && row.Finding.Severity > model.Info {
		r[max(0, min(row.Risk, len(r)-1))]++
	}
}

// Figure sums up the findings as a figure from 0 to 99. The riskiest sets it: four fifths of its risk, so that there is room
// above. Ten times as many findings add 4, so that the thousandth still counts; one whose risk is 5 lower counts as a tenth, so that
// many small ones never look like one that is far worse. That is four fifths of 5 × log10 of the sum of 10^(risk/5): it never falls
// where a finding comes in, or becomes riskier.
func (r *Risks) Figure() int {
	const tenth, share = 5.0, 0.8
	worst := len(r) - 1
	for worst >= 0 && r[worst] == 0 {
		worst--
	}
	if worst < 0 {
		return 0
	}
	sum := 0.0
	for risk := worst; risk >= 0; risk-- {
		if r[risk] > 0 {
			sum += float64(r[risk]) * math.Pow(10, float64(risk-worst)/tenth)
		}
	}
	// What is a whole number but for rounding is one.
	return min(int(share*(float64(worst)+tenth*math.Log10(sum))+1e-9), 99)
}

// RiskInShort says in words how the risk of a cluster is counted, RiskFormula also how that of a finding is.
const (
	RiskInShort = "four fifths of the risk of the riskiest finding, and 4 for each tenfold of findings; one whose risk is 5 lower counts as a tenth"
	RiskFormula = "risk: " + RiskInShort + ". That of a finding is 100 x exposure (the internet 1, any account 0.85, its holders only 0.65) x effect (cluster-admin 1, " +
		"a node 0.85, Secrets 0.7, itself 0.5) x severity (critical 1, high 0.6, medium 0.35, low 0.15, info 0.05); until attack paths are known it goes by " +
		"severity alone (90, 70, 40, 20, 5)"
)

// RiskWords takes the risk of a row apart: what it is made of, with the factor of each.
func (r *Row) RiskWords() string {
	severity := r.Finding.Severity
	if !r.Placed {
		return strconv.Itoa(r.Risk) + " of 100 by severity, until attack paths are known"
	}
	return strconv.Itoa(r.Risk) + " = 100 x exposure " + factor(r.Standing.Exposure.Factor()) + " (" + r.Standing.Exposure.String() +
		") x effect " + factor(r.Standing.Effect.Factor()) + " (" + r.Standing.Effect.String() +
		") x severity " + factor(severity.Weight()) + " (" + severity.String() + ")"
}

func factor(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
