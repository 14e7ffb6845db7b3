package record

import (
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// field is an entry of managedFields; day is in November 2026, 0 for none.
func field(manager, apiVersion string, day int, subresource ...string) metav1.ManagedFieldsEntry {
	f := metav1.ManagedFieldsEntry{Manager: manager, APIVersion: apiVersion, Operation: metav1.ManagedFieldsOperationUpdate}
	if day > 0 {
		at := metav1.NewTime(time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC))
		f.Time = &at
	}
	if len(subresource) > 0 {
		f.Subresource = subresource[0]
	}
	return f
}

func nov(day int) int64 { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC).Unix() }

func TestUses(t *testing.T) {
	const v1beta1 = "policy/v1beta1"
	long := strings.Repeat("m", 300)
	var many []metav1.ManagedFieldsEntry
	for i := range 30 {
		many = append(many, field("m", "policy/v2alpha"+string(rune('0'+i%10))+strings.Repeat("1", i/10), i+1))
		many[i].Manager += string(rune('a' + i))
	}
	for name, c := range map[string]struct {
		applied, written string
		fields           []metav1.ManagedFieldsEntry
		want             []Use
	}{
		"nothing":          {},
		"its own version":  {applied: `{"apiVersion":"policy/v1"}`, written: "", fields: []metav1.ManagedFieldsEntry{field("kubectl", "policy/v1", 3)}},
		"a manager":        {fields: []metav1.ManagedFieldsEntry{field("kubectl", "policy/v1", 3), field("old", v1beta1, 2)}, want: []Use{{v1beta1, "old", nov(2)}}},
		"its status":       {fields: []metav1.ManagedFieldsEntry{field("kube-controller-manager", v1beta1, 3, "status")}},
		"its scale":        {fields: []metav1.ManagedFieldsEntry{field("hpa", v1beta1, 3, "scale")}, want: []Use{{v1beta1, "hpa", nov(3)}}},
		"the newest":       {fields: []metav1.ManagedFieldsEntry{field("b", v1beta1, 2), field("a", v1beta1, 4), field("c", v1beta1, 3)}, want: []Use{{v1beta1, "a", nov(4)}}},
		"of one day":       {fields: []metav1.ManagedFieldsEntry{field("b", v1beta1, 2), field("a", v1beta1, 2)}, want: []Use{{v1beta1, "a", nov(2)}}},
		"without a time":   {fields: []metav1.ManagedFieldsEntry{field("a", v1beta1, 0)}, want: []Use{{v1beta1, "a", 0}}},
		"who has moved on": {fields: []metav1.ManagedFieldsEntry{field("kubectl", v1beta1, 2), field("kubectl", "policy/v1", 3)}},
		"who went back":    {fields: []metav1.ManagedFieldsEntry{field("kubectl", v1beta1, 4), field("kubectl", "policy/v1", 3)}, want: []Use{{v1beta1, "kubectl", nov(4)}}},
		"several": {applied: `{"apiVersion":"extensions/v1beta1","kind":"PodDisruptionBudget"}`, written: "policy/v1alpha1", fields: []metav1.ManagedFieldsEntry{field("a", v1beta1, 2), field("b", "policy/v1beta2", 3)},
			want: []Use{{"policy/v1alpha1", ByFile, 0}, {"extensions/v1beta1", ByLastApplied, 0}, {"policy/v1beta2", "b", nov(3)}, {v1beta1, "a", nov(2)}}},
		"what was applied on the server later": {fields: []metav1.ManagedFieldsEntry{field("a", v1beta1, 4), field(LastAppliedManager, v1beta1, 2)}, want: []Use{{v1beta1, ByLastApplied, nov(2)}, {v1beta1, "a", nov(4)}}},
		"twice from kubectl":                   {applied: `{"apiVersion":"policy/v1beta1"}`, fields: []metav1.ManagedFieldsEntry{field(LastAppliedManager, v1beta1, 2)}, want: []Use{{v1beta1, ByLastApplied, 0}}},
		"hostile":                              {fields: []metav1.ManagedFieldsEntry{field(long, v1beta1, 2), field("x", "policy/"+long, 3), field("x", "\x1b[2Jv1", 3), field("x", "", 3), field("x", "a/b/v1", 3), field("x", strings.Repeat("v1", 400), 3)}, want: []Use{{v1beta1, long[:maxManager], nov(2)}}},
		"too many":                             {fields: many, want: []Use{}},
	} {
		b := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: "b", Namespace: "shop", ManagedFields: c.fields}}
		if c.applied != "" {
			b.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: c.applied}
		}
		r, err := Make(b)
		if err != nil {
			t.Fatal(err)
		}
		u := r.(*Typed[*policyv1.PodDisruptionBudget])
		if c.written != "" {
			u.SetWritten(c.written)
		}
		if name == "too many" {
			if got := u.Uses(); len(got) != maxUses || got[0].At < got[maxUses-1].At {
				t.Errorf("of many: %v", got)
			}
			continue
		}
		if got := u.Uses(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if len(c.want) == 0 && u.rare != nil {
			t.Errorf("%s: something is kept", name)
		}
	}
}

