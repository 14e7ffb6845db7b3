package node

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
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

// watch is a clock that a test winds.
type watch struct{ at time.Time }

func (w *watch) Now() time.Time                         { return w.at }
func (w *watch) After(d time.Duration) <-chan time.Time { return model.FixedClock(w.at).After(d) }

// today is when tests take place.
func today() *watch { return &watch{time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)} }

// ward is a cluster with the analyser on it.
type ward struct {
	t     testing.TB
	rules catalogue.Set
	clock *watch
	book  tables
	c     *cluster.Cluster
	a     *Analyser
	out   *ledger
	info  model.SourceInfo
}

var sawBoot = regexp.MustCompile(regexp.QuoteMeta(bootedOn) + `\d{4}-\d\d-\d\d`)

// load reads the catalogue once.
var load = sync.OnceValues(catalogue.Load)

func newWard(t testing.TB, server string) *ward {
	t.Helper()
	rules, err := load()
	if err != nil {
		t.Fatal(err)
	}
	w := &ward{t: t, rules: rules, clock: today(), c: cluster.New(), info: model.SourceInfo{Server: server}}
	w.out = &ledger{t, map[string]*model.Finding{}}
	w.a = w.analyser()
	for _, k := range model.Kinds() {
		w.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	w.flush()
	return w
}

func (w *ward) analyser() *Analyser {
	a := New(w.rules, w.clock, Options{})
	if w.book != nil {
		a.tables = w.book
	}
	a.Server(w.info)
	return a
}

func (w *ward) cover(cov model.Coverage) {
	if w.c.Cover(cov) {
		w.a.Covered(w.c, cov.Kind)
	}
}

func (w *ward) flush() { w.a.Flush(w.c, w.out) }

func (w *ward) take(ch model.Change) {
	if d, ok := w.c.Apply(ch); ok {
		w.a.Update(w.c, d)
	}
}

func (w *ward) put(texts ...string) *ward {
	w.t.Helper()
	for _, text := range texts {
		for _, r := range read(w.t, text) {
			w.take(model.Put(r))
		}
	}
	w.flush()
	return w
}

// anew is the same cluster, read at once.
func (w *ward) anew() *ward {
	n := &ward{t: w.t, rules: w.rules, clock: w.clock, book: w.book, c: w.c, info: w.info, out: &ledger{w.t, map[string]*model.Finding{}}}
	n.a = n.analyser()
	for _, gk := range w.c.Kinds() {
		for _, r := range w.c.Sorted(gk) {
			n.a.Update(w.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	n.flush()
	return n
}

// short writes findings in short.
func (w *ward) short() []string {
	list := []string{}
	for _, f := range w.out.findings {
		text := fmt.Sprint(f.Rule.ID, " ", f.Object, " ", f.Severity)
		if f.Verdict != model.Yes {
			text += " " + f.Verdict.String()
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// text writes all findings with their evidence, and all verdicts.
func (w *ward) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(w.out.findings)) {
		f := w.out.findings[id]
		fmt.Fprintf(&s, "%s %s since=%d %s %q\n", f.ID, f.Severity, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q\n", e.Object, e.Path, e.Value)
		}
	}
	for _, n := range w.a.Nodes() {
		c := *n
		// Who reads the cluster at once has seen no boot, and says so of no node.
		c.Booted, c.Verdicts = 0, slices.Clone(n.Verdicts)
		for i := range c.Verdicts {
			c.Verdicts[i].Detail = sawBoot.ReplaceAllString(c.Verdicts[i].Detail, "")
		}
		fmt.Fprintf(&s, "%+v\n", c)
	}
	fmt.Fprintf(&s, "%+v\n", *w.a.Plane())
	return s.String()
}

func (w *ward) verdict(node string, topic Topic) Verdict {
	w.t.Helper()
	n := w.a.Node(node)
	if n == nil {
		w.t.Fatalf("no node %s in %v", node, w.a.Nodes())
	}
	v, _ := n.Verdict(topic)
	return v
}

// read makes records of manifests.
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
		}
		var object runtime.Object = u
		if typed, err := scheme.Types().New(u.GroupVersionKind()); err == nil {
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
				t.Fatalf("%v in %v", err, u.Object)
			}
			object = typed
		}
		r, err := record.Make(object)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// machine is a node of a test; what is empty is as on a healthy one.
type machine struct {
	name, kubelet, runtime, os, kernel, labels, annotations, spec, ready, boot, system string
}

func (m machine) String() string {
	or := func(s, d string) string {
		if s == "" {
			return d
		}
		return s
	}
	return fmt.Sprintf(`kind: Node
metadata: {name: %s, uid: u-%s, creationTimestamp: '2026-01-05T10:00:00Z', labels: {%s}, annotations: {%s}}
spec: {%s}
status:
  conditions: [%s]
  nodeInfo: {kubeletVersion: %q, containerRuntimeVersion: %q, osImage: %q, kernelVersion: %q, bootID: %q, operatingSystem: %s, architecture: amd64}`,
		m.name, m.name, m.labels, m.annotations, m.spec, or(m.ready, "{type: Ready, status: 'True', lastTransitionTime: '2026-01-05T10:01:00Z'}"),
		or(m.kubelet, "v1.37.2"), or(m.runtime, "containerd://2.3.4"), or(m.os, "Ubuntu 24.04.4 LTS"), or(m.kernel, "6.8.0-94-generic"), or(m.boot, "b1"), or(m.system, "linux"))
}

// static is a static pod of the control plane.
func static(component, node, version string) string {
	return fmt.Sprintf(`kind: Pod
metadata: {name: %s-%s, namespace: kube-system, labels: {component: %s}, annotations: {kubernetes.io/config.mirror: x}}
spec: {nodeName: %s, containers: [{name: %s, image: 'registry.k8s.io/%s:%s', command: [%s]}]}
status: {phase: Running}`, component, node, component, node, component, component, version, component)
}

// proxy is a pod of kube-proxy.
func proxy(node, version string) string {
	return fmt.Sprintf(`kind: Pod
metadata: {name: kube-proxy-%s, namespace: kube-system, labels: {k8s-app: kube-proxy}}
spec: {nodeName: %s, containers: [{name: kube-proxy, image: 'registry.k8s.io/kube-proxy:%s'}]}
status: {phase: Running}`, node, node, version)
}

// facts0 is the metadata of what a kubelet has said.
func facts0(node string) record.Meta { return record.OwnMeta("KubeletFacts", "", node) }

// setChanged says when the spec of a node was last written.
func setChanged(r model.Record, at time.Time) {
	r.(*record.Typed[*corev1.Node]).Changed = at.Unix()
}

// poison writes a text into all that a kubelet tells.
func poison(r model.Record, text string) {
	n := r.(*record.Typed[*corev1.Node])
	i := &n.Object.Status.NodeInfo
	i.KubeletVersion, i.ContainerRuntimeVersion, i.OSImage, i.KernelVersion, i.Architecture, i.BootID, i.OperatingSystem = text, text, text, text, text, text, text
	n.Object.Status.Conditions[0].Status = corev1.ConditionStatus(text)
}
