package secret

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/model/scheme"
)

// canary is in every planted value; no type, finding or text may hold it.
const canary = "canary"

// inspector is a small stand-in for the detector: what holds the canary is a credential.
type inspector struct{}

func (inspector) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, canary) {
		return nil
	}
	return []model.Exposure{{Rule: "test", What: "test key", Path: path, Name: name, Length: len(value), Sure: !strings.HasSuffix(value, "word"), Print: printOf(value)}}
}

func printOf(value string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(value))
	return h.Sum64()
}

// look finds the canary in the variables of containers.
func look(spec *corev1.PodSpec) []model.Exposure {
	var l []model.Exposure
	for i := range spec.Containers {
		for j, e := range spec.Containers[i].Env {
			l = append(l, inspector{}.Inspect(index(index("containers", i)+".env", j)+".value", e.Name, e.Value)...)
		}
	}
	return l
}

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

// watch is a clock that a test winds.
type watch struct{ at time.Time }

func (w *watch) Now() time.Time                         { return w.at }
func (w *watch) After(d time.Duration) <-chan time.Time { return model.FixedClock(w.at).After(d) }

// today is when tests take place.
func today() *watch { return &watch{time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)} }

// court is a cluster with the analyser on it.
type court struct {
	t     testing.TB
	rules catalogue.Set
	clock *watch
	c     *cluster.Cluster
	a     *Analyser
	out   *ledger
}

func newCourt(t testing.TB) *court {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &court{t: t, rules: rules, clock: today(), c: cluster.New(), out: &ledger{t, map[string]*model.Finding{}}}
	b.a = b.analyser()
	for _, k := range model.Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	b.flush()
	return b
}

func (b *court) analyser() *Analyser {
	a := New(b.rules, b.clock, Options{})
	a.look, a.print = look, printOf
	return a
}

func (b *court) cover(cov model.Coverage) {
	if b.c.Cover(cov) {
		b.a.Covered(b.c, cov.Kind)
	}
}

// flush judges. What package workload tells of an object above pods has replaced what is told of the object.
func (b *court) flush() {
	b.a.Flush(b.c, b.out)
	r := &round{Analyser: b.a, c: b.c}
	for id, f := range b.out.findings {
		if f.Rule.ID == "SE01" && r.workloadTells(f.Object) {
			delete(b.out.findings, id)
		}
	}
}

// take takes a change without judging it yet.
func (b *court) take(ch model.Change) {
	if d, ok := b.c.Apply(ch); ok {
		b.a.Update(b.c, d)
	}
}

func (b *court) put(texts ...string) *court {
	b.t.Helper()
	for _, text := range texts {
		for _, r := range read(b.t, text) {
			b.take(model.Put(r))
		}
	}
	b.flush()
	return b
}

func (b *court) drop(texts ...string) *court {
	b.t.Helper()
	for _, text := range texts {
		for _, r := range read(b.t, text) {
			b.take(model.Drop(r.Ref()))
		}
	}
	b.flush()
	return b
}

// anew is the same cluster, read at once.
func (b *court) anew() *court {
	n := &court{t: b.t, rules: b.rules, clock: b.clock, c: b.c, out: &ledger{b.t, map[string]*model.Finding{}}}
	n.a = n.analyser()
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			n.a.Update(b.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	n.flush()
	return n
}

// short writes findings in short: RULE object severity, and the verdict where it is not yes.
func (b *court) short(rules ...string) []string {
	list := []string{}
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

// text writes all findings with their evidence, and the inventory.
func (b *court) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		f := b.out.findings[id]
		fmt.Fprintf(&s, "%s %s pods=%d since=%d %s %q\n", f.ID, f.Severity, f.Pods, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q\n", e.Object, e.Path, e.Value)
		}
	}
	return s.String() + b.inventory()
}

