package disruption

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/model/scheme"
)

// ledger takes findings as the engine does, and holds what analysers promise: what is put differs from what was there, and what is
// dropped was there.
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

// court is a cluster with the analyser on it.
type court struct {
	t     testing.TB
	rules catalogue.Set
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
	b := &court{t: t, rules: rules, c: cluster.New(), a: New(rules, nil), out: &ledger{t, map[string]*model.Finding{}}}
	for _, k := range model.Kinds() {
		b.cover(k.Kind, model.Complete, "")
	}
	b.flush()
	return b
}

func (b *court) cover(kind string, state model.CoverState, reason string) {
	gk := model.KindByName(kind).GroupKind()
	if b.c.Cover(model.Coverage{Kind: gk, State: state, Reason: reason}) {
		b.a.Covered(b.c, gk)
	}
}

func (b *court) flush() { b.a.Flush(b.c, b.out) }

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

// anew is the same cluster, read at once.
func (b *court) anew() *court {
	n := &court{t: b.t, rules: b.rules, c: b.c, a: New(b.rules, nil), out: &ledger{b.t, map[string]*model.Finding{}}}
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			n.a.Update(b.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	for _, gk := range watched {
		n.a.Covered(n.c, gk)
	}
	n.flush()
	return n
}

// short writes findings in short: RULE object, and the verdict where it is not yes.
func (b *court) short() []string {
	list := []string{}
	for _, f := range b.out.findings {
		text := fmt.Sprint(f.Rule.ID, " ", f.Object)
		if f.Verdict != model.Yes {
			text += " " + f.Verdict.String()
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// obstacles writes what stands in the way of a node.
func (b *court) obstacles(node string) []string {
	list := []string{}
	for _, o := range b.a.Drain(b.c, node) {
		text := o.Cause
		if o.Blocks {
			text += "!"
		}
		list = append(list, fmt.Sprint(text, " ", o.Pod.Name, " of ", o.Owner.Kind, "/", o.Owner.Name))
	}
	return list
}

func (b *court) said() string {
	var s strings.Builder
	for _, one := range b.a.Budgets(b.c) {
		fmt.Fprintf(&s, "%+v\n", one)
	}
	for _, node := range []string{"n1", "n2", "n3"} {
		for _, o := range b.a.Drain(b.c, node) {
			fmt.Fprintf(&s, "%s %+v\n", node, o)
		}
	}
	return s.String()
}

// text writes all that is told.
func (b *court) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		f := b.out.findings[id]
		fmt.Fprintf(&s, "%s %s pods=%d since=%d %s %q\n", f.ID, f.Severity, f.Pods, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q\n", e.Object, e.Path, e.Value)
		}
	}
	return s.String() + b.said()
}

var groups = map[string]string{
	"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
	"PodDisruptionBudget": "policy/v1",
}

// read makes records of manifests, one a line or split by ---. What has no namespace, and needs one, is in shop.
func read(t testing.TB, text string) []model.Record {
	t.Helper()
	var list []model.Record
	for _, doc := range strings.Split(text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		u.SetAPIVersion("v1")
		if api := groups[u.GetKind()]; api != "" {
			u.SetAPIVersion(api)
		}
		if u.GetNamespace() == "" && u.GetKind() != "PersistentVolume" && u.GetKind() != "Node" {
			u.SetNamespace("shop")
		}
		typed, err := scheme.Types().New(u.GroupVersionKind())
		if err != nil {
			t.Fatal(err)
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
			t.Fatalf("%v in %v", err, u.Object)
		}
		r, err := record.Make(typed)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// owned writes the reference to a controller.
func owned(api, kind, name string) string {
	return ", ownerReferences: [{apiVersion: " + api + ", kind: " + kind + ", name: " + name + ", uid: '', controller: true}]"
}

// pod writes a pod on a node: ready unless more says otherwise.
func pod(name, labels, node, owner, spec string) string {
	return "kind: Pod\nmetadata: {name: " + name + ", labels: {" + labels + "}" + owner + "}\nspec: {nodeName: " + node + ", containers: [{name: c, image: i}]" + spec +
		"}\nstatus: {phase: Running, conditions: [{type: Ready, status: 'True'}]}"
}

// set writes an owner of pods with the label app.
func set(kind, name string, replicas int, app string) string {
	selector := "{matchLabels: {app: " + app + "}}"
	if kind == "ReplicationController" {
		selector = "{app: " + app + "}"
	}
	return fmt.Sprintf("kind: %s\nmetadata: {name: %s}\nspec: {replicas: %d, selector: %s, template: {metadata: {labels: {app: %s}}, spec: {containers: [{name: c, image: i}]}}}", kind, name, replicas, selector, app)
}

// pdb writes a budget.
func pdb(name, spec, status string) string {
	text := "kind: PodDisruptionBudget\nmetadata: {name: " + name + "}\nspec: {" + spec + "}"
	if status != "" {
		text += "\nstatus: {observedGeneration: 1, " + status + "}"
	}
	return text
}
