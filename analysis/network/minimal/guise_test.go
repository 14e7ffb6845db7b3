package minimal

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// crowd is a town of several namespaces with many owners that policies tell apart by labels, ports, addresses and nodes.
func crowd(t testing.TB, r *rand.Rand) *town {
	w := newTown(t)
	names := []string{"a", "b", "c", "kube-system"}
	w.namespaces(names...)
	for _, n := range []string{"n1", "n2"} {
		w.put(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n}, Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.0.2." + n[1:]}}}})
	}
	w.deploy("kube-system", "coredns", "k8s-app=kube-dns", 1, podSpec())
	for _, ns := range names {
		for i := range 3 + r.IntN(4) {
			words := fmt.Sprintf("app=%c own=%s-%d", 'p'+r.IntN(3), ns, i)
			if r.IntN(2) == 0 {
				words += fmt.Sprintf(" tier=%d", r.IntN(2))
			}
			spec := podSpec(listens("http", int32(8080+r.IntN(2))))
			spec.NodeName = fmt.Sprint("n", 1+r.IntN(2))
			spec.HostNetwork = r.IntN(5) == 0
			w.deploy(ns, fmt.Sprintf("d%d", i), words, r.IntN(3), spec)
		}
		for i := range r.IntN(3) {
			peer := []string{"podSelector: {}", "podSelector: {matchLabels: {app: p}}", "namespaceSelector: {}", "ipBlock: {cidr: 10.1.0.0/29}", "ipBlock: {cidr: 0.0.0.0/0, except: [10.1.0.4/30]}",
				"namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}, podSelector: {matchLabels: {tier: '1'}}"}[r.IntN(6)]
			ports := []string{"", ", ports: [{port: 8080}]", ", ports: [{port: http}]"}[r.IntN(3)]
			subject := []string{"{}", "{matchLabels: {app: p}}", "{matchExpressions: [{key: tier, operator: Exists}]}"}[r.IntN(3)]
			rules := []string{
				fmt.Sprintf("ingress: [{from: [{%s}]%s}]", peer, ports), fmt.Sprintf("policyTypes: [Egress]\negress: [{to: [{%s}]%s}]", peer, ports), "policyTypes: [Ingress]",
			}[r.IntN(3)]
			w.policy(ns, fmt.Sprintf("p%d", i), "podSelector: "+subject+"\n"+rules)
		}
	}
	return w
}

// TestFewTellWhatManyDo has proposals come out alike whether of each guise one pod stands for all, or every owner for itself,
// and whether the survey is new or has made others before.
func TestFewTellWhatManyDo(t *testing.T) {
	saved := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 11))
		w := crowd(t, r)
		s := Look(w.c)
		for range 4 {
			ns := []string{"a", "b", "c"}[r.IntN(3)]
			q := Question{Namespace: ns, Acts: [2]bool{r.IntN(3) > 0, r.IntN(3) > 0}}
			owners := s.Owners(ns)
			if len(owners) == 0 {
				continue
			}
			text := []string{"", "internet " + owners[0].String() + " 8080", "Namespace/c " + owners[0].String() + " *", owners[0].String() + " cidr:10.1.0.0/28 53/UDP"}[r.IntN(4)]
			if text != "" {
				q.Flows = read(t, text)
			}
			if r.IntN(3) == 0 {
				q.Namespace, q.Workloads = "", owners[:1]
			}
			whole := Look(w.c)
			whole.taken = maps.Clone(s.taken)
			for _, p := range whole.places {
				p.few = whole.many(p)
				saved += len(p.few) - len(s.few(s.places[p.name]))
			}
			want, err := whole.Propose(q)
			if err != nil {
				t.Fatal(seed, err)
			}
			got, err := s.Propose(q)
			if err != nil || told(got) != told(want) || specs(t, got) != specs(t, want) || fmt.Sprint(got.DNS, got.Also) != fmt.Sprint(want.DNS, want.Also) {
				t.Fatalf("seed %d, %+v\n%s\nnot\n%s\n%v", seed, q, told(got), told(want), err)
			}
		}
	}
	if saved == 0 {
		t.Error("nobody was stood for")
	}
}

// TestGuise tells pods apart by what policies speak of and nothing else.
func TestGuise(t *testing.T) {
	w := newTown(t)
	w.namespaces("a")
	for i, words := range []string{"app=p own=1", "app=p own=2", "app=q own=3", "app=p own=4"} {
		spec := podSpec(listens("http", 8080), listens("other", int32(9000+i)))
		spec.HostNetwork = i == 3
		w.deploy("a", fmt.Sprint("d", i), words, 1, spec)
	}
	count := func() int { s := Look(w.c); return len(s.few(s.places["a"])) }
	if n := count(); n != 2 {
		t.Errorf("%d guises without policies: one on the pod network and one on that of a node", n)
	}
	w.policy("a", "p", "podSelector: {matchLabels: {app: p}}")
	if n := count(); n != 3 {
		t.Errorf("%d guises by label", n)
	}
	w.policy("a", "q", "podSelector: {}\ningress: [{ports: [{port: other}]}]")
	if n := count(); n != 4 {
		t.Errorf("%d guises by named port", n)
	}
	w.c.Apply(model.Drop(model.KindByName("NetworkPolicy").Ref("a", "q")))
	w.policy("a", "q", "podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 10.1.0.2/32}}]}]")
	if n := count(); n != 4 {
		t.Errorf("%d guises by address", n)
	}
}
