package signature

import (
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const (
	digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// The order in which things are made: webhooks and namespaces, policies, pods.
const (
	early  = 1_700_000_000
	middle = early + 1000
	late   = middle + 1000
)

// world is a cluster with an evaluator that hears of each change.
type world struct {
	t testing.TB
	c *cluster.Cluster
	e *Evaluator
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, c: cluster.New(), e: New()}
	for _, gk := range append(append([]schema.GroupKind{}, policyKinds[:]...), namespaces, validates, mutates, verifiers, exceptionKinds[0], exceptionKinds[1]) {
		w.cover(gk, model.Complete, "")
	}
	w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"team": "a"}}})
	return w
}

func (w *world) cover(gk schema.GroupKind, state model.CoverState, reason string) {
	if w.c.Cover(model.Coverage{Kind: gk, State: state, Reason: reason}) {
		w.e.Covered(w.c, gk)
	}
}

// put makes or changes an object at a moment, and gives what Update has said.
func (w *world) put(at int64, obj runtime.Object) (string, bool) {
	w.t.Helper()
	m := obj.(metav1.Object)
	m.SetCreationTimestamp(metav1.Time{Time: time.Unix(at, 0)})
	r, err := record.Make(obj)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.apply(model.Put(r))
}

func (w *world) apply(change model.Change) (string, bool) {
	d, ok := w.c.Apply(change)
	if !ok {
		return "", false
	}
	return w.e.Update(w.c, d)
}

// policy puts an object that is written as YAML.
func (w *world) policy(at int64, text string) (string, bool) {
	w.t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		w.t.Fatal(err)
	}
	return w.put(at, u)
}

// hook puts the webhook of a tool: one that is asked about pods, and refuses what cannot be asked.
func (w *world) hook(config, name string, edit ...func(*admissionv1.ValidatingWebhook)) {
	w.t.Helper()
	h := webhook(name, edit...)
	w.put(early, &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: config}, Webhooks: []admissionv1.ValidatingWebhook{h}})
}

func webhook(name string, edit ...func(*admissionv1.ValidatingWebhook)) admissionv1.ValidatingWebhook {
	fail := admissionv1.Fail
	h := admissionv1.ValidatingWebhook{
		Name: name, FailurePolicy: &fail,
		ClientConfig: admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: "tool", Name: "svc"}},
		Rules: []admissionv1.RuleWithOperations{{
			Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
			Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods", "pods/ephemeralcontainers"}},
		}},
	}
	for _, f := range edit {
		f(&h)
	}
	return h
}

// pod makes the record of a pod with one container.
func (w *world) pod(at int64, image string, edit ...func(*corev1.Pod)) *record.Pod {
	w.t.Helper()
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", CreationTimestamp: metav1.Time{Time: time.Unix(at, 0)}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image}}},
	}
	for _, f := range edit {
		f(p)
	}
	r, err := record.Make(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.(*record.Pod)
}

// ask asks about the first container of a pod that runs digestA.
func (w *world) ask(p *record.Pod, given ...*record.Signature) Answer {
	w.t.Helper()
	r, err := reference.Parse(p.Spec().Containers[0].Image)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.e.Answer(w.c, Question{Namespace: p.Namespace, Pod: p, Reference: r, Digest: digestA, Given: given})
}

func noting(value string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Annotations = map[string]string{annotated: value} }
}

func labelled(k, v string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Labels = map[string]string{k: v} }
}

func onlyIn(label string) func(*admissionv1.ValidatingWebhook) {
	return func(h *admissionv1.ValidatingWebhook) {
		h.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{label: "true"}}
	}
}

// written are managed fields that tell when a part of an object was written.
func written(at int64, part string) []metav1.ManagedFieldsEntry {
	return []metav1.ManagedFieldsEntry{{
		Manager: "m", Operation: metav1.ManagedFieldsOperationUpdate, Time: &metav1.Time{Time: time.Unix(at, 0)},
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"` + part + `":{}}}`),
	}}
}

func deltaOf(r model.Record) cluster.Delta { return cluster.Delta{Ref: r.Ref(), New: r} }
