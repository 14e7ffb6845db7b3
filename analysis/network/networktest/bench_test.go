package networktest

import (
	"fmt"
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// bench is an analyser with the cluster that it was shown.
type bench struct {
	testing.TB
	c *cluster.Cluster
	a *network.Analyser
	// explained keeps explanations until the next change.
	explained map[[2]model.Ref]*network.Explanation
	outside   map[side][]network.Range
}

// side is one direction of one pod.
type side struct {
	pod model.Ref
	policy.Direction
}

// emptyBench has an analyser that knows how much was seen, which is everything but what a world says is not.
func emptyBench(t testing.TB, w *World) *bench {
	b := &bench{TB: t, c: cluster.New(), a: network.New()}
	for _, k := range Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	b.surround(w)
	return b
}

// newBench shows a whole world.
func newBench(t testing.TB, w *World) *bench {
	b := emptyBench(t, w)
	for _, r := range w.Records() {
		b.take(model.Put(r))
	}
	b.flush()
	return b
}

// surround tells what a world says beside its objects.
func (b *bench) surround(w *World) {
	if w.NamespacesUnread {
		b.cover(model.Coverage{Kind: model.KindByName("Namespace").GroupKind(), State: model.Denied, Reason: "may not list namespaces"})
	}
	for _, u := range w.Unread {
		b.cover(model.Coverage{Kind: u.Kind, Namespace: u.Namespace, State: model.Denied, Reason: "may not list " + u.Kind.Kind})
	}
	s := network.Surroundings{Enforcement: network.Verified, Plugin: "calico"}
	if w.Unenforced {
		s = network.Surroundings{Enforcement: network.None, Plugin: "flannel"}
	}
	for i, ns := range w.Foreign {
		s.Foreign = append(s.Foreign, network.Foreign{Ref: model.Ref{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy", Namespace: ns, Name: fmt.Sprint("foreign-", i)}, Namespace: ns})
	}
	b.a.Surroundings(s)
}

func (b *bench) cover(c model.Coverage) {
	if b.c.Cover(c) {
		b.a.Covered(b.c, c.Kind)
	}
}

func (b *bench) take(change model.Change) {
	if d, ok := b.c.Apply(change); ok {
		b.a.Update(b.c, d)
	}
}

func (b *bench) flush() network.Delta {
	b.explained, b.outside = map[[2]model.Ref]*network.Explanation{}, map[side][]network.Range{}
	return b.a.Flush(b.c)
}

func refOf(p *corev1.Pod) model.Ref { return model.KindByName("Pod").Ref(p.Namespace, p.Name) }

func protocolOf(b testing.TB, p corev1.Protocol) port.Protocol {
	proto, ok := port.Parse(p)
	if !ok {
		b.Fatalf("protocol %q", p)
	}
	return proto
}

func (b *bench) explain(src, dst *corev1.Pod) *network.Explanation {
	pair := [2]model.Ref{refOf(src), refOf(dst)}
	x := b.explained[pair]
	if x == nil {
		var err error
		if x, err = b.a.Explain(b.c, network.End{Ref: pair[0]}, network.End{Ref: pair[1]}); err != nil {
			b.Fatalf("%s to %s: %v", pair[0], pair[1], err)
		}
		b.explained[pair] = x
	}
	return x
}

// Pods takes the answer from an explanation, which must hold every connection once.
func (b *bench) Pods(src, dst *corev1.Pod, p Port) Answer {
	return partsAnswer(b.TB, key(src)+" to "+key(dst), b.explain(src, dst).Parts, p)
}

func partsAnswer(t testing.TB, what string, parts []network.Part, p Port) Answer {
	proto, found := protocolOf(t, p.Protocol), Answer("")
	for _, part := range parts {
		if part.Connections.Has(proto, uint16(p.Number)) {
			if found != "" {
				t.Errorf("%s, %v: in more than one part", what, p)
			}
			found = Answer(part.Verdict.String())
			if (part.Verdict == network.Depends || part.Verdict == network.NotEvaluated) && part.Assumption == "" {
				t.Errorf("%s, %v: %s without an assumption", what, p, found)
			}
		}
	}
	return found
}

func (b *bench) Out(src *corev1.Pod, dst netip.Addr, p Port) Answer {
	return b.beyond(src, policy.Egress, dst, p)
}

func (b *bench) In(src netip.Addr, dst *corev1.Pod, p Port) Answer {
	return b.beyond(dst, policy.Ingress, src, p)
}

// beyond takes the answer from the range that holds the address, of which there must be one.
func (b *bench) beyond(pod *corev1.Pod, d policy.Direction, a netip.Addr, p Port) Answer {
	k := side{refOf(pod), d}
	ranges, ok := b.outside[k]
	if !ok {
		ranges = b.a.Outside(b.podRecord(pod), d)
		b.outside[k] = ranges
	}
	found := Answer("")
	for i := range ranges {
		if ranges[i].Block.Contains(a) {
			if found != "" {
				b.Errorf("%s %s: %s is in more than one range", key(pod), d, a)
			}
			found = partsAnswer(b.TB, key(pod)+" "+d.String()+" "+a.String(), ranges[i].Parts, p)
		}
	}
	return found
}

// podRecord finds the record of a pod.
func (b *bench) podRecord(p *corev1.Pod) *record.Pod {
	r, ok := cluster.Find[*record.Pod](b.c, "Pod", p.Namespace, p.Name)
	if !ok {
		b.Fatalf("no record of %s", key(p))
	}
	return r
}
