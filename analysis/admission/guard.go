// Package admission makes guards: admission policies that keep a finding from coming back, in the namespaces where it was
// found, first as warnings and entries of the audit log, then as refusals.
package admission

import "canopy/model"

// Guard is what keeps findings from coming back.
type Guard struct {
	// Policies are in the order in which they are to be applied.
	Policies []Policy
	// Without says, by rule, why there is no guard for it. Sorted by rule.
	Without []Reason
}

// Policy is a policy with its binding, or bindings.
type Policy struct {
	// Rules are the ids of the rules that it guards against, sorted.
	Rules []string
	// Mutating tells a MutatingAdmissionPolicy, which sets a default where a field is missing.
	Mutating bool
	// Namespaces are those that it is bound to; empty for cluster-scoped objects.
	Namespaces []string
	// Documents are the policy, and the binding that warns and audits. A policy that is there already is patched to the same content,
	// and its bindings are left as they are: the one here is for the namespaces that they lack, and there is none where they lack
	// none.
	Documents []Document
	// Enforce is the binding that refuses, to be applied once nothing warns any more. It takes the place of the one that warns: it has
	// the same name, which its step patches; its YAML is the whole object. Its zero value means that there is none: for a mutating
	// policy, and where only pods of kube-system, kube-public and kube-node-lease would be refused.
	Enforce Document
	// Evidence says what to know before: what is there and would be refused when it is made again, which server it takes.
	Evidence []string
}

// Document is an object to create, or to bring to the content that YAML has in full.
type Document struct {
	Step model.Step
	YAML []byte
}

// Reason says why a rule has no guard.
type Reason struct{ Rule, Text string }
