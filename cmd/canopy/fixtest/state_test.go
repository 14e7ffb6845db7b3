package fixtest

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/analysis/rbac"
	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
)

// state is what an engine says of a whole cluster.
type state struct {
	ids []string
	// pairs holds what may be connected between crowds.
	pairs map[pair]port.Set
	held  rbac.Held
}

// pair is two crowds: the pods of a namespace with one label app, or of one owner where they have none. A workload that takes the
// place of another is the same crowd, as it is to policies.
type pair struct{ src, dst string }

func crowd(owner model.Ref, labels map[string]string) string {
	return owner.Namespace + "/" + cmp.Or(labels["app"], owner.Name)
}

// state takes what the engine says now; since is an earlier state to compare with, or nil.
func (s *stage) state(t *testing.T, since *state) *state {
	t.Helper()
	now := &state{pairs: map[pair]port.Set{}}
	names := map[model.Ref]string{}
	for name, r := range s.residents(t) {
		for _, ref := range r.owners {
			names[ref] = name
		}
	}
	err := s.engine.AskNetwork(context.Background(), func(c *cluster.Cluster, net *network.Analyser, _ *exposure.Analyser) {
		for e := range net.Entries(c, network.Question{Level: network.Workloads}) {
			if at := (pair{names[e.Src.Ref], names[e.Dst.Ref]}); at.src != at.dst && (e.Verdict == network.Allow || e.Verdict == network.Depends) {
				now.pairs[at] = now.pairs[at].Union(e.Connections)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.engine.Ask(context.Background(), func(_ *cluster.Cluster, access *rbac.Analyser, _ string) {
		subjects := slices.Collect(access.Subjects())
		if since != nil {
			// Whom no binding names any more is asked about all the same.
			subjects = slices.AppendSeq(subjects, maps.Keys(since.held))
		}
		now.held = access.Hold(subjects, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	now.ids = s.ids(everything)
	return now
}

// resident is a crowd with the labels of its pods, where they are, and whether they share the network of their nodes.
type resident struct {
	namespace string
	owners    []model.Ref
	labels    map[string]string
	nodes     map[string]bool
	host      bool
}

// residents lists the crowds that have pods, by name.
func (s *stage) residents(t *testing.T) map[string]resident {
	t.Helper()
	all := map[string]resident{}
	err := s.engine.AskNetwork(context.Background(), func(c *cluster.Cluster, net *network.Analyser, _ *exposure.Analyser) {
		for _, namespace := range net.Names() {
			for p := range net.PodsIn(namespace) {
				name := crowd(c.TopOwner(p), p.Labels.Map())
				r, ok := all[name]
				if !ok {
					r = resident{namespace: namespace, labels: p.Labels.Map(), nodes: map[string]bool{}, host: p.Spec().HostNetwork}
				}
				r.owners = append(r.owners, c.TopOwner(p))
				r.nodes[p.Node()] = true
				all[name] = r
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// joined gives the crowds of two moments, each where it was at either.
func joined(a, b map[string]resident) map[string]resident {
	all := maps.Clone(a)
	for name, r := range b {
		if old, ok := a[name]; ok {
			r.host = r.host || old.host
			maps.Copy(r.nodes, old.nodes)
		}
		all[name] = r
	}
	return all
}

// in tells whether a crowd is of a class, given the keys of labels that classes are told apart by.
func (r *resident) in(c network.ClassName, keys map[string]bool) bool {
	if r.namespace != c.Namespace {
		return false
	}
	named := map[string]string{}
	for k, v := range words(c) {
		named[k] = v
	}
	for k := range keys {
		if r.labels[k] != named[k] {
			return false
		}
	}
	return true
}

// words goes through the labels of a class.
func words(c network.ClassName) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for word := range strings.SplitSeq(c.Labels, ",") {
			if k, v, ok := strings.Cut(strings.TrimSpace(word), "="); ok && !yield(k, v) {
				return
			}
		}
	}
}

// looked gives the keys of labels of pods that policies look at.
func (s *stage) looked(t *testing.T) map[string]bool {
	t.Helper()
	list, err := s.lab.Client(labtest.Admin).NetworkingV1().NetworkPolicies("").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	add := func(sel *metav1.LabelSelector) {
		if sel == nil {
			return
		}
		for k := range sel.MatchLabels {
			keys[k] = true
		}
		for _, e := range sel.MatchExpressions {
			keys[e.Key] = true
		}
	}
	for i := range list.Items {
		spec := &list.Items[i].Spec
		add(&spec.PodSelector)
		for _, r := range spec.Ingress {
			for _, p := range r.From {
				add(p.PodSelector)
			}
		}
		for _, r := range spec.Egress {
			for _, p := range r.To {
				add(p.PodSelector)
			}
		}
	}
	return keys
}

// expand gives the pairs of crowds that differences between classes are about.
func expand(all map[string]resident, keys map[string]bool, shifts []network.Shift) map[pair]port.Set {
	pairs := map[pair]port.Set{}
	for i := range shifts {
		for from, src := range all {
			if !src.in(shifts[i].Src, keys) {
				continue
			}
			for to, dst := range all {
				if dst.in(shifts[i].Dst, keys) && from != to {
					at := pair{from, to}
					pairs[at] = pairs[at].Union(shifts[i].Connections)
				}
			}
		}
	}
	return pairs
}

// far leaves out the pairs of which one end is the node of the other: a node always reaches its own pods, and where pods are is
// nothing that a preview tells.
func far(all map[string]resident, pairs map[pair]port.Set) map[pair]port.Set {
	maps.DeleteFunc(pairs, func(at pair, _ port.Set) bool {
		src, dst := all[at.src], all[at.dst]
		if !src.host && !dst.host {
			return false
		}
		for n := range src.nodes {
			if dst.nodes[n] {
				return true
			}
		}
		return false
	})
	return pairs
}

// gained gives what is in one set of pairs and not in another.
func gained(before, after map[pair]port.Set) map[pair]port.Set {
	more := map[pair]port.Set{}
	for at, set := range after {
		if rest := set.Minus(before[at]); !rest.Empty() {
			more[at] = rest
		}
	}
	return more
}

// apart tells how two sets of pairs differ, in a few lines.
func apart(want, have map[pair]port.Set) []string {
	var lines []string
	for at, set := range want {
		if o := have[at]; !set.Equal(o) {
			lines = append(lines, at.src+" → "+at.dst+": foretold "+set.String()+", is "+o.String())
		}
	}
	for at, o := range have {
		if _, ok := want[at]; !ok {
			lines = append(lines, at.src+" → "+at.dst+": not foretold, is "+o.String())
		}
	}
	slices.Sort(lines)
	if len(lines) > 20 {
		lines = append(lines[:20], "…")
	}
	return lines
}
