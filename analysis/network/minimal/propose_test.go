package minimal

import (
	"errors"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
)

func propose(t *testing.T, w *town, q Question) *Proposal {
	t.Helper()
	p, err := Look(w.c).Propose(q)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Look(w.c).Propose(q)
	if err != nil || specs(t, p) != specs(t, again) || told(p) != told(again) {
		t.Error("the same question has two answers")
	}
	return p
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in\n%s", p, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q in\n%s", p, text)
		}
	}
}

const shopFlows = "internet shop/web http\nshop/web shop/api http\nshop/api shop/db 5432\nNamespace/monitoring shop/api metrics\nmonitoring/prometheus shop/web 8080"

func TestNamespace(t *testing.T) {
	p := propose(t, shop(t), Question{Namespace: "shop", Acts: both(), Flows: read(t, shopFlows)})
	var names []string
	for _, d := range p.Documents {
		names = append(names, d.Ref.Name)
	}
	if !slices.Equal(names, []string{"allow-api", "allow-db", "allow-web", "allow-dns", "default-deny"}) {
		t.Errorf("documents: %v", names)
	}
	wants(t, specs(t, p), `# shop/NetworkPolicy/allow-api
egress:
- ports:
  - port: 5432
    protocol: TCP
  to:
  - podSelector:
      matchLabels:
        app: db
ingress:
- from:
  - podSelector:
      matchLabels:
        app: web
  ports:
  - port: 8080
    protocol: TCP
- from:
  - namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: monitoring
  ports:
  - port: 9090
    protocol: TCP
podSelector:
  matchLabels:
    app: api
policyTypes:
- Ingress
- Egress
`, `# shop/NetworkPolicy/allow-dns
egress:
- ports:
  - port: 53
    protocol: TCP
  - port: 53
    protocol: UDP
  to:
  - namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: kube-system
    podSelector:
      matchLabels:
        k8s-app: kube-dns
podSelector: {}
policyTypes:
- Egress
`, `# shop/NetworkPolicy/default-deny
podSelector: {}
policyTypes:
- Ingress
- Egress
`)
	if len(p.Kept) != 5 || len(p.Missing) != 0 || !p.DNS.Kept || p.DNS.Why != "" {
		t.Errorf("%+v, %+v", p, p.DNS)
	}
	wants(t, told(p),
		"removed shop/Deployment/api ingress shop/Deployment/web: TCP 1-8079,8081-65535 UDP * SCTP *\n",
		"removed shop/Deployment/db ingress shop/Deployment/web: everything\n",
		"removed shop/Deployment/db egress 0.0.0.0/0: everything\n",
		"removed shop/Deployment/api egress Namespace/kube-system: TCP 1-52,54-65535 UDP 1-52,54-65535 SCTP *\n",
		"removed shop/Deployment/web ingress ::/0: TCP 1-8079,8081-65535 UDP * SCTP *\n",
		"residual shop/Deployment/web ingress Namespace/other: TCP 8080 by [shop/NetworkPolicy/allow-web] ipBlock against addresses of pods\n",
		"probes by the kubelet go on")
	if len(p.Residual) != 2 {
		t.Errorf("residual: %+v", p.Residual)
	}
}

func TestOneWorkload(t *testing.T) {
	w := shop(t)
	p := propose(t, w, Question{Workloads: []model.Ref{deployment("shop", "api")}, Acts: both(), Flows: read(t, shopFlows+"\nother/batch shop/web 1")})
	if len(p.Documents) != 1 || len(p.Kept) != 3 || len(p.Missing)+len(p.Residual)+len(p.Also) != 0 || !p.DNS.Kept {
		t.Errorf("%s\n%s", specs(t, p), told(p))
	}
	wants(t, specs(t, p), "k8s-app: kube-dns", "app: db")
	wants(t, told(p), "note 3 flows concern nobody here", "removed shop/Deployment/api egress shop/Deployment/web: everything")
	lacks(t, told(p), "removed shop/Deployment/web")
	in := propose(t, w, Question{Workloads: []model.Ref{deployment("shop", "api")}, Acts: [2]bool{policy.Ingress: true}})
	if in.DNS.Asked {
		t.Error("what goes out is not restricted")
	}
	wants(t, specs(t, in), "podSelector:\n  matchLabels:\n    app: api\npolicyTypes:\n- Ingress\n")
	lacks(t, specs(t, in), "egress", "Egress")
	lacks(t, told(in), "egress")
}

