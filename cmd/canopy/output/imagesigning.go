package output

import (
	"fmt"
	"strings"

	"canopy/analysis/image"
	"canopy/model"
)

// Signing is what policies demand in a namespace in which images run.
type Signing struct {
	Namespace string `json:"namespace"`
	Pods      int    `json:"pods"`
	// Policies are those that demand signatures of some images there, Enforced tells that one of them refuses.
	Policies []model.Ref `json:"policies"`
	Enforced bool        `json:"enforced"`
	// Escapes says what gets past them.
	Escapes []string `json:"escapes"`
	// Doubt says what could not be read or evaluated.
	Doubt string `json:"doubt,omitempty"`
}

// NewSigning makes what is shown of what policies demand.
func NewSigning(list []image.Signing) []Signing {
	out := make([]Signing, 0, len(list))
	for i := range list {
		s := &list[i]
		out = append(out, Signing{s.Namespace, s.Pods, append([]model.Ref{}, s.Policies...), s.Enforced, some(s.Escapes), s.Doubt})
	}
	return out
}

// signingLines says it for people.
func signingLines(list []Signing) []string {
	var lines []string
	for i := range list {
		s := &list[i]
		line := "signatures in " + Word(s.Namespace) + ": no policy demands any"
		if len(s.Policies) > 0 {
			names := make([]string, len(s.Policies))
			for n, p := range s.Policies {
				names[n] = p.String()
			}
			line = fmt.Sprintf("signatures in %s: demanded by %s, which ", Word(s.Namespace), strings.Join(names, ", "))
			if s.Enforced {
				line += "refuses what has none"
			} else {
				line += "only tells"
			}
		}
		if len(s.Escapes) > 0 {
			line += "; gets past: " + strings.Join(s.Escapes, "; ")
		}
		if s.Doubt != "" {
			line += "; not known: " + s.Doubt
		}
		lines = append(lines, line)
	}
	return lines
}