// TestUsesCount holds that another use is a change, and that exposures and uses stand beside each other.
func TestUsesCount(t *testing.T) {
	make1 := func(applied string) *Typed[*networkingv1.Ingress] {
		r, err := Maker{Inspector: wordy{}}.Make(&networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Name: "i", Namespace: "shop",
			Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: applied}}})
		if err != nil {
			t.Fatal(err)
		}
		return r.(*Typed[*networkingv1.Ingress])
	}
	old, now := make1(`{"apiVersion":"extensions/v1beta1"}`), make1(`{"apiVersion":"networking.k8s.io/v1"}`)
	if old.Same(now) || !old.Same(make1(`{"apiVersion":"extensions/v1beta1"}`)) || !old.Same(old.DeepCopyObject().(model.Record)) {
		t.Error("what is the same is told wrongly")
	}
	if len(old.Exposed()) != 1 || len(old.Uses()) != 1 || len(now.Exposed()) != 1 || now.Uses() != nil {
		t.Errorf("%v %v", old.rare, now.rare)
	}
}

// wordy finds something in everything, always the same.
type wordy struct{}

func (wordy) Inspect(path, name, _ string) []model.Exposure {
	if name == "" {
		return nil
	}
	return []model.Exposure{{Rule: "r", Path: path}}
}

func TestAppliedVersion(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"apiVersion":"apps/v1","kind":"Deployment"}`, "apps/v1"},
		{"\n{ \"kind\" : \"x\",\n\"apiVersion\" : \"v1\" }", "v1"},
		{`{"metadata":{"apiVersion":"a/v1","x":["apiVersion","a/v2"]},"apiVersion":"b/v1"}`, "b/v1"},
		{`{"x":"\"apiVersion\":\"a/v1\"","apiVersion":"b/v1"}`, "b/v1"},
		{`{"x":"apiVersion","y":1,"apiVersion":"b/v1"}`, "b/v1"},
		{`{"data":{"password":"apiVersion"}}`, ""},
		{`{"apiVersion":"hunter2"}`, ""},
		{`{"apiVersion":"a b/v1"}`, ""},
		{`{"apiVersion":"/v1"}`, ""},
		{`{"apiVersion":"a/v1\u0000"}`, ""},
		{`{"apiVersion":["a/v1"]}`, ""},
		{`{"apiVersion":7}`, ""},
		{`[{"apiVersion":"a/v1"}]`, ""},
		{`}{"apiVersion":"a/v1"}`, ""},
		{`{"apiVersion"`, ""}, {`{"apiVersion":`, ""}, {`{"apiVersion":"`, ""}, {`{"apiVersion":"a/v1`, ""}, {`{"apiVersion":"a/v1\"`, ""}, {`"`, ""}, {`"\`, ""}, {``, ""}, {`set`, ""},
	} {
		if got := appliedVersion(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// FuzzAppliedVersion holds that no text is too odd, and that what is found is a version.
func FuzzAppliedVersion(f *testing.F) {
	f.Add(`{"kind":"x","apiVersion":"apps/v1"}`)
	f.Add(`{"a":["\\"],"apiVersion":"`)
	f.Fuzz(func(t *testing.T, text string) {
		if v := appliedVersion(text); v != "" && (!isVersion(v) || !strings.Contains(text, v)) {
			t.Errorf("%q", v)
		}
	})
}

// TestSecretsAreNotSearched holds that kubectl's copy of a Secret, which holds its values, is left alone.
func TestSecretsAreNotSearched(t *testing.T) {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "shop", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: `{"apiVersion":"old/v1","data":{"a":"Y2FuYXJ5"}}`}}}
	if r := MakeSecret(s, "Opaque", 1); r.Uses() != nil || !r.LastApplied {
		t.Errorf("%v", r.Uses())
	}
}

// TestUsesOfCustomResources holds that of a custom resource the version it is read at counts.
func TestUsesOfCustomResources(t *testing.T) {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "cert-manager.io/v1beta1", "kind": "Certificate"}}
	u.SetName("c")
	u.SetManagedFields([]metav1.ManagedFieldsEntry{field("a", "cert-manager.io/v1beta1", 2), field("b", "cert-manager.io/v1", 3)})
	r, err := Make(u)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.(*Custom).Uses(); !reflect.DeepEqual(got, []Use{{"cert-manager.io/v1", "b", nov(3)}}) {
		t.Errorf("%v", got)
	}
}

// TestMetaStaysSmall holds the size that every record pays. A field that few objects have belongs into rare.
func TestMetaStaysSmall(t *testing.T) {
	if size := reflect.TypeFor[Meta]().Size(); size > 168 {
		t.Errorf("%d bytes", size)
	}
}
