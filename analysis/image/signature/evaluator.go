package signature

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Evaluator holds the policies that demand signatures. One goroutine owns it.
type Evaluator struct{}

// Question is an image in a place.
type Question struct {
	Namespace string
	// Pod runs it; its labels, annotations, account and creation count.
	Pod *record.Pod
	// Reference is what the spec says, Digest what runs: "sha256:…", or "".
	Reference reference.Reference
	Digest    string
	// Given are local proofs for the digest.
	Given []*record.Signature
}

// Demand is what policies demand of a whole namespace.
type Demand struct {
	// Policies are those that demand signatures of some images in it, sorted; Enforced tells that one of them refuses.
	Policies []model.Ref
	Enforced bool
	// Escapes says in words what gets past them: "images other than registry.example/*", "pods with the label skip=yes".
	Escapes []string
	// Doubt says what could not be read or evaluated; "" where nothing.
	Doubt string
}

// New gives an evaluator without policies.
func New() *Evaluator { return &Evaluator{} }

// Concerns tells whether objects of a kind count here.
func Concerns(gk schema.GroupKind) bool { return false }

// Update takes a change, which c already holds, and tells whether answers may be others now: of one namespace, or with "" of all.
func (e *Evaluator) Update(c *cluster.Cluster, d cluster.Delta) (namespace string, changed bool) {
	return "", false
}

// Covered takes the new coverage of a kind, and tells whether answers may be others now.
func (e *Evaluator) Covered(c *cluster.Cluster, gk schema.GroupKind) bool { return false }

// Any tells that some policy demands signatures anywhere.
func (e *Evaluator) Any() bool { return false }

// Demands says what is demanded in a namespace.
func (e *Evaluator) Demands(c *cluster.Cluster, namespace string) Demand { return Demand{} }

// Answer says what is demanded of an image in a place, and proven.
func (e *Evaluator) Answer(c *cluster.Cluster, q Question) Answer {
	return Answer{Verdict: NotRequired}
}

// Proposal is a policy that would demand signatures where none does.
type Proposal struct {
	// Kind is that of the policy: of a tool that is installed, if one is. Document is YAML that only lacks what Needs names; it tells
	// and does not refuse.
	Kind, Document, Needs string
	// Installed tells that the cluster serves the kind.
	Installed bool
}

// Propose makes a policy for namespaces; none is all of them.
func Propose(c *cluster.Cluster, namespaces []string) Proposal { return Proposal{} }
