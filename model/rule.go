package model

import "k8s.io/apimachinery/pkg/runtime/schema"

// Rule is one entry of the catalogue: what is wrong, why it matters, how it is attacked, seen and fixed. It is data;
// package analysis/catalogue loads it.
type Rule struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Short is the title in at most 24 characters, for lines that name several rules.
	Short    string   `json:"short"`
	Severity Severity `json:"severity"`
	// Theme is one of the seven, with the network's two halves apart: least-privilege, network, pod-security, images, secrets, patching, activity, audits.
	Theme string `json:"theme"`
	// Condition says exactly when the rule holds.
	Condition string `json:"condition"`
	Why       string `json:"why"`
	Attack    string `json:"attack"`
	Defence   string `json:"defence"`
	Remedy    string `json:"remedy"`
	// Fix is yaml, steps or none; NoFix gives the reason where it is not yaml, or says what the yaml leaves out.
	Fix   string `json:"fix"`
	NoFix string `json:"noFix,omitempty"`
	// Breakage is the class of harm that the fix may do: none, likely-safe, needs-evidence, outage.
	Breakage   string     `json:"breakage,omitempty"`
	Frameworks Frameworks `json:"frameworks"`
	// Needs lists the kinds, as "Pod" or "Role.rbac.authorization.k8s.io", without which the rule cannot be judged.
	Needs []string `json:"needs"`
}

// NeedKinds gives Needs as kinds.
func (r *Rule) NeedKinds() []schema.GroupKind {
	kinds := make([]schema.GroupKind, len(r.Needs))
	for i, n := range r.Needs {
		kinds[i] = schema.ParseGroupKind(n)
	}
	return kinds
}

// Frameworks names the controls of other catalogues that a rule answers to.
type Frameworks struct {
	PSS   []string `json:"pss"`
	CIS   []string `json:"cis"`
	NSA   []string `json:"nsa"`
	OWASP []string `json:"owasp"`
	MITRE []string `json:"mitre"`
	MS    []string `json:"ms"`
}
