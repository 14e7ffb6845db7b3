package minimal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// randomTown has a few namespaces with Deployments of one or two pods, and policies of all sorts.
func randomTown(t testing.TB, r *rand.Rand) *town {
	w := newTown(t)
	w.namespaces("a", "b", "kube-system")
	w.deploy("kube-system", "coredns", "k8s-app=kube-dns", 1, podSpec())
	for _, ns := range []string{"a", "b"} {
		for i := range 2 + r.IntN(3) {
			words := fmt.Sprintf("app=%c", 'p'+r.IntN(3))
			if r.IntN(2) == 0 {
				words += fmt.Sprintf(" tier=%d", r.IntN(2))
			}
			w.deploy(ns, fmt.Sprintf("d%d", i), words, r.IntN(3), podSpec(listens("http", int32(8080+r.IntN(2)))))
		}
		for i := range r.IntN(3) {
			peer := []string{"podSelector: {}", "podSelector: {matchLabels: {app: p}}", "namespaceSelector: {}", "ipBlock: {cidr: 10.1.0.0/28}",
				"namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}"}[r.IntN(5)]
			ports := []string{"", ", ports: [{port: 8080}]", ", ports: [{port: http}]", ", ports: [{port: 53, protocol: UDP}]"}[r.IntN(4)]
			subject := []string{"{}", "{matchLabels: {app: p}}", "{matchLabels: {tier: '1'}}"}[r.IntN(3)]
			rules := []string{
				fmt.Sprintf("ingress: [{from: [{%s}]%s}]", peer, ports), fmt.Sprintf("policyTypes: [Egress]\negress: [{to: [{%s}]%s}]", peer, ports), "policyTypes: [Ingress]",
			}[r.IntN(3)]
			w.policy(ns, fmt.Sprintf("p%d", i), "podSelector: "+subject+"\n"+rules)
		}
	}
	return w
}

func randomFlows(r *rand.Rand, s *Survey) string {
	var ends []string
	for _, ns := range []string{"a", "b"} {
		for _, ref := range s.Owners(ns) {
			ends = append(ends, ref.String())
		}
	}
	var lines []string
	for range r.IntN(6) {
		src := append(slices.Clone(ends), "Namespace/b", "Namespace/a", "internet", "cidr:203.0.113.0/24")
		line := src[r.IntN(len(src))] + " "
		dst := append(slices.Clone(ends), "Namespace/a")
		if !strings.HasPrefix(line, "internet") && !strings.HasPrefix(line, "cidr") {
			dst = append(dst, "cidr:203.0.113.7", "internet")
		}
		lines = append(lines, line+dst[r.IntN(len(dst))]+" "+[]string{"8080", "*", "53/UDP", "8080-8090", "1-100,*/SCTP"}[r.IntN(5)])
	}
	return strings.Join(lines, "\n")
}

// What a proposal says holds for every pair of pods of a cluster in which its documents are created, as a fresh evaluator
// sees it.
func TestRandomProposals(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := randomTown(t, r)
		s := Look(w.c)
		flows := randomFlows(r, s)
		q := Question{Namespace: "a", Acts: [2]bool{r.IntN(3) > 0, true}, Flows: read(t, flows)}
		if r.IntN(2) == 0 {
			owners := s.Owners("a")
			q.Namespace, q.Workloads = "", []model.Ref{owners[r.IntN(len(owners))]}
		}
		p, err := s.Propose(q)
		if err != nil {
			t.Fatal(seed, err)
		}
		check(t, fmt.Sprintf("seed %d\n%s", seed, flows), w.c, s, q, p)
		if again, err := Look(w.c).Propose(q); err != nil || told(again) != told(p) || specs(t, again) != specs(t, p) {
			t.Fatal(seed, "not the same twice", err)
		}
		if t.Failed() {
			return
		}
	}
}

// judged is a cluster as it is asked pair by pair.
type judged struct {
	c   *cluster.Cluster
	net *network.Analyser
}

func judge(c *cluster.Cluster, docs []Document) *judged {
	j := &judged{cluster.New(), network.New()}
	note := func(ch model.Change) {
		if d, ok := j.c.Apply(ch); ok {
			j.net.Update(j.c, d)
		}
	}
	for _, cov := range c.Coverage() {
		j.c.Cover(cov)
	}
	for _, gk := range c.Kinds() {
		for r := range c.All(gk) {
			note(model.Put(r))
		}
	}
	for i := range docs {
		r, _ := docs[i].record()
		note(model.Put(r))
	}
	j.net.Flush(j.c)
	return j
}

