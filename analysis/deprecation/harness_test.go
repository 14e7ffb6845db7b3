package deprecation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/model/scheme"
)

// book stands for the tables.
type book struct{}

func (book) Deprecated(group, version, kind string) (lifecycle.Deprecation, bool) {
	d := lifecycle.Deprecation{Group: group, Version: version, Kind: kind, Component: "k8s"}
	switch group + "/" + version + " " + kind {
	case "policy/v1beta1 PodDisruptionBudget":
		d.Deprecated, d.Removed, d.Replacement, d.Since = "1.21", "1.25", "policy/v1", "1.21"
	case "policy/v1alpha1 PodDisruptionBudget":
		d.Deprecated = "1.30"
	case "extensions/v1beta1 Ingress":
		d.Deprecated, d.Removed, d.Replacement = "1.14", "1.22", "networking.k8s.io/v1"
	case "batch/v1beta1 CronJob":
		d.Deprecated, d.Removed, d.Replacement = "1.21", "1.40", "batch/v1"
	case "cert-manager.io/v1alpha2 Certificate":
		d.Deprecated, d.Removed, d.Replacement, d.Component = "1.4", "1.6", "cert-manager.io/v1", "cert-manager"
	default:
		return lifecycle.Deprecation{}, false
	}
	return d, true
}

func (book) AddOn(repository string) (lifecycle.AddOn, bool) {
	a := lifecycle.AddOn{Name: repository, Why: "its makers have retired it", Instead: "the Gateway API"}
	switch repository {
	case "ingress-nginx/controller":
		a.End = day("2026-03-31")
	case "coming/soon":
		a.End = day("2026-12-01")
	case "long/gone":
	case "built/elsewhere":
		a.Unless = "its builder may mend it"
	default:
		return lifecycle.AddOn{}, false
	}
	return a, true
}

func day(text string) lifecycle.Day {
	d, err := lifecycle.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
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

// court is a cluster with the analyser on it.
type court struct {
	t      testing.TB
	rules  catalogue.Set
	clock  *watch
	server string
	c      *cluster.Cluster
	a      *Analyser
	out    *ledger
}

func newCourt(t testing.TB, server string) *court {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &court{t: t, rules: rules, clock: &watch{time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)}, c: cluster.New(), out: &ledger{t, map[string]*model.Finding{}}}
	b.a = b.analyser()
	b.serve(server)
	for _, k := range model.Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	b.flush()
	return b
}

func (b *court) analyser() *Analyser {
	a := New(b.rules, b.clock, nil)
	a.ends = book{}
	return a
}

func (b *court) serve(version string) {
	b.server = version
	b.a.Server(model.SourceInfo{Server: version})
}

func (b *court) cover(cov model.Coverage) {
	if b.c.Cover(cov) {
		b.a.Covered(b.c, cov.Kind)
	}
}

func (b *court) flush() { b.a.Flush(b.c, b.out) }

func (b *court) take(ch model.Change) {
	if d, ok := b.c.Apply(ch); ok {
		b.a.Update(b.c, d)
	}
}

func (b *court) put(texts ...string) *court {
	b.t.Helper()
	for _, text := range texts {
		b.take(model.Put(read(b.t, text)))
	}
	b.flush()
	return b
}

func (b *court) drop(texts ...string) *court {
	b.t.Helper()
	for _, text := range texts {
		b.take(model.Drop(read(b.t, text).Ref()))
	}
	b.flush()
	return b
}

// anew is the same cluster, read at once.
func (b *court) anew() *court {
	n := &court{t: b.t, rules: b.rules, clock: b.clock, c: b.c, out: &ledger{b.t, map[string]*model.Finding{}}}
	n.a = n.analyser()
	n.serve(b.server)
	n.a.Covered(b.c, definitionKind)
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			n.a.Update(b.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	n.flush()
	return n
}

// text writes all findings with their evidence, and the uses.
func (b *court) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		f := b.out.findings[id]
		fmt.Fprintf(&s, "%s %s pods=%d since=%d %s %q\n", f.ID, f.Severity, f.Pods, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q\n", e.Object, e.Path, e.Value)
		}
	}
	return s.String() + b.used()
}

func (b *court) used() string {
	var s strings.Builder
	for _, minor := range []string{"1.22", "1.25", "1.40"} {
		fmt.Fprintf(&s, "%s: %+v\n", minor, b.a.Uses(minor))
	}
	return s.String()
}

// short writes findings in short: RULE object severity, and the verdict where it is not yes.
func (b *court) short() string {
	list := []string{}
	for _, f := range b.out.findings {
		text := fmt.Sprint(f.Rule.ID, " ", f.Object, " ", f.Severity)
		if f.Verdict != model.Yes {
			text += " " + f.Verdict.String() + ": " + f.Reason
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// evidence writes the evidence of all findings, without the objects.
func (b *court) evidence() string {
	var l []string
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		for _, e := range b.out.findings[id].Proof.Evidence() {
			l = append(l, e.Path+" = "+e.Value)
		}
	}
	return strings.Join(l, "\n")
}

// groups are the API versions of kinds that manifests of tests leave out.
var groups = map[string]string{
	"Pod": "v1", "Deployment": "apps/v1", "ReplicaSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "Ingress": "networking.k8s.io/v1",
	"PodDisruptionBudget": "policy/v1", "CustomResourceDefinition": "apiextensions.k8s.io/v1", "Certificate": "cert-manager.io/v1", "CloneSet": "apps.kruise.io/v1alpha1", "App": "a.io/v1",
	"Node": "v1",
}

// read makes the record of a manifest in the namespace shop. A first line "written VERSION" tells what the file was written in.
func read(t testing.TB, text string) model.Record {
	t.Helper()
	written, rest, ok := strings.Cut(text, "\n")
	if version, is := strings.CutPrefix(written, "written "); ok && is {
		text = rest
		r := read(t, text)
		r.(interface{ SetWritten(string) }).SetWritten(version)
		return r
	}
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	gv, err := schema.ParseGroupVersion(groups[u.GetKind()])
	if err != nil || gv.Version == "" {
		t.Fatalf("no version of %s", u.GetKind())
	}
	gvk := gv.WithKind(u.GetKind())
	u.SetGroupVersionKind(gvk)
	if k := model.KindOf(gvk.GroupKind()); (k == nil || k.Namespaced) && u.GetNamespace() == "" {
		u.SetNamespace("shop")
	}
	var obj runtime.Object = u
	if typed, err := scheme.Types().New(gvk); err == nil {
		data, err := json.Marshal(u.Object)
		if err == nil {
			err = json.Unmarshal(data, typed)
		}
		if err != nil {
			t.Fatal(err)
		}
		obj = typed
	}
	r, err := record.Make(obj)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// applied is the annotation of kubectl with an API version.
func applied(version string) string {
	return "annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"apiVersion\":\"" + version + "\"}'}"
}

// managed is an entry of managedFields.
func managed(manager, version, day string) string {
	return "managedFields: [{manager: " + manager + ", operation: Update, apiVersion: " + version + ", time: '2026-11-" + day + "T00:00:00Z'}]"
}
