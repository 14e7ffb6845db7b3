// Package remedy makes the remediation of findings: patches of the top owner, accounts, roles, policies and labels to create,
// bindings that take the place of others, in the order in which they depend on each other, and exact steps in words where no document
// can help.
//
// All findings on one owner come to one patch, all on one binding to one replacement. Fixes are made on a copy of the template in
// Go types; the patch is the difference. It is applied in memory before it is offered, and what comes out is judged again: a
// finding counts as closed only where the rule no longer holds.
//
// Each document says what it may break and by what that is known: how many pods it replaces and how, which ports and users they
// have, who loses what, which tool would take a live change back and where the change belongs then. Documents may be left out of
// a fix, or written anew, as long as what is left stands (Only, Edit).
package remedy

import (
	"cmp"
	"errors"
	"slices"

	"canopy/analysis/lifecycle"
	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// Fix is what would close a set of findings.
type Fix struct {
	// Plan holds the steps of Documents, in order.
	Plan model.Plan
	// Documents are what is printed, one for each step.
	Documents []Document
	// Notes are the findings, or parts of them, that no document closes. Sorted by finding.
	Notes []Note
	// Advice is what holds for many notes, and is told once.
	Advice []string
}

// Options says what a fix is made for.
type Options struct {
	// Server is the version of the server, such as v1.37.2; "" where it is not known. It decides what Kubernetes ships, and which
	// permissions are dangerous: where it is not known, what is so in any version.
	Server string
	// Flows are the connections that policies have to keep, and all that they keep, where Declared is set. Otherwise they keep
	// what is evident.
	Flows    []minimal.Flow
	Declared bool
	// Tables is what is known of versions: what takes the place of an API version, or of an add-on. Nil is lifecycle.Default().
	Tables *lifecycle.Tables
}

// Document is one step as people use it.
type Document struct {
	Step model.Step
	// YAML is a partial object for a strategic patch, the whole object for a create, a list of operations for a JSON patch.
	YAML []byte
	// File is the name by which Command refers to the document.
	File string
	// Closes lists the findings that end with this step and those before it, by id.
	Closes []string
	// Command is the kubectl command line.
	Command string
	// Breakage is none, likely-safe, needs-evidence or outage.
	Breakage string
	// Evidence says why, and what must be checked before.
	Evidence []string
	// Sample is a document that may stand in the place of this one once it is filled in, as evidence says; "" where there is none.
	Sample string
	// Replaces is, for an object to create, the one whose place it takes and that a later document deletes: findings on it that
	// were not asked for go over to the new one. Zero for any other.
	Replaces model.Ref
	// ManagedBy names what would revert a live change, such as "Helm release web"; "" where nothing is known to. Source says where
	// the change belongs then, in a sentence.
	ManagedBy, Source string
	// Edited tells that somebody wrote the text of it; see Edit.
	Edited bool

	rules []*model.Rule
	// about are the findings that it was made for, requires the documents without which it must not stand.
	about    []string
	requires []requirement
	// means are the findings that it is for, where others are needed too.
	means []string
	// segment tells that it is about the network, prepares that what it creates only takes the place of what a later one deletes.
	segment, prepares bool
}

// Note says what to do about a finding by hand.
type Note struct {
	Finding string
	// Reason says why there is no document, or none that closes the finding.
	Reason string
	Steps  []string
	// Sample is a document that a step speaks of, to be copied and filled in; "" where there is none.
	Sample string
}

var errFinding = errors.New("remedy: a finding without rule")

// For makes the fix of findings on a cluster, which it only reads. Equal input gives equal output, in whatever order the
// findings come. An error means that the findings make no sense; a finding that cannot be fixed is a Note.
//
// The version of the server is taken to be unknown, so that what is dangerous in any version is; see ForServer.
func For(c *cluster.Cluster, findings []*model.Finding) (*Fix, error) {
	return ForServer(c, "", findings)
}

// ForServer is For where the version of the server is known, such as v1.37.2: it decides what Kubernetes ships, and which
// permissions are dangerous.
func ForServer(c *cluster.Cluster, server string, findings []*model.Finding) (*Fix, error) {
	return Make(c, Options{Server: server}, findings)
}

// Make is For with options. An error of type minimal.Faults names the flows whose ends are not in the cluster.
func Make(c *cluster.Cluster, o Options, findings []*model.Finding) (*Fix, error) {
	p := newPlanner(c, o.Server)
	p.segments.flows, p.segments.declared = o.Flows, o.Declared
	if p.tables = o.Tables; p.tables == nil {
		p.tables = lifecycle.Default()
	}
	if o.Declared {
		if err := p.segments.look().Check(o.Flows); err != nil {
			return nil, err
		}
	}
	groups := map[model.Ref][]*model.Finding{}
	seen := map[string]bool{}
	for _, f := range findings {
		if f == nil || f.Rule == nil {
			return nil, errFinding
		}
		if seen[f.ID] {
			continue
		}
		seen[f.ID] = true
		// The analyser has filed it below the owner that answers for it.
		groups[f.Object] = append(groups[f.Object], f)
	}
	refs := make([]model.Ref, 0, len(groups))
	for ref, list := range groups {
		slices.SortFunc(list, func(a, b *model.Finding) int { return cmp.Compare(a.ID, b.ID) })
		refs = append(refs, ref)
	}
	inorder.Sort(refs, model.Ref.Compare)
	for _, ref := range refs {
		p.group(ref, groups[ref])
	}
	if err := p.mendRights(); err != nil {
		return nil, err
	}
	if err := p.segments.mend(); err != nil {
		return nil, err
	}
	return p.fix(), nil
}

// planner gathers documents and notes.
type planner struct {
	c *cluster.Cluster
	// server is the version of the server; "" where it is not known.
	server string
	// creates come before patches, patches of workloads before those of namespaces.
	// What is removed goes last.
	creates, patches, policies, removals []Document
	notes                                []Note
	// grants are the findings on RBAC objects, which are fixed together once all others are.
	grants map[model.Ref][]*model.Finding
	rights *rights
	// segments are the findings on the network, which are fixed together too.
	segments *segments
	accounts *accounts
	// images is what runs; nil until somebody asks. vault is where credentials go.
	images sightings
	vault  *vault
	// places lists what runs in each namespace; filled at the first question.
	places map[string][]model.Record
	// figures tells that figures must be measured.
	figures bool
	// tables is what is known of versions.
	tables *lifecycle.Tables
}

func newPlanner(c *cluster.Cluster, server string) *planner {
	p := &planner{c: c, server: server, grants: map[model.Ref][]*model.Finding{}, accounts: newAccounts(c), vault: newVault(c)}
	p.segments = &segments{p: p}
	return p
}

// group fixes all findings on one object. One of which no document can be made keeps the others from nothing.
func (p *planner) group(ref model.Ref, findings []*model.Finding) {
	if why := badRef(ref); why != "" {
		if ref.Group != model.GroupRBAC {
			why += "; no API server takes such a name"
		}
		for _, f := range findings {
			p.note(f, "no command is given: "+why+", so find out where the object comes from")
		}
		return
	}
	creates, patches, policies, removals, notes := len(p.creates), len(p.patches), len(p.policies), len(p.removals), len(p.notes)
	if err := p.remedies(ref, findings); err != nil {
		p.creates, p.patches, p.policies, p.removals, p.notes = p.creates[:creates], p.patches[:patches], p.policies[:policies], p.removals[:removals], p.notes[:notes]
		for _, f := range findings {
			p.note(f, "no document could be made for "+ref.String()+": "+err.Error(), "open it: kubectl edit "+target(ref)+"; canopy rules "+f.Rule.ID+" tells what to change")
		}
	}
}

func (p *planner) remedies(ref model.Ref, findings []*model.Finding) error {
	findings = p.segments.take(p.without(findings))
	findings, err := p.elsewhere(ref, findings)
	if err != nil || len(findings) == 0 {
		return err
	}
	switch {
	case ref.Group == "" && ref.Kind == "Namespace":
		return p.namespace(ref, findings)
	case ref.Group == "" && ref.Kind == "ServiceAccount":
		return p.serviceAccount(ref, findings)
	case ref.Group == "" && ref.Kind == "Secret":
		return p.secret(ref, findings)
	case ref.Group == model.GroupRBAC:
		p.grants[ref] = findings
		return nil
	case ref.Group == "policy" && ref.Kind == "PodDisruptionBudget":
		return p.budgets(ref, findings)
	}
	if findings, err = p.budgetless(ref, findings); err != nil || len(findings) == 0 {
		return err
	}
	return p.workload(ref, findings)
}

// without takes out the findings for which no document is ever made, and notes them.
func (p *planner) without(findings []*model.Finding) []*model.Finding {
	var left []*model.Finding
	for _, f := range findings {
		if fixable(f.Rule.ID) {
			left = append(left, f)
			continue
		}
		p.inWords(f)
	}
	return left
}

func (p *planner) note(f *model.Finding, reason string, steps ...string) {
	p.notes = append(p.notes, Note{Finding: f.ID, Reason: reason, Steps: steps})
}

func (p *planner) fix() *Fix {
	var rights []Document
	if p.rights != nil {
		rights = p.rights.docs
	}
	f := &Fix{Documents: slices.Concat(p.creates, rights, p.patches, p.policies, p.segments.docs, p.removals), Notes: p.notes}
	// What may take a service down comes last. What is created stands first: what takes the place of something is there
	// before that goes, and what is enforced on a namespace refuses nothing that is there.
	inorder.SortStable(f.Documents, func(a, b Document) int {
		return cmp.Compare(parseBreakage(a.Breakage)/outage, parseBreakage(b.Breakage)/outage)
	})
	if p.rights != nil {
		p.rights.verify(f)
	}
	p.segments.verify(f)
	if p.figures {
		f.Advice = howToMeasure()
	}
	inorder.SortStable(f.Notes, func(a, b Note) int { return cmp.Compare(a.Finding, b.Finding) })
	f.Plan.Title = "Fix"
	for i := range f.Documents {
		d := &f.Documents[i]
		d.name(i + 1)
		f.Plan.Steps = append(f.Plan.Steps, d.Step)
	}
	return f
}
