// Package viewtest gives tests of screens a session on a small cluster that the real engine has judged.
package viewtest

import (
	"bytes"
	"context"
	_ "embed" // the cluster
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"

	"canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// Now is the moment by which the cluster is judged.
var Now = time.Date(2026, time.November, 23, 14, 0, 0, 0, time.UTC)

//go:embed cluster.yaml
var manifests []byte

// grants are its RBAC objects.
//
//go:embed access.yaml
var grants []byte

// scans are reports of a scanner, Secrets, and credentials where they should not be.
//
//go:embed scans.yaml
var scans []byte

// Session is a view.Session on objects at hand. It is also a sink for changes: see Apply.
type Session struct {
	*engine.Engine
	// Attack answers about paths in place of the engine; nil is the engine.
	Attack attack.Asker
	Scans
	Metrics
	t       testing.TB
	rules   []*model.Rule
	objects map[model.Ref]*unstructured.Unstructured
	// Exported holds what Export was asked for, by path, ExportedFrom the report it was to be as of; Paused what Pause was.
	Exported     map[string][]*model.Finding
	ExportedFrom map[string]*model.Report
	ExportedFix  map[string]*remedy.Fix
	// ExportedRows are rows of screens, the titles first.
	ExportedRows map[string][][]string
	Paused       bool
	// Server is what it can be written to.
	Server    Server
	objectsMu sync.Mutex
	failed    chan struct{}
	cancel    context.CancelFunc
}

var _ view.Session = (*Session)(nil)

// Cluster gives a session on the small cluster, judged and settled.
func Cluster(t testing.TB) *Session {
	t.Helper()
	s := New(t)
	s.Apply(Objects(t, manifests)...)
	s.Apply(Objects(t, grants)...)
	s.Apply(Objects(t, scans)...)
	s.Complete()
	s.Lines, s.Program = lines(), "trivy 0.70.0"
	return s
}

// Bare gives the small cluster without its RBAC objects, service accounts, reports and Secrets: nobody holds anything.
func Bare(t testing.TB) *Session {
	t.Helper()
	s := New(t)
	s.Apply(Objects(t, manifests)...)
	s.Complete()
	return s
}

// New gives a session in which nothing was read yet.
func New(t testing.TB) *Session {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Session{
		Engine: engine.New(engine.Options{Clock: model.FixedClock(Now), Rules: rules, Interval: time.Millisecond}), t: t, rules: rules.Sorted(),
		objects: map[model.Ref]*unstructured.Unstructured{}, Exported: map[string][]*model.Finding{}, ExportedFrom: map[string]*model.Report{}, ExportedFix: map[string]*remedy.Fix{}, ExportedRows: map[string][][]string{}, failed: make(chan struct{}), cancel: cancel,
	}
	go func() { _ = s.Run(ctx) }()
	t.Cleanup(cancel)
	s.Identify(model.SourceInfo{Type: "live", Name: "prod-eu", Server: "v1.37.2"})
	return s
}

// Objects reads objects from YAML documents.
func Objects(t testing.TB, data []byte) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		u := &unstructured.Unstructured{}
		if err := d.Decode(u); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, u)
	}
}

// Apply makes the cluster hold objects, and waits until a report has them.
func (s *Session) Apply(objects ...*unstructured.Unstructured) {
	s.t.Helper()
	var last model.Ref
	for _, u := range objects {
		kind := model.KindOf(u.GroupVersionKind().GroupKind())
		if kind == nil {
			s.t.Fatalf("kind %s is not built in", u.GroupVersionKind())
		}
		typed, err := typed(u)
		if err != nil {
			s.t.Fatal(err)
		}
		r, err := record.Maker{Inspector: detect.Default()}.Make(typed)
		if err != nil {
			s.t.Fatal(err)
		}
		s.objectsMu.Lock()
		s.objects[r.Ref()] = u
		s.objectsMu.Unlock()
		s.Change(model.Put(r))
		if o := r.Ref(); o.Kind == "Namespace" || o.Kind == "Node" || record.TemplatePath(o.Kind) != "" {
			last = o
		}
	}
	s.settle()
	if !last.IsZero() {
		s.await(last)
	}
}

