package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go4.org/netipx"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/record"
)

// FuzzRead reads anything that resembles a policy. It must not panic, must tell the same each time, must name fields that
// are there, and nothing that is not valid may match anybody.
func FuzzRead(f *testing.F) {
	for _, s := range seeds() {
		data, err := yaml.YAMLToJSON([]byte(s))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(readAnything)
}

// TestMutations changes policies where they have a structure: whatever becomes of them, it holds what the fuzzer holds.
func TestMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range seeds() {
		for range 1500 {
			var body map[string]any
			if err := yaml.Unmarshal([]byte(s), &body); err != nil {
				t.Fatal(err)
			}
			for range 1 + r.IntN(4) {
				mutate(r, body["spec"], func(any) {})
			}
			data, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			readAnything(t, data)
		}
	}
}

// mutate changes one thing somewhere below v.
func mutate(r *rand.Rand, v any, put func(any)) {
	others := []any{nil, true, "", "a", "[", "10.0.0.0/8", "::/0", 0, 1, 80, 1.5, 65536, 1 << 40, map[string]any{}, []any{}, []any{nil}, map[string]any{"namespaces": map[string]any{}}}
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || r.IntN(8) == 0 {
			known := []string{"namespaces", "pods", "networks", "tcp", "port", "endPort", "podSelector", "ipBlock", "action", "values", "x", "a.b"}
			v[known[r.IntN(len(known))]] = others[r.IntN(len(others))]
			return
		}
		k := keys[r.IntN(len(keys))]
		if r.IntN(10) == 0 {
			delete(v, k)
			return
		}
		mutate(r, v[k], func(n any) { v[k] = n })
	case []any:
		switch n := r.IntN(10); {
		case n == 0 || len(v) == 0:
			put(append(slices.Clone(v), others[r.IntN(len(others))]))
		case n == 1:
			put(slices.Delete(slices.Clone(v), 0, 1))
		default:
			i := r.IntN(len(v))
			mutate(r, v[i], func(n any) { v[i] = n })
		}
	default:
		put(others[r.IntN(len(others))])
	}
}

// readAnything reads what may be a policy in JSON.
func readAnything(t *testing.T, data []byte) {
	var body map[string]any
	if utiljson.Unmarshal(data, &body) != nil {
		return
	}
	kind, _ := body["kind"].(string)
	if kind == "NetworkPolicy" {
		np := &networkingv1.NetworkPolicy{}
		if kjson.UnmarshalCaseSensitivePreserveInts(data, np) == nil {
			fuzzNetwork(t, np)
		}
		return
	}
	version, _ := body["apiVersion"].(string)
	version = strings.TrimPrefix(version, Group+"/")
	k := &model.Kind{Group: Group, Version: version, Kind: kind}
	r := &record.Custom{Meta: record.Meta{Kind: k, Name: "default"}, Body: body}
	p, ok := Read(r)
	if !ok {
		return
	}
	check(t, r, p, body)
	fuzzOrdered(t, p, body)
	var floats map[string]any
	if json.Unmarshal(data, &floats) == nil {
		if q := readBody(kind, version, floats); q.Unread != p.Unread || words(q) != words(p) {
			t.Fatalf("with floats it is\n%swithout\n%s", words(q), words(p))
		}
	}
}

// seeds are policies of each kind that say much, right and wrong.
func seeds() []string {
	return []string{
		spec("netpol", "  podSelector: {}\n  ingress: [{from: [{}, {podSelector: {matchLabels: {a: b}}, namespaceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 11.0.0.0/8]}}], ports: [{port: 80, endPort: 90}, {port: web, protocol: UDP}, {port: 9, endPort: 8}]}]\n"),
		spec("netpol", "  podSelector: {matchExpressions: [{key: a, operator: Exists}]}\n  policyTypes: [Egress, Foo]\n  egress: [{to: [{ipBlock: {cidr: 'fd00::/8'}}]}, {}]\n"),
		spec("anp", "  priority: 1\n  subject: {pods: {namespaceSelector: {}, podSelector: {}}}\n  ingress: [{action: Pass, from: [{namespaces: {}}], ports: [{portNumber: {port: 80, protocol: UDP}}, {portRange: {start: 1, end: 9}}, {namedPort: web}]}]\n"),
		spec("banp", "  subject: {namespaces: {}}\n  egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}, {nodes: {}}, {domainNames: [a.b]}]}]\n"),
		spec("cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}}\n  egress: [{action: Accept, to: [{networks: [10.0.0.0/8, 'fd00::/8']}, {domainNames: ['*.a.b']}]}, {action: Deny, to: [{x: {}}, {pods: {podSelector: {}}}], protocols: [{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {destinationNamedPort: web}, {sctp: {}}]}]\n"),
	}
}

// check holds what is true of every policy.
func check(t *testing.T, r model.Record, p *Policy, body map[string]any) {
	again, _ := Read(r)
	if !reflect.DeepEqual(p, again) {
		t.Fatalf("read again it is\n%s%s, before\n%s%s", words(again), complaints(again), words(p), complaints(p))
	}
	for _, q := range p.Problems {
		leads(t, body, q.Path)
	}
	if p.Unread != "" && (p.Acts != [2]bool{} || len(p.Rules[Ingress])+len(p.Rules[Egress]) > 0 || len(p.Problems) == 0) {
		t.Fatalf("not read, but\n%s%s", words(p), complaints(p))
	}
	for _, rules := range p.Rules {
		for i := range rules {
			if rules[i].Index != i {
				t.Fatalf("rule %d says it is %d", i, rules[i].Index)
			}
			for j := range rules[i].Peers {
				leads(t, body, rules[i].Peers[j].Path)
			}
		}
	}
}

