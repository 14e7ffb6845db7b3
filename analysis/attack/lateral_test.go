package attack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/model"
)

// alongside is a town of two workloads: shop/web, which holds nothing, and ops/tool, whose token is that of a cluster-admin.
func alongside(t *testing.T) *town {
	s := readLaw(t).town(t).complete("v1.34.1")
	no := false
	web := bare("shop/web")
	web.Spec.AutomountServiceAccountToken = &no
	tool := bare("ops/tool")
	tool.Spec.ServiceAccountName = "tool"
	tool.Spec.Volumes = []corev1.Volume{tokenVolumeOf("kube-api-access-x", "")}
	tool.Spec.Containers[0].Ports = []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}}
	return s.put(web, tool, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "tool"}},
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "all"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}}},
		&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "tool"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "all"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "ops", Name: "tool"}}})
}

func bare(name string) *corev1.Pod {
	ns, name, _ := strings.Cut(name, "/")
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, Labels: map[string]string{"app": name}},
		Spec:   corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "c", Image: "x:1"}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: fmt.Sprint("10.0.0.", len(ns+name))}}}}
}

func permits(t *testing.T, name, spec string) runtime.Object {
	ns, name, _ := strings.Cut(name, "/")
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
	if err := yaml.UnmarshalStrict([]byte(spec), &p.Spec); err != nil {
		t.Fatal(err)
	}
	return p
}

// tell writes the paths of an answer by their hops.
func tell(paths []Path) string {
	var b strings.Builder
	for _, p := range paths {
		b.WriteString(p.From.ID)
		for _, h := range p.Hops {
			b.WriteString(" " + h.Edge + " " + h.To.ID)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%swant\n%s", what, got, want)
	}
}

const (
	straight = "ops/Pod/tool I-01 sa:ops/tool I-03 cluster-admin\n"
	sideway  = "shop/Pod/web K-06 ops/Pod/tool I-01 sa:ops/tool I-03 cluster-admin\n"
)

// TestLateralPaths holds that hops by the network are told only to who asks for them, that policies end them, and that they are proven.
func TestLateralPaths(t *testing.T) {
	s := alongside(t)
	q := s.asker()
	vertices, edges := s.a.graph.Len()
	words := len(s.a.reasons)
	same(t, "lateral", tell(q.Paths(Question{Lateral: true}).Paths), straight+sideway)
	same(t, "not lateral", tell(q.Paths(Question{}).Paths), straight)
	if v, e := s.a.graph.Len(); v != vertices || e != edges || len(s.a.reasons) != words {
		t.Error("a question changes the graph")
	}
	hop := q.Paths(Question{Lateral: true}).Paths[1].Hops[0]
	if hop.Confidence != MissingData || hop.Reason != exploitable || hop.Cost != 8 || hop.Cut != (model.Cut{}) || hop.Proof.Summary != "no policy selects either" || hop.Proof.Object.String() != "ops/Pod/tool" {
		t.Errorf("%+v", hop)
	}
	web, _ := q.Find("shop/Pod/web")
	routes, _ := q.Routes(web, ClusterAdmin, 1, true)
	same(t, "routes", tell(routes), sideway)
	if routes, _ = q.Routes(web, ClusterAdmin, 5, false); len(routes) > 0 {
		t.Errorf("not lateral: %s", tell(routes))
	}

	s.put(permits(t, "ops/deny", `{podSelector: {}, policyTypes: [Ingress]}`))
	same(t, "closed", tell(s.asker().Paths(Question{Lateral: true}).Paths), straight)

	s.put(permits(t, "ops/let", `{podSelector: {matchLabels: {app: tool}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}, {from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}`))
	got := s.asker().Paths(Question{Lateral: true})
	same(t, "let in", tell(got.Paths), straight+sideway)
	let := model.KindByName("NetworkPolicy").Ref("ops", "let")
	hop = got.Paths[1].Hops[0]
	if hop.Proof.Object != let || hop.Proof.Summary != "NetworkPolicy let lets it in to TCP 8080" || hop.Cut != (model.Cut{Object: let, Edit: cutPolicy}) {
		t.Errorf("%+v", hop)
	}
	if len(hop.Proof.Evidence) != 1 || hop.Proof.Evidence[0].Path != "spec.ingress[1]" || hop.Proof.Evidence[0].Object != let || hop.Proof.Evidence[0].Value == "" {
		t.Errorf("%+v", hop.Proof.Evidence)
	}
	s.put(permits(t, "ops/too", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 8080}]}]}`))
	if hop = s.asker().Paths(Question{Lateral: true}).Paths[1].Hops[0]; hop.Cut != (model.Cut{}) {
		t.Errorf("two policies allow it, and one edit is to end it: %+v", hop.Cut)
	}
	s.drop(model.KindByName("NetworkPolicy").Ref("ops", "let"), model.KindByName("NetworkPolicy").Ref("ops", "too"))
	s.put(permits(t, "ops/range", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}`))
	hop = s.asker().Paths(Question{Lateral: true}).Paths[1].Hops[0]
	if want := exploitable + ", and that it is let through, which depends: ipBlock against addresses of pods"; hop.Reason != want || hop.Proof.Summary != "it depends: ipBlock against addresses of pods" {
		t.Errorf("%q, %+v", hop.Reason, hop.Proof)
	}
}

