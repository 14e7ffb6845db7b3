package remedy

import (
	"maps"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/minimal"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// ward is what was asked in one namespace that policies on its pods can mend.
type ward struct {
	namespace string
	// whole are the findings on the namespace itself, by owner those on owners of pods.
	whole []*model.Finding
	owner map[model.Ref][]*model.Finding
}

// isolate makes the policies that keep what is needed and nothing else: those of a namespace where it lacks a default deny,
// else those of the owners that were asked about.
func (s *segments) isolate() {
	wards := map[string]*ward{}
	for ref, list := range s.asked {
		for _, f := range list {
			name := ref.Namespace
			switch f.Rule.ID {
			case "NW03":
				name = ref.Name
			case "NW01", "NW02", "NW05", "NW19":
			default:
				continue
			}
			w := wards[name]
			if w == nil {
				w = &ward{name, nil, map[model.Ref][]*model.Finding{}}
				wards[name] = w
			}
			if f.Rule.ID == "NW03" {
				w.whole = append(w.whole, f)
			} else {
				w.owner[ref] = append(w.owner[ref], f)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wards)) {
		s.isolateWard(wards[name])
	}
}

func (s *segments) isolateWard(w *ward) {
	if !s.declared && systemPlace(w.namespace) {
		s.spare(w)
		return
	}
	if len(w.whole) > 0 {
		var acts [2]bool
		for d := range acts {
			acts[d] = !s.closed(w.namespace, policy.Direction(d))
		}
		findings := slices.Clone(w.whole)
		for _, ref := range inorder.Collect(maps.Keys(w.owner), model.Ref.Compare) {
			findings = append(findings, w.owner[ref]...)
		}
		s.propose(minimal.Question{Namespace: w.namespace, Acts: acts}, findings)
		s.keepFromMetadata(w, func(model.Ref) bool { return acts[policy.Egress] })
		return
	}
	// Owners for which the same directions are restricted are asked about together.
	type group struct {
		acts [2]bool
		dns  bool
	}
	groups := map[group][]model.Ref{}
	restricted := map[model.Ref]bool{}
	for ref, list := range w.owner {
		var g group
		metadata := false
		for _, f := range list {
			switch f.Rule.ID {
			case "NW01":
				g.acts[policy.Ingress] = true
			case "NW02":
				g.acts[policy.Egress] = true
			case "NW05":
				metadata = true
			case "NW19":
				g.dns = true
			}
		}
		if metadata && s.declared {
			// What goes out is what was declared.
			g.acts[policy.Egress] = true
		}
		restricted[ref] = g.acts[policy.Egress]
		g.dns = g.dns && !restricted[ref]
		groups[g] = append(groups[g], ref)
	}
	for _, dns := range []bool{false, true} {
		for _, acts := range [][2]bool{{true, true}, {true, false}, {false, true}, {}} {
			refs := groups[group{acts, dns}]
			inorder.Sort(refs, model.Ref.Compare)
			var findings []*model.Finding
			for _, ref := range refs {
				findings = append(findings, w.owner[ref]...)
			}
			if acts != [2]bool{} {
				s.propose(minimal.Question{Workloads: refs, Acts: acts}, findings)
			}
			if dns {
				s.nameless(refs, findings)
			}
		}
	}
	s.keepFromMetadata(w, func(ref model.Ref) bool { return restricted[ref] })
}

// spare notes the findings in a namespace of the cluster's own parts: who needs them stands nowhere in it, and all pods of
// the cluster may.
func (s *segments) spare(w *ward) {
	findings := slices.Clone(w.whole)
	for _, ref := range inorder.Collect(maps.Keys(w.owner), model.Ref.Compare) {
		findings = append(findings, w.owner[ref]...)
	}
	for _, f := range findings {
		s.p.note(f, "a namespace of parts of the cluster itself, such as its DNS, which every pod may need: nothing tells who does",
			"list who reaches them: canopy reach --to "+w.namespace,
			"name all that is needed in a file, then canopy fix "+f.ID+" --flows FILE; try it on a cluster that nobody needs")
	}
}

// closed tells that a NetworkPolicy isolates every pod of a namespace.
func (s *segments) closed(namespace string, d policy.Direction) bool {
	for r := range s.p.c.All(model.KindByName("NetworkPolicy").GroupKind()) {
		if r.GetNamespace() != namespace {
			continue
		}
		if p, ok := policy.Read(r); ok && !p.Subject.Nothing && len(p.Subject.Pods) == 0 && p.Acts[d] {
			return true
		}
	}
	return false
}

// propose makes and proves the policies for a question.
func (s *segments) propose(q minimal.Question, findings []*model.Finding) {
	if len(findings) == 0 || q.Acts == [2]bool{} {
		return
	}
	var gaps []string
	q.Flows = s.flows
	if !s.declared {
		namespace := q.Namespace
		owners := q.Workloads
		if namespace != "" {
			owners = s.look().Owners(namespace)
		} else {
			namespace = owners[0].Namespace
		}
		e := s.evident(namespace, owners, q.Acts, q.Namespace != "")
		q.Flows, gaps = e.flows, e.gaps
	}
	p, err := s.look().Propose(q)
	if err != nil {
		for _, f := range findings {
			s.p.note(f, noDocument(err), noDocumentSteps(f)...)
		}
		return
	}
	s.offer(p, q, gaps, findings)
}

// offer makes documents of a proposal.
func (s *segments) offer(p *minimal.Proposal, q minimal.Question, gaps []string, findings []*model.Finding) {
	class := needsEvidence
	if len(gaps) > 0 || !s.declared && q.Acts[policy.Egress] || slices.ContainsFunc(p.Missing, func(m minimal.Missing) bool { return m.Before }) || p.DNS.Asked && !p.DNS.Kept {
		class = outage
	}
	general := s.summary(p, q, gaps)
	for i := range p.Documents {
		d := &p.Documents[i]
		doc, err := s.create(d.Ref, d.Policy)
		if err != nil {
			for _, f := range findings {
				s.p.note(f, noDocument(err), noDocumentSteps(f)...)
			}
			return
		}
		evidence := []string{d.Why}
		evidence = append(evidence, account(p, d)...)
		if i == len(p.Documents)-1 {
			evidence = append(evidence, general...)
		}
		if q.Namespace != "" {
			for j := range p.Documents {
				if j != i {
					doc.require(model.Create, p.Documents[j].Ref, "each isolates pods, and all of them together let through what is needed")
				}
			}
		}
		s.add(doc, class, evidence, about(d, findings)...)
	}
}

// about gives the findings for which a policy is made: those on its owner, or all of the namespace.
func about(d *minimal.Document, findings []*model.Finding) []*model.Finding {
	if d.Owner.IsZero() {
		return findings
	}
	var own []*model.Finding
	for _, f := range findings {
		if f.Object == d.Owner || f.Rule.ID == "NW03" {
			own = append(own, f)
		}
	}
	return own
}

// nameless lets isolated pods ask for names: NW19. It is offered where that is all that it does.
func (s *segments) nameless(refs []model.Ref, findings []*model.Finding) {
	for _, ref := range refs {
		var own []*model.Finding
		for _, f := range findings {
			if f.Object == ref && f.Rule.ID == "NW19" {
				own = append(own, f)
			}
		}
		q := minimal.Question{Workloads: []model.Ref{ref}, Acts: [2]bool{policy.Egress: true}}
		p, err := s.look().Propose(q)
		if err != nil || len(p.Removed) > 0 || !p.DNS.Kept {
			reason := "letting the pods ask for names is not all that such a policy would do"
			if err == nil && !p.DNS.Kept {
				reason = "another policy keeps the pods from asking for names: " + p.DNS.Why
			}
			for _, f := range own {
				s.p.note(f, reason, "add UDP and TCP 53 to the DNS pods to what the policies on "+ref.String()+" let out")
			}
			continue
		}
		s.lets(p, own)
	}
}

func (s *segments) lets(p *minimal.Proposal, findings []*model.Finding) {
	for i := range p.Documents {
		d := &p.Documents[i]
		doc, err := s.create(d.Ref, d.Policy)
		if err != nil {
			for _, f := range findings {
				s.p.note(f, noDocument(err), noDocumentSteps(f)...)
			}
			return
		}
		s.add(doc, harmless, append([]string{"lets the pods ask for names, and nothing else: they are isolated already"}, p.Notes...), findings...)
	}
}

// networkPolicy gives a NetworkPolicy.
func (s *segments) networkPolicy(ref model.Ref) *record.Typed[*networkingv1.NetworkPolicy] {
	r, _ := s.ground().c.Get(ref).(*record.Typed[*networkingv1.NetworkPolicy])
	return r
}