// open gives what is allowed for certain, and what may be.
func (j *judged) open(src, dst model.Ref) (sure, possible port.Set) {
	x, err := j.net.Explain(j.c, network.End{Ref: src}, network.End{Ref: dst})
	if err != nil {
		return sure, possible
	}
	for _, p := range x.Parts {
		if p.Verdict == network.Allow {
			sure = sure.Union(p.Connections)
		}
		if p.Verdict != network.Deny {
			possible = possible.Union(p.Connections)
		}
	}
	return sure, possible
}

func podsOf(c *cluster.Cluster) []*record.Pod {
	var list []*record.Pod
	for _, r := range c.Sorted(model.KindByName("Pod").GroupKind()) {
		list = append(list, r.(*record.Pod))
	}
	return list
}

func check(t *testing.T, name string, c *cluster.Cluster, s *Survey, q Question, p *Proposal) {
	t.Helper()
	before, after := judge(c, nil), judge(c, p.Documents)
	found, faults := s.find(q.Flows)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	target := func(ref model.Ref) bool {
		return q.Namespace != "" && ref.Namespace == q.Namespace || slices.Contains(q.Workloads, ref) || slices.Contains(p.Also, ref)
	}
	gone, stays := map[string]port.Set{}, map[string]port.Set{}
	for _, src := range podsOf(c) {
		for _, dst := range podsOf(c) {
			if src == dst {
				continue
			}
			a, b := c.TopOwner(src), c.TopOwner(dst)
			_, was := before.open(src.Ref(), dst.Ref())
			sure, now := after.open(src.Ref(), dst.Ref())
			need := port.Set{}
			for i := range found {
				f := &found[i]
				if !f.src.covers(network.End{Ref: a}) || !f.dst.covers(network.End{Ref: b}) {
					continue
				}
				need = need.Union(f.need)
				for _, k := range p.Kept {
					if k.Flow == f.Flow && (k.Doubt == "" && !sure.Covers(f.need) || !now.Covers(f.need)) {
						t.Errorf("%s\n%s is not kept from %s to %s", name, f.Flow, src.Ref(), dst.Ref())
					}
				}
			}
			if b.Namespace == "kube-system" {
				need = need.Union(usual())
			}
			note := func(d policy.Direction, object, peer model.Ref) {
				k := fmt.Sprint(object, " ", d, " ", peer)
				gone[k] = gone[k].Union(was)
				stays[k] = stays[k].Union(now)
				if rest := now.Minus(need); !rest.Empty() && !residual(p, d, object, peer).Covers(rest) {
					t.Errorf("%s\n%s stays possible from %s to %s and is not told\n%s", name, rest, src.Ref(), dst.Ref(), told(p))
				}
			}
			if q.Acts[policy.Ingress] && target(b) {
				note(policy.Ingress, b, a)
			}
			if q.Acts[policy.Egress] && target(a) && (!q.Acts[policy.Ingress] || !target(b)) {
				note(policy.Egress, a, b)
			}
		}
	}
	for _, x := range p.Removed {
		if x.Peer.Ref.Namespace == "" {
			continue
		}
		k := fmt.Sprint(x.Object, " ", x.Direction, " ", x.Peer.Ref)
		if want := gone[k].Minus(stays[k]); !want.Equal(x.Connections) && len(slices.Collect(c.Pods(x.Peer.Ref))) > 0 && len(slices.Collect(c.Pods(x.Object))) > 0 {
			t.Errorf("%s\n%s removed %s, not %s\n%s", name, k, x.Connections, want, told(p))
		}
		delete(gone, k)
	}
	for k, was := range gone {
		if rest := was.Minus(stays[k]); !rest.Empty() && !slices.ContainsFunc(p.Removed, func(x Removed) bool {
			// Those in other namespaces are summed up.
			return x.Peer.Ref.Kind == "Namespace" && strings.HasPrefix(k, fmt.Sprint(x.Object, " ", x.Direction, " ", x.Peer.Ref.Name+"/")) && x.Connections.Covers(rest)
		}) {
			t.Errorf("%s\n%s loses %s and is not told\n%s", name, k, rest, told(p))
		}
	}
	for _, m := range p.Missing {
		if m.Connections.Empty() || len(m.By) == 0 {
			t.Errorf("%s\nmissing without a reason: %+v", name, m)
		}
	}
}

func residual(p *Proposal, d policy.Direction, object, peer model.Ref) port.Set {
	var set port.Set
	for _, x := range p.Residual {
		if x.Direction == d && x.Object == object && (x.Peer.Ref == peer || x.Peer.Ref.Kind == "Namespace" && x.Peer.Ref.Name == peer.Namespace) {
			set = set.Union(x.Connections)
		}
	}
	return set
}
