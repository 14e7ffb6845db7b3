package model

import (
	"iter"
	"time"
)

// Report is what was found at one moment. It is immutable: the engine publishes a new one, which shares with the old
// whatever did not change.
type Report struct {
	Source SourceInfo
	// Time is the moment of publication, Sequence counts publications.
	Time     time.Time
	Sequence uint64
	// Objects counts what is held, by kind name, for the top line of a screen.
	Objects map[string]int
	// Coverage is sorted by kind and namespace.
	Coverage []Coverage
	// Rules says for every rule whether it could be judged.
	Rules map[string]RuleState
	// Score counts the findings that hold, by severity; what is unknown or still loading is not in it.
	Score [Critical + 1]int
	// Unknown counts findings that may hold.
	Unknown int
	// Findings holds the findings by id.
	Findings FindingSet
	// Inventory holds the records of namespaces, nodes, pods and the owners of pods.
	Inventory RecordSet
	// Edits lists what changed since the source had settled, the newest first; EditsDropped counts the older ones that
	// were let go.
	Edits        []Edit
	EditsDropped int
	// Attack sums up the paths of attack; nil while a cluster is read.
	Attack *Attack
	// Digest is a checksum over all findings: equal digests mean equal findings, whatever way led there.
	Digest uint64
}

// FindingSet is an immutable set of findings.
type FindingSet interface {
	Len() int
	// Get finds one by id; nil where it is not in the set.
	Get(id string) *Finding
	// All goes through the set in the order of ids.
	All() iter.Seq[*Finding]
}

// RuleState says whether a rule could be judged.
type RuleState struct {
	// Verdict is Yes where all that the rule needs was seen, Depends where part of it was, Unknown where nothing can
	// be said.
	Verdict Verdict
	// Loading tells that the state will end by itself.
	Loading bool
	// Reason says what is missing.
	Reason string
}

// State gives the verdict of a finding as of this report: while what its rule needs is still loading nothing is said.
func (r *Report) State(f *Finding) (Verdict, string) {
	if s, ok := r.Rules[f.Rule.ID]; ok && s.Loading {
		return Unknown, s.Reason
	}
	return f.Verdict, f.Reason
}

// Settled tells that no kind is loading any more.
func (r *Report) Settled() bool {
	for i := range r.Coverage {
		if r.Coverage[i].State == Loading {
			return false
		}
	}
	return len(r.Coverage) > 0
}
