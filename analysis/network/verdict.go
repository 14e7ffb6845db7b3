package network

// Verdict says whether connections are possible.
type Verdict uint8

// The verdicts, in the order in which the worse-known one wins where several must be told as one.
const (
	// Deny: the policies let nothing through.
	Deny Verdict = iota
	// Allow: they let something through.
	Allow
	// Depends: it rests on what the API leaves open; the assumption names it.
	Depends
	// NotEvaluated: a kind of policy that Canopy does not evaluate, or may not read, has a say.
	NotEvaluated
)

// String gives the verdict as output writes it.
func (v Verdict) String() string {
	return [...]string{"deny", "allow", "depends", "not-evaluated"}[v]
}

// Level is what the ends of an entry are.
type Level uint8

// The levels.
const (
	Workloads Level = iota
	Namespaces
	Pods
)

// String gives the level as output and the command line write it.
func (l Level) String() string { return [...]string{"workload", "namespace", "pod"}[l] }

// Enforcement says whether the network plug-in is known to obey policies.
type Enforcement string

// What is known of it.
const (
	Verified   Enforcement = "verified"
	Unverified Enforcement = "unverified"
	None       Enforcement = "none"
)