// await waits until a report has an object in its inventory.
func (s *Session) await(object model.Ref) {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		if r := s.Report(); r != nil && r.Inventory != nil && r.Inventory.Get(object) != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Delete takes objects away, and waits until a report lacks them.
func (s *Session) Delete(refs ...model.Ref) {
	for _, ref := range refs {
		s.objectsMu.Lock()
		delete(s.objects, ref)
		s.objectsMu.Unlock()
		s.Change(model.Drop(ref))
	}
	s.settle()
}

// Complete says of every kind that all of it was seen; optional ones are served where there are objects of them.
func (s *Session) Complete() {
	for _, k := range model.Kinds() {
		s.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	s.objectsMu.Lock()
	var served []schema.GroupKind
	for ref := range s.objects {
		if gk := ref.GroupKind(); model.BuiltIn(gk) == nil && !slices.Contains(served, gk) {
			served = append(served, gk)
		}
	}
	s.objectsMu.Unlock()
	for _, gk := range served {
		s.Cover(model.Coverage{Kind: gk, State: model.Complete})
	}
	s.read()
}

// settle waits until all that was sent is in a report. Before the kinds are complete it waits for the queue alone.
func (s *Session) settle() {
	if s.Report().Settled() {
		s.read()
		return
	}
	news, done := s.Subscribe()
	defer done()
	select {
	case <-news:
	case <-time.After(50 * time.Millisecond):
	}
}

// read waits until all that was sent is in a report, and all kinds are read.
func (s *Session) read() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := s.Settle(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// Snapshot gives what screens draw of the newest report.
func (s *Session) Snapshot() *view.Snapshot {
	return view.NewSnapshot().Next(s.Report(), nil)
}

// Shared gives what screens have in common: the default keys and look, UTC.
func (s *Session) Shared() *view.Shared {
	return &view.Shared{
		Theme: theme.New(theme.Options{Dark: true}), Glyphs: theme.NewGlyphs(false), Keys: keys.Default(), Zone: time.UTC, Session: s, Running: context.Background(), Glow: true, Edges: privilege.NewMarks, Values: view.NewValues(),
	}
}

// Name is the name of the context.
func (s *Session) Name() string { return "prod-eu" }

// Object gives an object, masked.
func (s *Session) Object(_ context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	u := s.object(ref)
	if u == nil {
		return nil, model.ErrNotFound
	}
	mask.Object(u, detect.Default())
	return u, nil
}

// object gives a copy of an object as it is; nil where there is none.
func (s *Session) object(ref model.Ref) *unstructured.Unstructured {
	s.objectsMu.Lock()
	defer s.objectsMu.Unlock()
	return s.objects[ref].DeepCopy()
}

// Locate knows no files.
func (s *Session) Locate(model.Ref, string) (string, int, bool) { return "", 0, false }

// Events gives one event for every object.
func (s *Session) Events(ref model.Ref) []model.Event {
	return []model.Event{{Time: Now.Unix() - 60, Type: "Normal", Reason: "Created", Message: "Created container", Object: ref, Count: 1}}
}

// Fix makes the documents on the writer.
func (s *Session) Fix(ctx context.Context, findings []*model.Finding) (*remedy.Fix, error) {
	var fix *remedy.Fix
	var failure error
	if err := s.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		fix, failure = remedy.ForServer(c, server, findings)
	}); err != nil {
		return nil, err
	}
	return fix, failure
}

// Export notes what it was asked for.
func (s *Session) Export(path string, report *model.Report, findings []*model.Finding) error {
	s.Exported[path], s.ExportedFrom[path] = slices.Clone(findings), report
	return nil
}

// ExportRows notes what it was asked for.
func (s *Session) ExportRows(path string, titles []string, rows [][]string) error {
	s.ExportedRows[path] = append([][]string{titles}, rows...)
	return nil
}

// Sever makes the documents of a cut on the writer.
func (s *Session) Sever(ctx context.Context, cut model.Cut) (*remedy.Fix, error) {
	var fix *remedy.Fix
	var failure error
	report := s.Report()
	if err := s.Ask(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) {
		fix, failure = remedy.Sever(c, access, remedy.Options{Server: server}, s.rules, report.Findings, cut)
	}); err != nil {
		return nil, err
	}
	return fix, failure
}

// ExportFix notes what it was asked for.
func (s *Session) ExportFix(folder string, fix *remedy.Fix) error {
	s.ExportedFix[folder] = fix
	return nil
}

// Rules lists the catalogue.
func (s *Session) Rules() []*model.Rule { return s.rules }

// Pause notes what it was asked for.
func (s *Session) Pause(on bool) { s.Paused = on }

// Failed never closes.
func (s *Session) Failed() <-chan struct{} { return s.failed }

// Failure is nil.
func (s *Session) Failure() error { return nil }

// Close ends the engine.
func (s *Session) Close() { s.cancel() }

func typed(u *unstructured.Unstructured) (runtime.Object, error) {
	o, err := typesOf().New(u.GroupVersionKind())
	if runtime.IsNotRegisteredError(err) && model.BuiltIn(u.GroupVersionKind().GroupKind()) == nil {
		return u, nil
	}
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, o); err != nil {
		return nil, err
	}
	o.GetObjectKind().SetGroupVersionKind(u.GroupVersionKind())
	return o, nil
}

func typesOf() *runtime.Scheme {
	s := runtime.NewScheme()
	b := runtime.NewSchemeBuilder(corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, rbacv1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme)
	if err := b.AddToScheme(s); err != nil {
		panic(err) // the groups are part of the library
	}
	return s
}
