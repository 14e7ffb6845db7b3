package policy

import (
	"math/rand/v2"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// set is labels for a selector of ours.
type set map[string]string

func (s set) Lookup(key string) (string, bool) {
	v, ok := s[key]
	return v, ok
}

// TestRequirementsAreSelectors compares random label selectors with apimachinery's: which of them are valid, and what
// they match.
func TestRequirementsAreSelectors(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	keys := []string{"a", "b", "x.y/c", "d", "", "-", "a b", "x/y/z"}
	values := []string{"", "1", "2", "three", "-x", "a_b", "ü"}
	pick := func(from []string, good int) string {
		if r.IntN(40) == 0 {
			return from[r.IntN(len(from))]
		}
		return from[r.IntN(good)]
	}
	valid := 0
	for range 20000 {
		s := &metav1.LabelSelector{MatchLabels: map[string]string{}}
		for range r.IntN(3) {
			s.MatchLabels[pick(keys, 4)] = pick(values, 4)
		}
		for range r.IntN(4) {
			e := metav1.LabelSelectorRequirement{Key: pick(keys, 4)}
			e.Operator = metav1.LabelSelectorOperator(pick([]string{"In", "NotIn", "Exists", "DoesNotExist", "Gt", ""}, 4))
			if e.Operator == "In" || e.Operator == "NotIn" || r.IntN(20) == 0 {
				for range r.IntN(4) {
					e.Values = append(e.Values, pick(values, 4))
				}
			}
			s.MatchExpressions = append(s.MatchExpressions, e)
		}
		p := &Policy{}
		got, ok := (&reader{p}).requirements("spec.podSelector", s)
		want, err := metav1.LabelSelectorAsSelector(s)
		if ok != (err == nil) || ok == (len(p.Problems) > 0) {
			t.Fatalf("%v is valid: %v, but %v\n%s", s, ok, err, complaints(p))
		}
		if !ok {
			continue
		}
		valid++
		if !slices.IsSortedFunc(got, compare) {
			t.Fatalf("%v is not sorted", got)
		}
		for range 20 {
			on := set{}
			for range r.IntN(5) {
				on[pick(keys, 4)] = pick(values, 4)
			}
			if got.Match(on) != want.Matches(labels.Set(on)) {
				t.Fatalf("%v matches %v: %v", s, on, got.Match(on))
			}
		}
	}
	if valid < 5000 {
		t.Errorf("only %d selectors were valid", valid)
	}
}

// TestSelectorsSaidAnotherWay holds that what means the same is written alike.
func TestSelectorsSaidAnotherWay(t *testing.T) {
	in := func(key string, values ...string) metav1.LabelSelectorRequirement {
		return metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpIn, Values: values}
	}
	for _, pair := range [][2]metav1.LabelSelector{
		{{MatchLabels: map[string]string{"a": "1"}}, {MatchExpressions: []metav1.LabelSelectorRequirement{in("a", "1")}}},
		{{MatchLabels: map[string]string{"a": "1", "b": "2"}}, {MatchLabels: map[string]string{"b": "2"}, MatchExpressions: []metav1.LabelSelectorRequirement{in("a", "1", "1"), in("b", "2")}}},
		{{MatchExpressions: []metav1.LabelSelectorRequirement{in("a", "2", "1"), in("b", "3", "4")}}, {MatchExpressions: []metav1.LabelSelectorRequirement{in("b", "4", "3", "4"), in("a", "1", "2")}}},
		{{}, {MatchLabels: map[string]string{}, MatchExpressions: []metav1.LabelSelectorRequirement{}}},
	} {
		r := &reader{&Policy{}}
		a, _ := r.requirements("", &pair[0])
		b, _ := r.requirements("", &pair[1])
		if a.Key() != b.Key() || a.String() != b.String() {
			t.Errorf("%v and %v: %q and %q", pair[0], pair[1], a.Key(), b.Key())
		}
	}
}

// TestKeysOfSelectorsDiffer holds that names which an attacker chooses make no two selectors one.
func TestKeysOfSelectorsDiffer(t *testing.T) {
	is := func(key string, values ...string) Requirement { return Requirement{Key: key, Values: values} }
	all := []Selector{
		{}, {Nothing: true}, {Namespace: "a"}, {Namespace: "a1:"}, {Namespace: "1:a0:"}, {Namespace: "-"}, {Namespace: "s0:"},
		{Namespaces: Requirements{is("a", "b")}}, {Pods: Requirements{is("a", "b")}}, {Namespace: "a", Pods: Requirements{is("b", "c")}},
		{Namespaces: Requirements{is("a", "b")}, Pods: Requirements{is("a", "b")}},
		{Pods: Requirements{is("a", "b", "c")}}, {Pods: Requirements{is("a", "b,c")}}, {Pods: Requirements{is("a", "b"), is("c")}},
		{Pods: Requirements{is("a", "b1:c")}}, {Pods: Requirements{is("a", "b", "1:c")}}, {Pods: Requirements{is("a", "")}}, {Pods: Requirements{is("a")}},
		{Pods: Requirements{{Key: "a", Operator: Exists}}}, {Pods: Requirements{{Key: "a", Operator: DoesNotExist}}},
		{Pods: Requirements{{Key: "a", Operator: NotIn, Values: []string{"b"}}}}, {Namespaces: Requirements{is("a")}, Pods: Requirements{is("b")}},
		{Namespaces: Requirements{is("a"), is("b")}}, {Pods: Requirements{is("a"), is("b")}}, {Pods: Requirements{is("a0:0:1:b")}},
	}
	seen := map[string]int{}
	for i := range all {
		if j, ok := seen[all[i].Key()]; ok {
			t.Errorf("%v and %v are both %q", all[i], all[j], all[i].Key())
		}
		seen[all[i].Key()] = i
	}
	same := Selector{Nothing: true, Namespace: "a", Pods: Requirements{is("a")}}
	if same.Key() != all[1].Key() {
		t.Error("nothing is not nothing")
	}
	within := Selector{Namespace: "a", Namespaces: Requirements{is("b")}}
	if within.Key() != all[2].Key() {
		t.Error("what does not matter makes a difference")
	}
}

func TestLabelsThatSelectorsUse(t *testing.T) {
	pods := Requirements{{Key: "b", Operator: Exists}, {Key: "a", Values: []string{"1"}}, {Key: "b", Operator: NotIn, Values: []string{"2"}}}
	s := Selector{Namespaces: Requirements{{Key: "n", Operator: Exists}}, Pods: pods}
	namespaces, ofPods := s.Keys()
	if !slices.Equal(namespaces, []string{"n"}) || !slices.Equal(ofPods, []string{"a", "b"}) {
		t.Errorf("%v %v", namespaces, ofPods)
	}
	s.Namespace = "x"
	if namespaces, _ = s.Keys(); namespaces != nil {
		t.Errorf("one namespace has no use for %v", namespaces)
	}
	s.Nothing = true
	if _, ofPods = s.Keys(); ofPods != nil {
		t.Errorf("nothing has no use for %v", ofPods)
	}
}