// inventory writes the inventory.
func (b *court) inventory() string {
	var s strings.Builder
	for _, secret := range b.a.Secrets(b.c) {
		if secret.Facts != nil {
			fmt.Fprintf(&s, "%+v ", *secret.Facts)
			secret.Facts = nil
		}
		fmt.Fprintf(&s, "%+v\n", secret)
	}
	fmt.Fprintf(&s, "%+v\n", b.a.Certificates(b.c))
	return s.String()
}

// evidence writes the evidence of the one finding of a rule.
func (b *court) evidence(rule string) string {
	b.t.Helper()
	var l []string
	for _, f := range b.out.findings {
		if f.Rule.ID == rule {
			for _, e := range f.Proof.Evidence() {
				l = append(l, e.Object.String()+" "+e.Path+" = "+e.Value)
			}
		}
	}
	slices.Sort(l)
	return strings.Join(l, "\n")
}

func (b *court) secret(name string) Secret {
	b.t.Helper()
	s, ok := b.a.Secret(b.c, model.Ref{Version: "v1", Kind: "Secret", Namespace: "shop", Name: name})
	if !ok {
		b.t.Fatalf("nothing is known of %s", name)
	}
	return s
}

// groups are the API versions of kinds that manifests of tests leave out.
var groups = map[string]string{
	"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
	"Ingress": "networking.k8s.io/v1", "Role": "rbac.authorization.k8s.io/v1", "StorageClass": "storage.k8s.io/v1",
	"ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
	"CustomResourceDefinition": "apiextensions.k8s.io/v1", "APIService": "apiregistration.k8s.io/v1",
	"Gateway": "gateway.networking.k8s.io/v1", "Route": "route.openshift.io/v1", "Certificate": "cert-manager.io/v1",
	"ExternalSecret": "external-secrets.io/v1", "ClusterExternalSecret": "external-secrets.io/v1", "SealedSecret": "bitnami.com/v1alpha1",
	"SecretProviderClass": "secrets-store.csi.x-k8s.io/v1", "SopsSecret": "isindir.github.com/v1alpha3", "CloneSet": "apps.kruise.io/v1alpha1",
}

// read makes records of manifests. What has no namespace, and needs one, is in shop. Times of creation and of the last write are
// given as annotations "made" and "wrote".
func read(t testing.TB, text string) []model.Record {
	t.Helper()
	var list []model.Record
	for _, doc := range strings.Split(text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		if u.GetAPIVersion() == "" {
			u.SetAPIVersion("v1")
			if api := groups[u.GetKind()]; api != "" {
				u.SetAPIVersion(api)
			}
		}
		switch u.GetKind() {
		case "PersistentVolume", "StorageClass", "ClusterExternalSecret", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "CustomResourceDefinition", "APIService", "Namespace":
		default:
			if u.GetNamespace() == "" {
				u.SetNamespace("shop")
			}
		}
		stamp(t, u)
		list = append(list, makeRecord(t, u))
	}
	return list
}

func stamp(t testing.TB, u *unstructured.Unstructured) {
	notes := u.GetAnnotations()
	at := func(key string) *metav1.Time {
		if notes[key] == "" {
			return nil
		}
		day, err := time.Parse(time.DateOnly, notes[key])
		if err != nil {
			t.Fatal(err)
		}
		delete(notes, key)
		return &metav1.Time{Time: day}
	}
	if made := at("made"); made != nil {
		u.SetCreationTimestamp(*made)
	}
	if wrote := at("wrote"); wrote != nil {
		u.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", Time: wrote, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"f:data":{}}`)}})
	}
	u.SetAnnotations(notes)
}

func makeRecord(t testing.TB, u *unstructured.Unstructured) model.Record {
	var object runtime.Object = u
	if typed, err := scheme.Types().New(u.GroupVersionKind()); err == nil {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
			t.Fatalf("%v in %v", err, u.Object)
		}
		object = typed
	}
	r, err := record.Maker{Inspector: inspector{}}.Make(object)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replace puts a CA bundle into a manifest.
func replace(text, ca string) string { return strings.ReplaceAll(text, "CA", ca) }
