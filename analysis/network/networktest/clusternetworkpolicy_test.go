package networktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

type clusterCase struct {
	Name     string
	Policies []struct {
		Name, Subject   string
		Tier            v1alpha2.Tier
		Priority        int32
		Ingress, Egress []string
	}
	NetworkPolicy *netpolPolicy
	Steps         []struct {
		Name         string
		Edit, Probes []string
	}
}

// houses makes the cluster of the cases.
func houses() *World {
	w := &World{}
	for i := range 2 {
		name := fmt.Sprint("node-", i)
		w.Nodes = append(w.Nodes, &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"kubernetes.io/os": "linux"}},
			Status:     corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: address("172.18.0.2", i)}, {Type: corev1.NodeHostName, Address: name}}},
		})
	}
	for _, house := range []string{"gryffindor", "slytherin", "hufflepuff", "ravenclaw", "forbidden-forrest"} {
		labels := map[string]string{"conformance-house": house}
		w.Namespaces = append(w.Namespaces, namespaced(house, labels))
		for i := range 2 {
			p := podOf(fmt.Sprint(house, "/", i), address("10.244.0.1", len(w.Pods)), labels, named("web", corev1.ProtocolTCP, 80), named("dns", corev1.ProtocolUDP, 53))
			if house == "forbidden-forrest" {
				p.Spec.Containers[0].Ports, p.Spec.HostNetwork, p.Spec.NodeName = nil, true, w.Nodes[i].Name
				p.Status.PodIPs[0].IP = w.Nodes[i].Status.Addresses[0].Address
			}
			w.Pods = append(w.Pods, p)
		}
	}
	return w
}

// peerOf reads one peer of a case, or a subject.
func peerOf(text string) v1alpha2.ClusterNetworkPolicyEgressPeer {
	kind, value, ok := strings.Cut(text, ":")
	if !ok {
		return v1alpha2.ClusterNetworkPolicyEgressPeer{Namespaces: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: text}}}
	}
	house := metav1.LabelSelector{MatchLabels: map[string]string{"conformance-house": value}}
	switch kind {
	case "house":
		return v1alpha2.ClusterNetworkPolicyEgressPeer{Namespaces: &house}
	case "pods":
		return v1alpha2.ClusterNetworkPolicyEgressPeer{Pods: &v1alpha2.NamespacedPod{NamespaceSelector: house, PodSelector: house}}
	case "nodes":
		return v1alpha2.ClusterNetworkPolicyEgressPeer{Nodes: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/os": value}}}
	}
	return v1alpha2.ClusterNetworkPolicyEgressPeer{Networks: []v1alpha2.CIDR{v1alpha2.CIDR(value)}}
}

// ruleOf reads a rule: an action, peers, ports.
func ruleOf(t testing.TB, text string) v1alpha2.ClusterNetworkPolicyEgressRule {
	f := strings.Fields(text)
	r := v1alpha2.ClusterNetworkPolicyEgressRule{Action: v1alpha2.ClusterNetworkPolicyRuleAction(f[0])}
	for _, word := range f[1:] {
		protocol, number, ok := strings.Cut(word, "/")
		if !ok || strings.Contains(word, ":") {
			r.To = append(r.To, peerOf(word))
			continue
		}
		first, last, isRange := strings.Cut(number, "-")
		port := &v1alpha2.Port{Number: numberOf(t, first)}
		if isRange {
			port = &v1alpha2.Port{Range: &v1alpha2.PortRange{Start: numberOf(t, first), End: numberOf(t, last)}}
		}
		r.Protocols = append(r.Protocols, Protocol(corev1.Protocol(protocol), port))
	}
	return r
}

func numberOf(t testing.TB, text string) int32 {
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return int32(n)
}

// inward turns a rule for what goes out into one for what comes in.
func inward(r v1alpha2.ClusterNetworkPolicyEgressRule) v1alpha2.ClusterNetworkPolicyIngressRule {
	in := v1alpha2.ClusterNetworkPolicyIngressRule{Name: r.Name, Action: r.Action, Protocols: r.Protocols}
	for _, p := range r.To {
		in.From = append(in.From, v1alpha2.ClusterNetworkPolicyIngressPeer{Namespaces: p.Namespaces, Pods: p.Pods})
	}
	return in
}

