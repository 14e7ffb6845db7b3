package model

// Finding is one rule that holds on one top owner, or on the object itself. It is immutable, and small: its evidence is
// made when asked for, from what the analyser shares between findings.
type Finding struct {
	// ID is RULE/group/Kind/namespace/name: the same on every run and from every source.
	ID   string
	Rule *Rule
	// Severity is the rule's unless the evidence makes it worse or milder.
	Severity Severity
	Object   Ref
	// Pods counts the running pods that show it.
	Pods int
	// Since is when it began, in seconds since 1970: the newest of the object's creation and its last relevant change;
	// zero where nobody knows.
	Since int64
	// Verdict is Yes for a finding that holds, Depends or Unknown for one that may, with the Reason.
	Verdict Verdict
	Reason  string
	// Proof makes the evidence.
	Proof Proof
}

// Proof makes the evidence of a finding on demand.
type Proof interface {
	// Evidence lists where the finding shows, in a stable order, with masked values.
	Evidence() []Evidence
}

// Evidence is one place where a finding shows.
type Evidence struct {
	Object Ref `json:"object"`
	// Path is the field, relative to the object: spec.template.spec.containers[0].securityContext.privileged.
	Path string `json:"path"`
	// Value is what stands there, masked where it could be a secret; "" where a field is missing.
	Value string `json:"value"`
	// Line is the line of the file that the object was read from; 0 where there is no file.
	Line int `json:"line,omitempty"`
	// Print is that of the Exposure; 0 where there is none. It never leaves the process.
	Print uint64 `json:"-"`
	// Same is the number that equal values share within one output; whoever writes an output sets it.
	Same int `json:"same,omitempty"`
}

// FindingID gives the identity of a rule on an object.
func FindingID(rule string, object Ref) string {
	return rule + "/" + object.Group + "/" + object.Kind + "/" + object.Namespace + "/" + object.Name
}

// Equal tells whether two findings say the same. Proofs are compared by the evidence they give.
func (f *Finding) Equal(o *Finding) bool {
	if f.ID != o.ID || f.Severity != o.Severity || f.Pods != o.Pods || f.Since != o.Since || f.Verdict != o.Verdict || f.Reason != o.Reason {
		return false
	}
	if f.Proof == o.Proof {
		return true
	}
	a, b := f.Proof.Evidence(), o.Proof.Evidence()
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
