package minimal

import (
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// town is a cluster that is built for a test.
type town struct {
	t    testing.TB
	c    *cluster.Cluster
	next int
}

func newTown(t testing.TB, objs ...runtime.Object) *town {
	w := &town{t: t, c: cluster.New()}
	for _, k := range model.Kinds() {
		w.c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	w.put(objs...)
	return w
}

func (w *town) put(objs ...runtime.Object) {
	w.t.Helper()
	for _, o := range objs {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			w.t.Fatal(err)
		}
		w.c.Apply(model.Put(r))
	}
}

func wears(words string) map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(words) {
		k, v, _ := strings.Cut(w, "=")
		m[k] = v
	}
	return m
}

func podSpec(ports ...corev1.ContainerPort) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1", Ports: ports}}}
}

func listens(name string, n int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: n, Protocol: corev1.ProtocolTCP}
}

// deploy makes a Deployment with its ReplicaSet and its pods. It selects by the first label.
func (w *town) deploy(namespace, name, words string, replicas int, spec corev1.PodSpec) {
	w.t.Helper()
	yes, n := true, int32(replicas)
	own := func(api, kind, name string) []metav1.OwnerReference {
		return []metav1.OwnerReference{{APIVersion: api, Kind: kind, Name: name, UID: types.UID("uid-" + name), Controller: &yes}}
	}
	pods := wears(words)
	first, _, _ := strings.Cut(words, " ")
	selector := &metav1.LabelSelector{MatchLabels: wears(first)}
	t := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: pods}, Spec: spec}
	w.put(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, UID: types.UID("uid-" + name)},
		Spec: appsv1.DeploymentSpec{Replicas: &n, Selector: selector, Template: t}})
	if replicas == 0 {
		return
	}
	w.put(&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: name + "-rs", Namespace: namespace, UID: types.UID("uid-" + name + "-rs"), OwnerReferences: own("apps/v1", "Deployment", name)},
		Spec: appsv1.ReplicaSetSpec{Replicas: &n, Selector: selector, Template: t}})
	for i := range replicas {
		w.next++
		all := wears(words + " pod-template-hash=" + name)
		w.put(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-rs-%d", name, i), Namespace: namespace, Labels: all, OwnerReferences: own("apps/v1", "ReplicaSet", name+"-rs")},
			Spec: spec, Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: fmt.Sprintf("10.1.%d.%d", w.next/250, w.next%250+1)}}}})
	}
}

func (w *town) namespaces(names ...string) {
	for _, n := range names {
		w.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: n, Labels: map[string]string{corev1.LabelMetadataName: n}}})
	}
}

// policy adds a NetworkPolicy that is written as YAML.
func (w *town) policy(namespace, name, spec string) {
	w.t.Helper()
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}
	if err := yaml.UnmarshalStrict([]byte(spec), &p.Spec); err != nil {
		w.t.Fatal(err)
	}
	w.put(p)
}

// shop is a small town: web speaks to api, api to db, and monitoring looks at all of them.
func shop(t testing.TB) *town {
	w := newTown(t)
	w.namespaces("shop", "monitoring", "kube-system", "other")
	w.deploy("shop", "web", "app=web tier=front", 2, podSpec(listens("http", 8080)))
	w.deploy("shop", "api", "app=api tier=back", 2, podSpec(listens("http", 8080), listens("metrics", 9090)))
	w.deploy("shop", "db", "app=db tier=back", 1, podSpec(listens("sql", 5432)))
	w.deploy("monitoring", "prometheus", "app=prometheus", 1, podSpec())
	w.deploy("other", "batch", "app=batch", 3, podSpec())
	w.deploy("kube-system", "coredns", "k8s-app=kube-dns", 2, podSpec(
		corev1.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP}, corev1.ContainerPort{Name: "dns-tcp", ContainerPort: 53, Protocol: corev1.ProtocolTCP}))
	return w
}

func deployment(namespace, name string) model.Ref {
	return model.KindByName("Deployment").Ref(namespace, name)
}

func read(t testing.TB, text string) []Flow {
	t.Helper()
	flows, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return flows
}

func both() [2]bool { return [2]bool{true, true} }

// specs writes the documents of a proposal as YAML.
func specs(t testing.TB, p *Proposal) string {
	t.Helper()
	var b strings.Builder
	for _, d := range p.Documents {
		text, err := yaml.Marshal(d.Policy.Spec)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("# " + d.Ref.String() + "\n" + string(text))
	}
	return b.String()
}

// told writes what a proposal says of flows and the rest, a line each.
func told(p *Proposal) string {
	var lines []string
	for _, k := range p.Kept {
		lines = append(lines, strings.TrimSpace("kept "+k.Flow.String()+" "+k.Doubt))
	}
	for _, x := range p.Missing {
		lines = append(lines, fmt.Sprintf("missing %s: %s, before %t, by %v", x.Flow, x.Connections, x.Before, refs(x)))
	}
	end := func(c *Change) string {
		if c.Peer.Ref.IsZero() {
			return c.Peer.Block.String()
		}
		return c.Peer.Ref.String()
	}
	for _, x := range p.Removed {
		lines = append(lines, fmt.Sprintf("removed %s %s %s: %s", x.Object, x.Direction, end(&x.Change), x.Connections))
	}
	for _, x := range p.Residual {
		lines = append(lines, fmt.Sprintf("residual %s %s %s: %s by %v %s", x.Object, x.Direction, end(&x.Change), x.Connections, x.By, x.Assumption))
	}
	for _, n := range p.Notes {
		lines = append(lines, "note "+n)
	}
	return strings.Join(lines, "\n") + "\n"
}

func refs(m Missing) []string {
	var list []string
	for _, r := range m.By {
		list = append(list, r.Object.String())
	}
	return list
}