// edit makes one change to a world.
func (w *World) edit(t testing.TB, text string) {
	f := strings.Fields(text)
	if f[0] == "drop" {
		w.drop("gryffindor/" + f[1])
		return
	}
	i := slices.IndexFunc(w.Cluster, func(p *v1alpha2.ClusterNetworkPolicy) bool { return p.Name == f[1] })
	if i < 0 {
		t.Fatalf("no policy %s", f[1])
	}
	// A copy, as the server would give another object.
	p := w.Cluster[i].DeepCopy()
	w.Cluster[i] = p
	in, out := p.Spec.Ingress, p.Spec.Egress
	ingress := f[2] == "ingress"
	switch f[0] {
	case "priority":
		p.Spec.Priority = numberOf(t, f[2])
	case "swap":
		a, b := numberOf(t, f[3]), numberOf(t, f[4])
		if ingress {
			in[a], in[b] = in[b], in[a]
		} else {
			out[a], out[b] = out[b], out[a]
		}
	case "action":
		if ingress {
			in[numberOf(t, f[3])].Action = v1alpha2.ClusterNetworkPolicyRuleAction(f[4])
		} else {
			out[numberOf(t, f[3])].Action = v1alpha2.ClusterNetworkPolicyRuleAction(f[4])
		}
	case "ports":
		ports := []v1alpha2.ClusterNetworkPolicyProtocol{{DestinationNamedPort: f[4]}}
		if ingress {
			in[numberOf(t, f[3])].Protocols = ports
		} else {
			out[numberOf(t, f[3])].Protocols = ports
		}
	case "insert":
		p.Spec.Egress = slices.Insert(out, 0, ruleOf(t, strings.Join(f[3:], " ")))
	default:
		t.Fatalf("edit %q", text)
	}
}

// older gives the same world with its cluster-wide policies said in v1alpha1.
func (w *World) older() *World {
	o := *w
	o.Cluster = nil
	for _, p := range w.Cluster {
		if p.Spec.Tier == v1alpha2.AdminTier {
			o.Admin = append(o.Admin, toAdmin(p))
		} else {
			o.Baseline = append(o.Baseline, toBaseline(p))
		}
	}
	return &o
}

// TestClusterNetworkPolicyConformance goes through the cases of the API, in both of its versions.
func TestClusterNetworkPolicyConformance(t *testing.T) {
	cases := read[clusterCase](t, "testdata/clusternetworkpolicy.yaml", houses())
	steps, probes := 0, 0
	for _, c := range cases {
		w := houses()
		for _, p := range c.Policies {
			subject := peerOf(p.Subject)
			policy := &v1alpha2.ClusterNetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: p.Name}, Spec: v1alpha2.ClusterNetworkPolicySpec{
				Tier: p.Tier, Priority: p.Priority, Subject: v1alpha2.ClusterNetworkPolicySubject{Namespaces: subject.Namespaces, Pods: subject.Pods},
			}}
			for _, text := range p.Ingress {
				policy.Spec.Ingress = append(policy.Spec.Ingress, inward(ruleOf(t, text)))
			}
			for _, text := range p.Egress {
				policy.Spec.Egress = append(policy.Spec.Egress, ruleOf(t, text))
			}
			w.Cluster = append(w.Cluster, policy)
		}
		if c.NetworkPolicy != nil {
			w.put(c.NetworkPolicy.object())
		}
		for _, step := range c.Steps {
			steps++
			probes += len(step.Probes)
			for _, text := range step.Edit {
				w.edit(t, text)
			}
			for version, world := range map[string]*World{v1alpha2.GroupVersion.Version: w, v1alpha1.GroupVersion.Version: w.older()} {
				for name, judge := range judges(t, world) {
					for _, probe := range step.Probes {
						f := strings.Fields(probe)
						want := expected(t, []string{strings.Join(f[:4], " ")}, f[1], f[3])
						if got := judge.Pods(world.find(t, f[1]), world.find(t, f[3]), portOf(t, f[4])); got != want {
							t.Errorf("%s: %s: %s, %s: %q: %s", c.Name, step.Name, version, name, probe, got)
						}
					}
				}
			}
		}
	}
	if len(cases) != 24 || steps != 92 || probes != 289 {
		t.Errorf("%d cases, %d steps, %d probes", len(cases), steps, probes)
	}
}