// Policies that are there stay in force: what they admit is residual, what they deny is missing.
func TestOtherPolicies(t *testing.T) {
	w := shop(t)
	w.policy("shop", "from-other", "podSelector: {matchLabels: {tier: back}}\ningress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}], ports: [{port: 5432}]}]")
	w.policy("other", "closed", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{namespaceSelector: {}}], ports: [{port: 5432}]}]")
	w.policy("shop", "default-deny", "podSelector: {matchLabels: {app: nobody}}")
	p := propose(t, w, Question{Namespace: "shop", Acts: both(), Flows: read(t, "shop/api shop/db 5432\nother/batch shop/web 8080")})
	wants(t, told(p),
		"kept shop/api shop/db 5432/TCP\n",
		"missing other/batch shop/web 8080/TCP: TCP 8080, before false, by [other/NetworkPolicy/closed]\n",
		"residual shop/Deployment/db ingress Namespace/other: TCP 5432 by [shop/NetworkPolicy/from-other] ")
	wants(t, specs(t, p), "# shop/NetworkPolicy/default-deny-2\n")
	if len(p.Residual) != 2 { // api and db are both of tier back
		t.Errorf("%s", told(p))
	}
	closed := shop(t)
	closed.policy("shop", "none", "podSelector: {}\npolicyTypes: [Ingress, Egress]")
	p = propose(t, closed, Question{Namespace: "shop", Acts: both()})
	wants(t, told(p), "note shop/NetworkPolicy/none isolates every pod of the namespace already\n")
	lacks(t, specs(t, p), "default-deny")
	lacks(t, told(p), "removed")
}

// A proposal of a Deployment that has no pods is proven by those that it would make.
func TestNoPodsYet(t *testing.T) {
	w := newTown(t)
	w.namespaces("shop")
	w.deploy("shop", "web", "app=web", 0, podSpec(listens("http", 8080)))
	w.deploy("shop", "api", "app=api", 0, podSpec(listens("http", 8081)))
	p := propose(t, w, Question{Namespace: "shop", Acts: both(), Flows: read(t, "shop/web shop/api http")})
	wants(t, specs(t, p), "port: 8081")
	wants(t, told(p), "kept shop/web shop/api http\n", "no pods that answer for names were seen", "removed shop/Deployment/api ingress shop/Deployment/web: TCP 1-8080,8082-65535")
	if !p.DNS.Kept || p.DNS.Why == "" {
		t.Errorf("%+v", p.DNS)
	}
}

func TestHostNetwork(t *testing.T) {
	w := shop(t)
	w.put(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}, Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.168.0.1"}}}})
	spec := podSpec()
	spec.HostNetwork = true
	yes := true
	w.put(&appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: "agent", Namespace: "monitoring"}, Spec: appsv1.DaemonSetSpec{
		Selector: &metav1.LabelSelector{MatchLabels: wears("app=agent")}, Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: wears("app=agent")}, Spec: spec}}})
	spec.NodeName = "n1"
	w.put(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "agent-1", Namespace: "monitoring", Labels: wears("app=agent"), OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet", Name: "agent", Controller: &yes}}},
		Spec: spec, Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: "192.168.0.1"}}}})
	p := propose(t, w, Question{Workloads: []model.Ref{deployment("shop", "api")}, Acts: both(), Flows: read(t, "monitoring/agent shop/api 9090")})
	wants(t, specs(t, p), "cidr: 192.168.0.1/32")
	wants(t, told(p), "monitoring/DaemonSet/agent is on the network of its nodes: their addresses are let through")
	if len(p.Missing) != 0 {
		t.Error(told(p))
	}
	p = propose(t, w, Question{Workloads: []model.Ref{model.KindByName("DaemonSet").Ref("monitoring", "agent")}, Acts: both()})
	if len(p.Documents) != 0 {
		t.Error(specs(t, p))
	}
	wants(t, told(p), "no policy has a certain effect on it")
}

