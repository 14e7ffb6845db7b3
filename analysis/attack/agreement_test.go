package attack

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// tame throws an object about which the reference knows everything.
func (d *dice) tame() runtime.Object {
	for {
		o := d.object()
		switch t := o.(type) {
		case *corev1.Service:
			t.Annotations, t.Spec.LoadBalancerSourceRanges = nil, nil
			if t.Name == "back" {
				// It serves webhooks alone.
				t.Spec.Type = corev1.ServiceTypeClusterIP
			}
		case *networkingv1.NetworkPolicy:
			if len(t.Spec.Ingress) > 0 {
				t.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
			}
		case *networkingv1.Ingress, *admissionv1.ValidatingWebhookConfiguration:
			continue
		case *corev1.Node:
			t.Spec.Taints = nil
		case *admissionv1.MutatingWebhookConfiguration:
			t.Webhooks[0].ClientConfig.Service.Name = "back"
		case *rbacv1.ClusterRole:
			t.AggregationRule = nil
			t.Rules = tamed(t.Rules)
		case *rbacv1.Role:
			t.Rules = tamed(t.Rules)
		case *rbacv1.RoleBinding:
			tameSubjects(t.Subjects)
		case *rbacv1.ClusterRoleBinding:
			tameSubjects(t.Subjects)
		case *corev1.Pod:
			if len(t.OwnerReferences) > 0 {
				if k := t.OwnerReferences[0].Kind; k != "ReplicaSet" && k != "DaemonSet" {
					continue
				}
				t.OwnerReferences[0].UID = ""
			}
			tameSpec(&t.Spec)
		case *appsv1.ReplicaSet:
			for i := range t.OwnerReferences {
				t.OwnerReferences[i].UID = ""
			}
			tameSpec(&t.Spec.Template.Spec)
		default:
			r := recordKind(o)
			if r == "Job" || r == "CronJob" {
				continue
			}
		}
		return o
	}
}

func recordKind(o runtime.Object) string {
	name := fmt.Sprintf("%T", o)
	return name[strings.LastIndexByte(name, '.')+1:]
}

func tameSpec(s *corev1.PodSpec) {
	s.HostNetwork = false
	s.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}}
}

// tamed leaves out what binds roles by their names: whether that gives anything rests on what those hold.
func tamed(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	return slices.DeleteFunc(rules, func(r rbacv1.PolicyRule) bool {
		return slices.Contains(r.Verbs, "bind") && len(r.ResourceNames) > 0
	})
}

func tameSubjects(list []rbacv1.Subject) {
	for i := range list {
		if list[i].Name == "system:masters" || list[i].Name == "system:bootstrappers" {
			list[i].Name = "g1"
		}
	}
}

// wood is a random cluster with its reference.
type wood struct {
	*town
	objects map[model.Ref]runtime.Object
	spaces  []string
}

func (l law) wood(t *testing.T, d *dice, size int) *wood {
	w := &wood{l.town(t).complete("v1.37.2"), map[model.Ref]runtime.Object{}, d.spaces}
	for range size {
		o := d.tame()
		r := recordOf(t, o)
		w.objects[r.Ref()] = o
		w.take(model.Put(r))
	}
	w.flush()
	return w
}

func (w *wood) atlas() *atlas {
	return draw(w.w.Access, w.edges, 37, w.objects, w.spaces...)
}

// word is what the reference calls a vertex; "" for those that it has not.
func (k key) word() string {
	switch k.kind {
	case internet:
		return "net"
	case admin:
		return "admin"
	case anyNode:
		return "nodes"
	case anyPlane:
		return "plane"
	case anySecrets:
		return "secrets"
	case identity:
		return "who " + k.subject().String()
	case workload:
		return "pods " + k.ref.String()
	case inside:
		return "in " + k.ref.String()
	case machine:
		return "node " + k.ref.Name
	case secret:
		return "secret " + k.ref.Namespace + "/" + k.ref.Name
	case secrets:
		if k.ref.Namespace != everywhere {
			return "all " + k.ref.Namespace
		}
	}
	return ""
}

// starts lists where the reference has paths begin.
func (m *atlas) starts() []string {
	list := map[string]struct{}{}
	for top, c := range m.crews {
		if c.namespace == "kube-system" && c.static {
			continue
		}
		list["pods "+top] = struct{}{}
	}
	for _, s := range m.subjects() {
		if s.Kind != model.AccountSubject {
			list["who "+s.String()] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(list))
}

// compare holds the graph against the reference: where paths begin, and what is reached from there at which cost.
func (w *wood) compare() string {
	m := w.atlas()
	var text strings.Builder
	var got []string
	for v := range w.a.origins {
		got = append(got, w.a.keys[v].word())
	}
	slices.Sort(got)
	want := m.starts()
	if !slices.Equal(got, want) {
		fmt.Fprintf(&text, "sources %v\nwant %v\n", got, want)
	}
	leads := 0
	for _, start := range append(want, "net") {
		cost := m.from(start)
		_, all := cost["admin"]
		if all && start != "net" {
			leads++
		}
		// Who holds the cluster need not become users or groups one by one: an edge that is open for all of them is not drawn for those named.
		needless := func(word string) bool {
			return all && (strings.HasPrefix(word, "who group:") || strings.HasPrefix(word, "who user:"))
		}
		for v, k := range w.a.keys {
			if k.word() != start {
				continue
			}
			search := w.a.graph.From(nil, vertexNumber(v))
			for to, name := range w.a.keys {
				word := name.word()
				if word == "" || w.a.uses[to] == 0 {
					continue
				}
				have, ok := search.Cost(vertexNumber(to))
				should, yes := cost[word]
				if (ok != yes || ok && int(have) != should) && !needless(word) {
					fmt.Fprintf(&text, "%s > %s: %d %v, want %d %v\n", start, word, have, ok, should, yes)
				}
				delete(cost, word)
			}
			search.Close()
		}
		for word := range cost {
			if f := strings.Fields(word)[0]; f != "on" && f != "into" && f != "kubelets" && f != "claim" && f != "nodes-all" && f != "all" && !needless(word) {
				fmt.Fprintf(&text, "%s > %s is not in the graph\n", start, word)
			}
		}
	}
	if n := w.a.Attack(&w.w, "").Paths; n != leads {
		fmt.Fprintf(&text, "%d paths, want %d\n", n, leads)
	}
	return text.String()
}

// write lists the objects.
func (w *wood) write() string {
	var text strings.Builder
	for _, ref := range slices.SortedFunc(maps.Keys(w.objects), model.Ref.Compare) {
		fmt.Fprintf(&text, "%s %+v\n", ref, w.objects[ref])
	}
	return text.String()
}

// TestAgreesWithReference holds random clusters against the reference.
func TestAgreesWithReference(t *testing.T) {
	law := readLaw(t)
	worlds := 150
	if os.Getenv("CANOPY_LONG") != "" {
		worlds = 5000
	}
	for seed := range worlds {
		d := newDice(uint64(seed)+1000, "a", "b", "kube-system")
		w := law.wood(t, d, 5+d.IntN(60))
		if diff := w.compare(); diff != "" {
			t.Fatalf("seed %d:\n%s\n%s", seed, diff, w.write())
		}
	}
}