// TestListeners holds that forwarded ports and requests by proxy lead to the pods of the place, or to the named ones.
func TestListeners(t *testing.T) {
	for name, x := range map[string]struct {
		namespace string
		rule      rbacv1.PolicyRule
		want      string
	}{
		"place":      {"ops", rbacv1.PolicyRule{Verbs: []string{"create"}, Resources: []string{"pods/portforward"}}, "W-09"},
		"elsewhere":  {"shop", rbacv1.PolicyRule{Verbs: []string{"create"}, Resources: []string{"pods/portforward"}}, ""},
		"everywhere": {"", rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"pods/proxy"}}, "W-10"},
		"pod":        {"ops", rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"pods/proxy"}, ResourceNames: []string{"tool:8080"}}, "W-10"},
		"no pod":     {"ops", rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"pods/proxy"}, ResourceNames: []string{"front"}}, ""},
		"service":    {"", rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"services/proxy"}, ResourceNames: []string{"https:front:443"}}, "W-10"},
		"no service": {"", rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"services/proxy"}, ResourceNames: []string{"tool"}}, ""},
	} {
		s := alongside(t)
		x.rule.APIGroups = []string{""}
		who := []rbacv1.Subject{{Kind: "User", APIGroup: model.GroupRBAC, Name: "jane"}}
		s.put(&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "reach"}, Rules: []rbacv1.PolicyRule{x.rule}},
			&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "front"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "tool"}}},
			permits(t, "ops/deny", `{podSelector: {}, policyTypes: [Ingress]}`))
		to := rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "reach"}
		if x.namespace == "" {
			s.put(&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "reach"}, RoleRef: to, Subjects: who})
		} else {
			s.put(&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: x.namespace, Name: "reach"}, RoleRef: to, Subjects: who})
		}
		same(t, name+", not lateral", tell(s.asker().Paths(Question{}).Paths), straight)
		got, want := s.asker().Paths(Question{Lateral: true}), straight
		if x.want != "" {
			want += "user:jane " + x.want + " " + straight
		}
		if same(t, name, tell(got.Paths), want); t.Failed() || x.want == "" {
			continue
		}
		h := got.Paths[1].Hops[0]
		if h.Confidence != MissingData || !strings.HasPrefix(h.Reason, exploitable) || h.Cost != 4 || h.Cut.Edit != cutBinding || h.Proof.Object.Name != "reach" || h.Proof.Subject != 0 || len(h.Proof.Evidence) == 0 {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

// TestLateralAgreesWithEntries holds, in random clusters, that one workload has a hop to another by the network where entries say that it may
// connect.
func TestLateralAgreesWithEntries(t *testing.T) {
	law := readLaw(t)
	both := map[bool]int{}
	for seed := range uint64(60) {
		s := law.town(t).complete("v1.34.1")
		d := newDice(seed, "a", "b")
		for range 60 {
			s.put(d.object())
		}
		want := map[[2]model.Ref]bool{}
		for e := range s.w.Network.Entries(s.w.Cluster, network.Question{Level: network.Workloads}) {
			want[[2]model.Ref{e.Src.Ref, e.Dst.Ref}] = true
		}
		wide := s.asker().lateral()
		var all []model.Ref
		for k := range s.a.number {
			if _, in := s.a.find(key{kind: inside, ref: k.ref}); k.kind == workload && in {
				all = append(all, k.ref)
			}
		}
		got, near := map[[2]model.Ref]bool{}, map[[2]model.Ref]bool{}
		for _, from := range all {
			start, _ := wide.a.find(key{kind: inside, ref: from})
			for _, e := range wide.a.graph.Out(start) {
				if wide.a.keys[e.To].kind != talks {
					continue
				}
				next := slices.Clone(wide.a.graph.Out(e.To))
				for len(next) > 0 {
					e := next[0]
					next = next[1:]
					far := wide.a.graph.Out(e.To)
					if wide.a.keys[e.To].kind == meets {
						next = append(next, far...)
						continue
					}
					for _, w := range far {
						k := [2]model.Ref{from, wide.a.keys[w.To].ref}
						if strings.HasSuffix(wide.a.reasons[tag(e.Tag).reason()], network.OnlyNear) {
							near[k] = true
						} else {
							got[k] = true
						}
					}
				}
			}
		}
		for _, x := range all {
			for _, y := range all {
				k := [2]model.Ref{x, y}
				if x == y {
					continue
				}
				both[want[k]]++
				// Of two that share no node now the one may come to be beside the other.
				if got[k] != want[k] && !near[k] {
					t.Errorf("seed %d: %s to %s: hop %v, entries %v", seed, x, y, got[k], want[k])
				}
			}
		}
		if t.Failed() {
			t.Fatal(slices.Collect(maps.Keys(want)))
		}
	}
	if both[true] < 100 || both[false] < 100 {
		t.Errorf("too few of both: %v", both)
	}
}

// BenchmarkLateral measures, for 30,000 pods in 300 namespaces, what it takes to draw hops by the network, and questions about them: where no
// policy is, and where each namespace lets in its own pods and those of the next.
func BenchmarkLateral(b *testing.B) {
	for _, closed := range []bool{false, true} {
		t := newCity(b, 30_000)
		for i := range 300 {
			ns := fmt.Sprint("team-", i)
			t.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns, Labels: map[string]string{"kubernetes.io/metadata.name": ns}}})
			if !closed {
				continue
			}
			next := fmt.Sprint("team-", (i+1)%300)
			t.put(&networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "own"}, Spec: networkingv1.NetworkPolicySpec{
				PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
				Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{
					{PodSelector: &metav1.LabelSelector{}},
					{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": next}}},
				}}}}})
		}
		t.w.Network.Surroundings(plugin.Detect(t.w.Cluster))
		t.settle()
		t.build()
		from, _ := t.a.Asker(&t.w, "").Find("team-7/ReplicaSet/app-7")
		for name, ask := range map[string]func(q Asker){
			"draw":   func(q Asker) { q.(*asker).lateral() },
			"paths":  func(q Asker) { q.Paths(Question{Lateral: true, Limit: 20}) },
			"routes": func(q Asker) { q.Routes(from, ClusterAdmin, 5, true) },
			"blast":  func(q Asker) { q.Blast(from) },
			"network": func(q Asker) {
				blast := Blast{From: from}
				q.(*asker).network(&blast)
				b.ReportMetric(float64(len(blast.Network)), "workloads")
			},
		} {
			b.Run(fmt.Sprintf("closed=%v/%s", closed, name), func(b *testing.B) {
				for range b.N {
					ask(t.a.Asker(&t.w, ""))
				}
			})
		}
	}
}
