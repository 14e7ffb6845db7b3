package networktest

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type netpolPolicy struct {
	In   string
	Name string
	Spec networkingv1.NetworkPolicySpec
}

type netpolCase struct {
	Name  string
	Steps []struct {
		Put    []netpolPolicy
		Drop   []string
		Label  map[string]map[string]string
		Expect map[string][]string
	}
}

// read takes cases from a file.
func read[T any](t testing.TB, file string, w *World) []T {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := yaml.UnmarshalStrict([]byte(w.replaceAddresses(string(data))), &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// netpolWorld makes x, y and z with a, b and c.
func netpolWorld() *World {
	w := &World{}
	for _, ns := range []string{"x", "y", "z"} {
		w.Namespaces = append(w.Namespaces, namespaced(ns, nil))
		for _, name := range []string{"a", "b", "c"} {
			var ports []corev1.ContainerPort
			for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP} {
				for _, n := range []int32{80, 81} {
					ports = append(ports, named(fmt.Sprintf("serve-%d-%s", n, strings.ToLower(string(protocol))), protocol, n))
				}
			}
			w.Pods = append(w.Pods, podOf(ns+"/"+name, address("10.244.0.1", len(w.Pods)), map[string]string{"pod": name}, ports...))
		}
	}
	return w
}

func (p *netpolPolicy) object() *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: p.In, Name: p.Name}, Spec: p.Spec}
}

// put adds a policy, or writes it anew.
func (w *World) put(p *networkingv1.NetworkPolicy) {
	w.drop(p.Namespace + "/" + p.Name)
	w.Policies = append(w.Policies, p)
}

func (w *World) drop(id string) {
	w.Policies = slices.DeleteFunc(w.Policies, func(p *networkingv1.NetworkPolicy) bool { return p.Namespace+"/"+p.Name == id })
}

// label adds labels to a namespace or, where the id has a slash, a pod.
func (w *World) label(t testing.TB, id string, labels map[string]string) {
	if strings.Contains(id, "/") {
		maps.Copy(w.find(t, id).Labels, labels)
		return
	}
	for _, ns := range w.Namespaces {
		if ns.Name == id {
			if ns.Labels == nil {
				ns.Labels = map[string]string{}
			}
			maps.Copy(ns.Labels, labels)
		}
	}
}

// expected works out a table: the last line that matches a pair counts.
func expected(t testing.TB, lines []string, src, dst string) Answer {
	want := Allow
	for _, line := range lines {
		f := strings.Fields(line)
		if len(f) != 4 || f[2] != ">" {
			t.Fatalf("expectation %q", line)
		}
		if fits(t, f[1], src) && fits(t, f[3], dst) {
			want = map[string]Answer{"+": Allow, "-": Deny, "?": Depends}[f[0]]
		}
	}
	return want
}

func fits(t testing.TB, pattern, id string) bool {
	ok, err := path.Match(pattern, id)
	if err != nil {
		t.Fatal(err)
	}
	return ok || pattern == "*"
}

// TestNetworkPolicyEndToEnd goes through the cases that Kubernetes tests network plug-ins with.
func TestNetworkPolicyEndToEnd(t *testing.T) {
	cases := read[netpolCase](t, "testdata/netpol.yaml", netpolWorld())
	if len(cases) != 48 {
		t.Errorf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			w := netpolWorld()
			for i, step := range c.Steps {
				for j := range step.Put {
					w.put(step.Put[j].object())
				}
				for _, id := range step.Drop {
					w.drop(id)
				}
				for id, labels := range step.Label {
					w.label(t, id, labels)
				}
				for name, judge := range judges(t, w) {
					for text, lines := range step.Expect {
						table(t, fmt.Sprintf("step %d, %s", i, name), w, judge, portOf(t, text), lines)
					}
				}
			}
		})
	}
}

func table(t *testing.T, what string, w *World, j judge, port Port, lines []string) {
	for _, src := range w.Pods {
		for _, dst := range w.Pods {
			if src == dst {
				continue
			}
			if got, want := j.Pods(src, dst, port), expected(t, lines, key(src), key(dst)); got != want {
				t.Errorf("%s: %s to %s on %v: %s, want %s", what, key(src), key(dst), port, got, want)
			}
		}
	}
}
