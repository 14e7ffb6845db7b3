package privilege

import (
	"slices"

	"canopy/model"
)

// way is a way of an edge with its needs by number.
type way struct {
	*model.Way
	needs []int
	// cluster tells of each need whether a ClusterRoleBinding alone gives it.
	cluster []bool
	// object is one more than the number of the object that has to exist; 0 for none.
	object int
	// grip is what holds of the way whoever has it.
	grip grip
	// bind is one more than the number of the need to bind a role, 0 for none: its names are roles, of which each gives what it gives.
	bind int
	// accounts tells that the one need is for service accounts: where it names some, they are whom one becomes.
	accounts bool
	// footing is what it rests on besides. privileged tells that it makes privileged pods, which policies may refuse.
	// gives tells that it gives a namespace.
	footing           footing
	privileged, gives bool
}

// grip says what keeps a way from being held for good; zero for nothing.
type grip uint8

const (
	// named: for named objects alone.
	named grip = 1 << iota
	// limited: the holder gains nothing that the holder has not.
	limited
	// unsure: something decides that is not known.
	unsure
	// partial: only for requests that the verbs name.
	partial
	grips
)

// open tells whether a way is open in a minor version of Kubernetes; sure is false where the version is not known and
// decides.
func (w *way) open(minor int) (is, sure bool) {
	if w.Since == 0 && w.Before == 0 {
		return true, true
	}
	if minor == 0 {
		return true, false
	}
	return minor >= w.Since && (w.Before == 0 || minor < w.Before), true
}

// passes tells whether a way is open in a place, and what decides where that is not known.
func (w *way) passes(at *readingKey, minor int) (is bool, on Doubt, why string) {
	is, sure := w.open(minor)
	stands, seen := at.objects.stands(w)
	if !is || !stands || !w.admitted(at) {
		return false, Certain, ""
	}
	switch {
	case !sure:
		return true, OnVersion, "the version of the server decides, and is not known"
	case !seen:
		return true, OnData, "whether " + w.Exists + " exists was not seen"
	case w.Admission == podSecurity && at.admits == model.Unknown && !at.cluster:
		return true, OnAdmission, "the Pod Security level of the namespace was not seen"
	}
	return true, Certain, ""
}

// The words of the catalogue for ways that Pod Security may close, and for those that something does which cannot be read.
const (
	podSecurity = "pod-security"
	policy      = "policy"
)

// admitted tells whether the way is open where it is granted: in its namespaces, and where admission lets it pass. Where
// all namespaces are concerned, one that admits is enough, and who may create pods may wait for one.
func (w *way) admitted(at *readingKey) bool {
	if at.cluster {
		return true
	}
	if len(w.Namespaces) > 0 && !slices.Contains(w.Namespaces, at.namespace) {
		return false
	}
	return w.Admission != podSecurity || at.admits != model.No
}

// given tells which needs of the way a profile meets, cluster-wide or in a namespace, whether it does so for named objects
// alone, and how many it does not meet.
func (w *way) given(cluster bool, p *profile) (needs set, byName bool, missing int) {
	for i, n := range w.needs {
		if (w.cluster[i] && !cluster) || !p.has(n) {
			missing++
			continue
		}
		needs.add(n)
		byName = byName || p.named.has(n)
	}
	return needs, byName, missing
}
