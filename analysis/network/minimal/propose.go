package minimal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// maker makes one proposal.
type maker struct {
	q         Question
	p         *Proposal
	targets   []*party
	flows     []found
	resolvers []resolver
	cache     bool
}

func (m *maker) say(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(m.p.Notes, s) {
		m.p.Notes = append(m.p.Notes, s)
	}
}

// wide notes that a selector selects more than it is meant to.
func (m *maker) wide(what model.Ref, others []model.Ref) {
	names := make([]string, len(others))
	for i, o := range others {
		names[i] = o.String()
	}
	m.say("no labels tell %s from %s: what is said of the one holds for the other", what, strings.Join(names, ", "))
}

// Propose makes the policies for a question, and proves them. An error of type Faults names flows whose ends, or ports, are
// not in the cluster; then nothing is proposed. Names that one Survey has given are not given again.
func (s *Survey) Propose(q Question) (*Proposal, error) {
	m := &maker{q: q, p: &Proposal{}}
	if err := s.aim(m); err != nil {
		return nil, err
	}
	flows, faults := s.find(q.Flows)
	if len(faults) > 0 {
		return nil, faults
	}
	s.sift(m, flows)
	if q.Acts[policy.Egress] {
		m.resolvers, m.cache = s.resolvers()
	}
	for _, x := range m.targets {
		s.policyFor(m, x)
	}
	if q.Namespace != "" {
		s.closeAll(m)
	}
	s.prove(m)
	slices.Sort(m.p.Notes)
	return m.p, nil
}

// aim finds for whom policies are made.
func (s *Survey) aim(m *maker) error {
	m.p.Namespace = m.q.Namespace
	var all []*party
	if m.q.Namespace != "" {
		if p := s.places[m.q.Namespace]; p != nil {
			all = p.sorted()
		}
	}
	for _, ref := range m.q.Workloads {
		if m.q.Namespace != "" {
			break
		}
		if m.p.Namespace = ref.Namespace; ref.Namespace != m.q.Workloads[0].Namespace {
			return fmt.Errorf("%s is in another namespace than %s", ref, m.q.Workloads[0])
		}
		p := s.places[ref.Namespace]
		if p == nil || p.parties[ref] == nil {
			return fmt.Errorf("%s has no pods, nor would it make any", ref)
		}
		all = append(all, p.parties[ref])
	}
	for _, x := range all {
		if slices.Contains(m.targets, x) {
			continue
		}
		if own, host := s.network(x); !own {
			m.say("%s is on the network of its nodes: no policy has a certain effect on it", x.ref)
			continue
		} else if host {
			m.say("some pods of %s are on the network of their nodes: no policy has a certain effect on them", x.ref)
		}
		m.targets = append(m.targets, x)
	}
	slices.SortFunc(m.targets, func(a, b *party) int { return a.ref.Compare(b.ref) })
	return nil
}

func (m *maker) aims(f *far) bool {
	return slices.ContainsFunc(m.targets, func(x *party) bool { return slices.Contains(f.parties, x) })
}

// sift keeps the flows that concern a target in a direction that is restricted.
func (s *Survey) sift(m *maker, flows []found) {
	left := 0
	for _, f := range flows {
		if m.q.Acts[policy.Egress] && m.aims(&f.src) || m.q.Acts[policy.Ingress] && m.aims(&f.dst) {
			m.flows = append(m.flows, f)
		} else {
			left++
		}
	}
	if left > 0 {
		m.say("%d flows concern nobody here, or a direction that is not restricted", left)
	}
}

// policyFor makes the policy of one owner. Where the whole namespace is closed it is needed only if it lets something
// through.
func (s *Survey) policyFor(m *maker, x *party) {
	var r rules
	for i := range m.flows {
		f := &m.flows[i]
		if m.q.Acts[policy.Ingress] && slices.Contains(f.dst.parties, x) && !m.everyone(&f.dst) {
			r.add(policy.Ingress, s.ports(f), s.peers(m, &f.src, x.ref.Namespace, policy.Ingress)...)
		}
		if m.q.Acts[policy.Egress] && slices.Contains(f.src.parties, x) && !m.everyone(&f.src) {
			s.letOut(m, &r, f, x.ref.Namespace)
		}
	}
	whole := m.q.Namespace != ""
	if !whole && m.q.Acts[policy.Egress] {
		s.names(m, &r, x.ref.Namespace)
	}
	if whole && r.empty() {
		return
	}
	acts := m.q.Acts
	if whole {
		// The namespace is closed by another policy: this one says what it lets through and nothing else.
		acts = [2]bool{len(r[policy.Ingress]) > 0, len(r[policy.Egress]) > 0}
	}
	c := s.choose(x, nil)
	if c.lacking {
		m.say("the selector of %s rests on labels that its pods do not have: a pod that comes to %s without them is selected too", x.ref, x.ref.Namespace)
	}
	if len(c.others) > 0 {
		m.wide(x.ref, c.others)
		if !whole {
			m.p.Also = append(m.p.Also, c.others...)
		}
	}
	m.document(s, "allow-"+x.ref.Name, r.spec(c.LabelSelector, acts), "lets through what "+x.ref.String()+" needs", x.ref)
}

func (s *Survey) letOut(m *maker, r *rules, f *found, from string) {
	if len(f.dst.api) == 0 {
		r.add(policy.Egress, s.ports(f), s.peers(m, &f.dst, from, policy.Egress)...)
		return
	}
	for _, a := range f.dst.api {
		block := networkingv1.IPBlock{CIDR: fmt.Sprintf("%s/%d", a.Addr(), a.Addr().BitLen())}
		r.add(policy.Egress, Numbered(port.Of(port.TCP, a.Port(), a.Port())), networkingv1.NetworkPolicyPeer{IPBlock: &block})
	}
}

// ports gives the ports of a flow as a policy writes them: by number, unless a name stands for different ones.
func (s *Survey) ports(f *found) Ports {
	if !f.vague {
		return Numbered(f.need)
	}
	p := Ports{Set: f.Ports.Set}
	for _, n := range f.Ports.Names {
		for _, protocol := range port.Protocols() {
			one := policy.NamedPort{Name: n.Name, Protocol: protocol}
			if (n.Any || n.Protocol == protocol) && slices.ContainsFunc(f.dst.parties, func(x *party) bool { return !s.named(x, one).Empty() }) {
				p.Names = append(p.Names, one)
			}
		}
	}
	return p
}

// document adds a policy under a name that is free.
func (m *maker) document(s *Survey, name string, spec networkingv1.NetworkPolicySpec, why string, owner model.Ref) {
	ref := s.free(m.p.Namespace, name)
	m.p.Documents = append(m.p.Documents, Document{Ref: ref, Why: why, Owner: owner, Policy: &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace}, Spec: spec,
	}})
}

// free gives a name that no policy has.
func (s *Survey) free(namespace, name string) model.Ref {
	const longest = 63
	kind := model.KindByName("NetworkPolicy")
	// An owner of a kind of its own may be called anything.
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	for i := 1; ; i++ {
		tail := ""
		if i > 1 {
			tail = "-" + strconv.Itoa(i)
		}
		ref := kind.Ref(namespace, strings.TrimRight(name[:min(len(name), longest-len(tail))], "-.")+tail)
		if s.c.Get(ref) == nil && !s.taken[ref] {
			s.taken[ref] = true
			return ref
		}
	}
}

// record gives a document as it is once it has been created.
func (d *Document) record() (model.Record, error) { return record.Make(d.Policy.DeepCopy()) }
