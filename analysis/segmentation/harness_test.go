package segmentation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// ledger takes findings as the engine does, and holds what analysers promise: what is put differs from what was there, and
// what is dropped was there.
type ledger struct {
	t        testing.TB
	findings map[string]*model.Finding
}

func (l *ledger) Put(f *model.Finding) {
	if f.ID != model.FindingID(f.Rule.ID, f.Object) {
		l.t.Errorf("%s is on %s", f.ID, f.Object)
	}
	if old := l.findings[f.ID]; old != nil && old.Equal(f) {
		l.t.Errorf("%s was put without a change", f.ID)
	}
	l.findings[f.ID] = f
}

func (l *ledger) Drop(id string) {
	if l.findings[id] == nil {
		l.t.Errorf("%s was dropped but not there", id)
	}
	delete(l.findings, id)
}

// court is a cluster with the analysers on it.
type court struct {
	t     testing.TB
	rules catalogue.Set
	c     *cluster.Cluster
	net   *network.Analyser
	ways  *exposure.Analyser
	a     *Analyser
	out   *ledger
}

// today is after the end of ingress-nginx.
func today() model.Clock {
	return model.FixedClock(time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC))
}

func law(t testing.TB) catalogue.Set {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func newCourt(t testing.TB, rules catalogue.Set, clock model.Clock) *court {
	return &court{t: t, rules: rules, c: cluster.New(), net: network.New(), ways: exposure.New(), a: New(rules, clock), out: &ledger{t, map[string]*model.Finding{}}}
}

// complete covers every kind, with a plug-in that enforces policies.
func (b *court) complete() *court {
	for _, k := range model.Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	b.net.Surroundings(network.Surroundings{Enforcement: network.Verified, Plugin: "Calico"})
	b.flush()
	return b
}

func (b *court) cover(cov model.Coverage) {
	if b.c.Cover(cov) {
		b.net.Covered(b.c, cov.Kind)
		b.a.Covered(b.c, cov.Kind)
	}
}

func (b *court) flush() {
	b.net.Flush(b.c)
	wd := b.ways.Flush(b.c)
	b.a.Flush(b.c, b.net, b.ways, wd, b.out)
}

// take takes a change without judging it yet.
func (b *court) take(ch model.Change) {
	if d, ok := b.c.Apply(ch); ok {
		b.net.Update(b.c, d)
		b.ways.Update(b.c, d)
		b.a.Update(b.c, d)
	}
}

func (b *court) put(objects ...runtime.Object) *court {
	b.t.Helper()
	for _, o := range objects {
		b.take(model.Put(recordOf(b.t, o)))
	}
	b.flush()
	return b
}

func (b *court) drop(objects ...runtime.Object) *court {
	b.t.Helper()
	for _, o := range objects {
		b.take(model.Drop(recordOf(b.t, o).Ref()))
	}
	b.flush()
	return b
}

func recordOf(t testing.TB, o runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(o.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// find gives the finding of a rule on an object, by its short form; nil where there is none.
func (b *court) find(rule, object string) *model.Finding {
	for _, f := range b.out.findings {
		if f.Rule.ID == rule && f.Object.String() == object {
			return f
		}
	}
	return nil
}

// short writes the findings of some rules in short: RULE object severity, and the verdict where it is not yes.
func (b *court) short(rules ...string) []string {
	var list []string
	for _, f := range b.out.findings {
		if len(rules) > 0 && !slices.Contains(rules, f.Rule.ID) {
			continue
		}
		text := fmt.Sprint(f.Rule.ID, " ", f.Object, " ", f.Severity)
		if f.Verdict != model.Yes {
			text += " " + f.Verdict.String()
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// text writes all findings with their evidence.
func (b *court) text(rules ...string) string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		f := b.out.findings[id]
		if len(rules) > 0 && !slices.Contains(rules, f.Rule.ID) {
			continue
		}
		fmt.Fprintf(&s, "%s %s pods=%d since=%d %s %q\n", f.ID, f.Severity, f.Pods, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q\n", e.Object, e.Path, e.Value)
		}
	}
	return s.String()
}

// read makes objects of manifests. What has no namespace, and needs one, is in shop.
func read(t testing.TB, text string) []runtime.Object {
	t.Helper()
	var list []runtime.Object
	for _, doc := range strings.Split(text, "\n---\n") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		api := map[string]string{"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1", "Ingress": "networking.k8s.io/v1",
			"IngressClass": "networking.k8s.io/v1", "Gateway": "gateway.networking.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1", "Route": "route.openshift.io/v1",
			"AdminNetworkPolicy": "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy": "policy.networking.k8s.io/v1alpha1", "ClusterNetworkPolicy": "policy.networking.k8s.io/v1alpha2"}[u.GetKind()]
		if api == "" {
			api = "v1"
		}
		u.SetAPIVersion(api)
		switch u.GetKind() {
		case "Namespace", "Node", "IngressClass", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy":
		default:
			if u.GetNamespace() == "" {
				u.SetNamespace("shop")
			}
		}
		var typed runtime.Object
		switch u.GetKind() {
		case "Namespace":
			typed = &corev1.Namespace{}
		case "Pod":
			typed = &corev1.Pod{}
		case "Node":
			typed = &corev1.Node{}
		case "Service":
			typed = &corev1.Service{}
		case "ResourceQuota":
			typed = &corev1.ResourceQuota{}
		case "LimitRange":
			typed = &corev1.LimitRange{}
		case "Deployment":
			typed = &appsv1.Deployment{}
		case "ReplicaSet":
			typed = &appsv1.ReplicaSet{}
		case "NetworkPolicy":
			typed = &networkingv1.NetworkPolicy{}
		case "Ingress":
			typed = &networkingv1.Ingress{}
		case "IngressClass":
			typed = &networkingv1.IngressClass{}
		default:
			list = append(list, u)
			continue
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		list = append(list, typed)
	}
	return list
}
