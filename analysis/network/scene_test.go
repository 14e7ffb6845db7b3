package network_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"canopy/analysis/network"
	"canopy/analysis/network/networktest"
	"canopy/model"
	"canopy/model/cluster"
)

// scene is a small cluster in few words.
type scene struct {
	testing.TB
	c *cluster.Cluster
	a *network.Analyser
}

func newScene(t testing.TB) *scene { return &scene{t, cluster.New(), network.New()} }

func (s *scene) put(o runtimeObject) {
	if d, ok := s.c.Apply(model.Put(networktest.Record(o))); ok {
		s.a.Update(s.c, d)
	}
}

func (s *scene) drop(kind, namespace, name string) {
	if d, ok := s.c.Apply(model.Drop(model.KindByName(kind).Ref(namespace, name))); ok {
		s.a.Update(s.c, d)
	}
}

func (s *scene) flush() network.Delta { return s.a.Flush(s.c) }

// labels reads app=web,tier=a.
func labels(text string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			m[k] = v
		}
	}
	return m
}

// pod adds a pod; an owner "web" is a ReplicaSet of that name, on node "n1!" it is on the network of n1.
func (s *scene) pod(ref, text, owner, node string) {
	namespace, name, _ := strings.Cut(ref, "/")
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels(text)},
		Spec: corev1.PodSpec{
			NodeName: strings.TrimSuffix(node, "!"), HostNetwork: strings.HasSuffix(node, "!"),
			Containers: []corev1.Container{{Name: "c", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: fmt.Sprintf("10.0.0.%d", 1+s.c.Len(model.KindByName("Pod").GroupKind()))}}},
	}
	if owner != "" {
		yes := true
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: owner, Controller: &yes}}
	}
	s.put(p)
}

func (s *scene) policy(ref, spec string) {
	namespace, name, _ := strings.Cut(ref, "/")
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	if err := yaml.UnmarshalStrict([]byte(spec), &p.Spec); err != nil {
		s.Fatal(err)
	}
	s.put(p)
}

func name(e network.End) string {
	text := e.Ref.String()
	if e.Ref.IsZero() {
		text = e.Block.String()
	}
	if e.Class != "" {
		text += "[" + e.Class + "]"
	}
	return text
}

// entries writes the answers to a question, one a line.
func (s *scene) entries(q network.Question) string {
	var b strings.Builder
	for e := range s.a.Entries(s.c, q) {
		fmt.Fprintf(&b, "%s > %s %s %s", name(e.Src), name(e.Dst), e.Verdict, e.Connections)
		if e.Assumption != "" {
			b.WriteString(" (" + e.Assumption + ")")
		}
		if e.Pairs.Total > 0 {
			fmt.Fprintf(&b, " %d/%d", e.Pairs.Allowed, e.Pairs.Total)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (s *scene) want(what, got, want string) {
	s.Helper()
	if want = strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "\t", ""); got != want {
		s.Errorf("%s:\n%swant\n%s", what, got, want)
	}
}
