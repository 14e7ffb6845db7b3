package networktest

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/record"
)

// worldOf takes the API objects of records.
func worldOf(l Layout) *World {
	w := &World{}
	for r := range l.Records() {
		switch r := r.(type) {
		case *record.Pod:
			p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: r.Namespace, Name: r.Name, Labels: r.Labels.Map()}, Spec: *r.Spec()}
			for _, ip := range r.IPs {
				p.Status.PodIPs = append(p.Status.PodIPs, corev1.PodIP{IP: ip})
			}
			w.Pods = append(w.Pods, p)
		case *record.Typed[*corev1.Namespace]:
			w.Namespaces = append(w.Namespaces, namespaced(r.Name, r.Labels.Map()))
		case *record.Typed[*networkingv1.NetworkPolicy]:
			p := r.Object.DeepCopy()
			p.Namespace, p.Name = r.Namespace, r.Name
			w.Policies = append(w.Policies, p)
		}
	}
	return w
}

// TestLayoutHasTheShape counts what a layout has, and compares its closed form with the reference, pair by pair.
func TestLayoutHasTheShape(t *testing.T) {
	for _, c := range []struct{ pods, namespaces, policies, pairs int }{{100, 5, 20, 2028}, {500, 25, 100, 11548}, {2000, 100, 400, 70000}} {
		for _, l := range []Layout{Bare(c.pods), Owned(c.pods)} {
			count := map[string]int{}
			for r := range l.Records() {
				count[r.Ref().Kind]++
			}
			sets := 0
			if l.Owned {
				sets = c.pods / 4
			}
			if count["Pod"] != c.pods || count["Namespace"] != c.namespaces || count["NetworkPolicy"] != c.policies || count["ReplicaSet"] != sets || count["Node"] != l.Nodes() {
				t.Errorf("%d pods: %v", c.pods, count)
			}
		}
		if Pairs(c.pods) != c.pairs {
			t.Errorf("%d pods: %d pairs, want %d", c.pods, Pairs(c.pods), c.pairs)
		}
	}
	small := Large()
	small.Pods, small.Teams = 130, 4
	for _, l := range []Layout{Bare(100), Bare(233), Owned(47), small} {
		w := worldOf(l)
		reference, pairs := NewReference(w), 0
		between := map[[2]string]int{}
		for _, src := range w.Pods {
			for _, dst := range w.Pods {
				possible := src != dst && (reference.Pods(src, dst, Port{corev1.ProtocolTCP, 8080}) == Allow || reference.Pods(src, dst, Port{corev1.ProtocolUDP, 1}) == Allow)
				if possible {
					pairs++
					between[[2]string{src.Namespace, dst.Namespace}]++
				}
			}
		}
		if pairs != l.Pairs() {
			t.Errorf("%+v: %d pairs, closed form %d", l, pairs, l.Pairs())
		}
		for i := range l.Namespaces() {
			for j := range l.Namespaces() {
				if got := between[[2]string{Namespace(i), Namespace(j)}]; got != l.Between(i, j) {
					t.Errorf("%+v: %d pairs from %d to %d, closed form %d", l, got, i, j, l.Between(i, j))
				}
			}
		}
	}
}

// TestLargeHasTheShape counts the objects of the largest layout.
func TestLargeHasTheShape(t *testing.T) {
	l, count := Large(), map[string]int{}
	var last model.Record
	for r := range l.Records() {
		count[r.Ref().Kind]++
		last = r
	}
	if count["Pod"] != 150_000 || count["Namespace"] != 10_000 || count["NetworkPolicy"] != 10_000 || count["ReplicaSet"] != 50_000 || count["Node"] != 5_000 {
		t.Error(count)
	}
	if namespace, name := l.PodName(l.Pods - 1); last.GetNamespace() != namespace || last.GetName() != name {
		t.Errorf("the last is %s, not %s/%s", last.Ref(), namespace, name)
	}
	// 210 pairs in each namespace; 10,000 namespaces, a hundred in the next team of each, and 6 senders times 3 receivers.
	if want := 10_000*210 + 10_000*100*18; l.Pairs() != want {
		t.Errorf("%d pairs, want %d", l.Pairs(), want)
	}
}

// TestBlocksAreApart holds that the ranges of Blocks neither overlap nor touch.
func TestBlocksAreApart(t *testing.T) {
	n := 0
	for w := range BlockWorkloads {
		for i := range BlocksEach {
			b := Block(w, i)
			n++
			if b.Masked() != b {
				t.Errorf("%s", b)
			}
			if w+i > 0 && w*BlocksEach+i < BlockWorkloads*BlocksEach-1 {
				next := w*BlocksEach + i + 1
				if o := Block(next/BlocksEach, next%BlocksEach); b.Overlaps(o) || b.Addr().As4()[2] == o.Addr().As4()[2] && o.Addr().As4()[3]-b.Addr().As4()[3] != 128 {
					t.Errorf("%s and %s", b, o)
				}
			}
		}
	}
	if n != 638 {
		t.Error(n)
	}
}

// TestSelectsAsApimachinery compares the reference's selectors with those of the library.
func TestSelectsAsApimachinery(t *testing.T) {
	sets := []map[string]string{nil, {"a": "1"}, {"a": "2"}, {"a": ""}, {"b": "1"}, {"a": "1", "b": "2"}}
	var selectors []*metav1.LabelSelector
	for _, text := range []string{"{}", "{matchLabels: {a: '1'}}", "{matchLabels: {a: ''}}", "{matchLabels: {a: '1', b: '2'}}"} {
		s := &metav1.LabelSelector{}
		unmarshal(t, text, s)
		selectors = append(selectors, s)
	}
	for _, e := range []metav1.LabelSelectorRequirement{
		{Key: "a", Operator: metav1.LabelSelectorOpIn, Values: []string{"1", "3"}}, {Key: "a", Operator: metav1.LabelSelectorOpIn, Values: []string{""}},
		{Key: "a", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"1"}}, {Key: "a", Operator: metav1.LabelSelectorOpNotIn, Values: []string{""}},
		{Key: "b", Operator: metav1.LabelSelectorOpExists}, {Key: "b", Operator: metav1.LabelSelectorOpDoesNotExist},
	} {
		selectors = append(selectors, &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{e}},
			&metav1.LabelSelector{MatchLabels: map[string]string{"a": "1"}, MatchExpressions: []metav1.LabelSelectorRequirement{e}})
	}
	for _, s := range selectors {
		parsed, err := metav1.LabelSelectorAsSelector(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range sets {
			if got, want := selects(s, set), parsed.Matches(labels.Set(set)); got != want {
				t.Errorf("%v of %v: %v", s, set, got)
			}
		}
	}
}