func TestAPIServer(t *testing.T) {
	w := shop(t)
	https, n := "https", int32(6443)
	w.put(&corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "kubernetes", Namespace: "default"}, Spec: corev1.ServiceSpec{ClusterIPs: []string{"10.96.0.1"}, Ports: []corev1.ServicePort{{Port: 443}}}},
		&discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: "kubernetes", Namespace: "default", Labels: wears("kubernetes.io/service-name=kubernetes")},
			Ports: []discoveryv1.EndpointPort{{Name: &https, Port: &n}}, Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"192.168.0.1"}}}})
	p := propose(t, w, Question{Workloads: []model.Ref{deployment("shop", "api")}, Acts: both(), Flows: read(t, "shop/api apiserver 443")})
	wants(t, specs(t, p), "cidr: 192.168.0.1/32", "cidr: 10.96.0.1/32", "port: 6443", "port: 443\n")
	wants(t, told(p), "kept shop/api apiserver 443/TCP\n")
	if len(p.Residual) != 0 {
		t.Error(told(p))
	}
	_, err := Look(w.c).Propose(Question{Namespace: "shop", Acts: both(), Flows: read(t, "shop/api apiserver 6443")})
	if err == nil || !strings.Contains(err.Error(), "asked at port 443") {
		t.Error(err)
	}
}

// The internet is no way to the credentials of the node.
func TestInternet(t *testing.T) {
	p := propose(t, shop(t), Question{Workloads: []model.Ref{deployment("shop", "api")}, Acts: both(), Flows: read(t, "shop/api internet 443,80")})
	wants(t, specs(t, p), "cidr: 0.0.0.0/0\n      except:\n      - 169.254.169.254/32\n", "- fd00:ec2::254/128")
	wants(t, told(p), "kept shop/api internet 80/TCP,443/TCP\n", "removed shop/Deployment/api egress 169.254.169.254/32: everything")
}

func TestEndsThatAreNotThere(t *testing.T) {
	w := shop(t)
	w.put(&appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: appsv1.StatefulSetSpec{Selector: &metav1.LabelSelector{MatchLabels: wears("app=web2")},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: wears("app=web2")}, Spec: podSpec()}}})
	bad := []string{
		"shop/web shop/api 80", "may be any of shop/Deployment/web, shop/StatefulSet/web",
		"shop/gone shop/api 80", "no such workload",
		"gone/web shop/api 80", "no pods run in the namespace",
		"Namespace/gone shop/api 80", "no such namespace",
		"shop/Service/api shop/api 80", "not Services",
		"shop/ConfigMap/api shop/api 80", "no pods are made",
		"shop/ReplicaSet/api-rs shop/db 80", "belongs to shop/Deployment/api",
		"shop/api shop/db http", "has a port called",
		"shop/Deployment/web cidr:10.1.0.2 80", "is the address of shop/Pod/web-rs-0",
	}
	var lines []string
	for i := 0; i < len(bad); i += 2 {
		lines = append(lines, bad[i])
	}
	_, err := Look(w.c).Propose(Question{Namespace: "shop", Acts: both(), Flows: read(t, strings.Join(lines, "\n"))})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != len(lines) {
		t.Fatalf("%d faults of %d: %v", len(faults), len(lines), err)
	}
	for i, f := range faults {
		if !strings.Contains(f.Text, bad[2*i+1]) {
			t.Errorf("%s: %s", bad[2*i], f.Text)
		}
	}
}