// leads fails where a path does not lead to a field, or to one that an object there could have.
func leads(t *testing.T, body map[string]any, path string) {
	t.Helper()
	var at any = body
	steps := regexp.MustCompile(`[A-Za-z0-9]+|\[[^\]]*\]`).FindAllString(path, -1)
	if plain := strings.ReplaceAll(strings.Join(steps, "."), ".[", "["); plain != path {
		t.Fatalf("%q is no path, %q is", path, plain)
	}
	for _, step := range steps[:len(steps)-1] {
		inner := strings.Trim(step, "[]")
		switch v := at.(type) {
		case map[string]any:
			at = v[inner]
		case []any:
			i, err := strconv.Atoi(inner)
			if err != nil || i >= len(v) {
				t.Fatalf("%s of %s leads nowhere", step, path)
			}
			at = v[i]
		default:
			t.Fatalf("%s of %s leads nowhere: %T", step, path, v)
		}
	}
}

// fuzzNetwork compares every peer and port with the object, slowly and with apimachinery's own selectors.
func fuzzNetwork(t *testing.T, np *networkingv1.NetworkPolicy) {
	data, err := json.Marshal(np)
	if err != nil {
		return
	}
	var body map[string]any
	if err := json.Unmarshal(data, &body); err != nil {
		t.Fatal(err)
	}
	r := &record.Typed[*networkingv1.NetworkPolicy]{Meta: record.Meta{Kind: model.KindByName("NetworkPolicy"), Namespace: "shop", Name: "p"}, Object: np}
	p, ok := Read(r)
	if !ok {
		t.Fatal("a NetworkPolicy is no policy")
	}
	check(t, r, p, body)
	if _, err := metav1.LabelSelectorAsSelector(&np.Spec.PodSelector); p.Subject.Nothing != (err != nil) {
		t.Fatalf("subject %s, but %v", p.Subject.String(), err)
	}
	for i := range p.Rules[Ingress] {
		n := &np.Spec.Ingress[i]
		fuzzRule(t, fmt.Sprintf("spec.ingress[%d].from", i), &p.Rules[Ingress][i], n.From, n.Ports)
	}
	for i := range p.Rules[Egress] {
		n := &np.Spec.Egress[i]
		fuzzRule(t, fmt.Sprintf("spec.egress[%d].to", i), &p.Rules[Egress][i], n.To, n.Ports)
	}
}

func fuzzRule(t *testing.T, path string, r *Rule, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
	if r.Anyone != (len(peers) == 0) {
		t.Fatalf("%d peers, anyone: %v", len(peers), r.Anyone)
	}
	next := 0
	for i := range peers {
		n := &peers[i]
		var got *Peer
		if next < len(r.Peers) && r.Peers[next].Path == fmt.Sprintf("%s[%d]", path, i) {
			got = &r.Peers[next]
			next++
		}
		one, errOne := metav1.LabelSelectorAsSelector(n.NamespaceSelector)
		two, errTwo := metav1.LabelSelectorAsSelector(n.PodSelector)
		selects := n.NamespaceSelector != nil || n.PodSelector != nil
		switch {
		case n.IPBlock != nil && selects || n.IPBlock == nil && !selects || errOne != nil || errTwo != nil:
			if got != nil {
				t.Fatalf("invalid peer %v is %v", n, got)
			}
		case n.IPBlock != nil:
			fuzzBlock(t, n.IPBlock, got)
		case got == nil:
			t.Fatalf("valid peer %v is missing", n)
		default:
			if (n.NamespaceSelector == nil) != (got.Pods.Namespace == "shop") {
				t.Fatalf("%v looks in %q", n, got.Pods.Namespace)
			}
			for _, s := range []labels.Set{{}, {"a": "b"}, {"a": "c"}, {"b": "a", "app": "web"}} {
				if n.NamespaceSelector != nil && got.Pods.Namespaces.Match(set(s)) != one.Matches(s) ||
					n.PodSelector != nil && got.Pods.Pods.Match(set(s)) != two.Matches(s) {
					t.Fatalf("%v matches otherwise %v", n, s)
				}
			}
		}
	}
	if next != len(r.Peers) {
		t.Fatalf("%d peers are nobody's", len(r.Peers)-next)
	}
	fuzzPorts(t, r, ports)
}

// fuzzBlock compares a block with the object, address by address at the ends of every range.
func fuzzBlock(t *testing.T, n *networkingv1.IPBlock, got *Peer) {
	cidr, err := netip.ParsePrefix(n.CIDR)
	except := make([]netip.Prefix, len(n.Except))
	for i, text := range n.Except {
		e, wrong := netip.ParsePrefix(text)
		if except[i] = e; wrong != nil || e.Addr().Is4In6() {
			err = fmt.Errorf("%s: %w", text, wrong)
		}
	}
	if valid := err == nil && !cidr.Addr().Is4In6(); valid != (got != nil) {
		t.Fatalf("%v is %v, want valid: %v", n, got, valid)
	}
	if got == nil {
		return
	}
	for _, p := range append(except, cidr) {
		r := netipx.RangeOfPrefix(p)
		for _, a := range []netip.Addr{r.From(), r.From().Prev(), r.To(), r.To().Next()} {
			want := cidr.Contains(a) && !slices.ContainsFunc(except, func(e netip.Prefix) bool { return e.Contains(a) })
			is := got.Block.CIDR.Contains(a) && !slices.ContainsFunc(got.Block.Except, func(e netip.Prefix) bool { return e.Contains(a) })
			if want != is {
				t.Fatalf("%v of %v: %v", a, n, is)
			}
		}
	}
}
