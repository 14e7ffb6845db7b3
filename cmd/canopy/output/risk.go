package output

import "canopy/model"

// RiskOf is what a risk is the product of, in words and as factors.
type RiskOf struct {
	// Exposure is who gets to the object, Effect the worst that it leads to.
	Exposure string         `json:"exposure"`
	Effect   string         `json:"effect"`
	Severity model.Severity `json:"severity"`
	// Factors are 0 to 1: 100 times their product is the risk.
	Factors RiskFactors `json:"factors"`
}

// RiskFactors is what each part counts in a risk.
type RiskFactors struct {
	Exposure float64 `json:"exposure"`
	Effect   float64 `json:"effect"`
	Severity float64 `json:"severity"`
}

func newRiskOf(s model.Standing, severity model.Severity) *RiskOf {
	return &RiskOf{
		Exposure: s.Exposure.String(), Effect: s.Effect.String(), Severity: severity,
		Factors: RiskFactors{s.Exposure.Factor(), s.Effect.Factor(), severity.Weight()},
	}
}
