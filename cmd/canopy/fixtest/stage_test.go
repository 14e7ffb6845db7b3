package fixtest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/image"
	"canopy/analysis/image/reference"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/analysis/secret/detect"
	"canopy/k8s/apply"
	"canopy/k8s/labtest"
	"canopy/k8s/live"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
)

const (
	// patience is how long anything may take: the machine may do other things as well.
	patience = 60 * time.Second
	pause    = 50 * time.Millisecond
)

// stage is a control plane with an engine that watches it, and all that writes to it.
type stage struct {
	lab    *labtest.Lab
	rules  catalogue.Set
	engine *engine.Engine
	writer model.Writer
	client dynamic.Interface
	mapper *restmapper.DeferredDiscoveryRESTMapper
	tried  *attempts
}

// newStage starts a control plane with all controllers. It ends with the test.
func newStage(t *testing.T, options ...labtest.Option) *stage {
	t.Helper()
	options = append(options, labtest.WithComponents("etcd", "apiserver", "controller-manager", "scheduler", "nodes"))
	s := &stage{lab: labtest.Private(t, options...), tried: &attempts{}}
	config := s.lab.Config(labtest.Admin)
	config.WarningHandler = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	s.client, s.mapper = client, restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	s.writer = s.writerOf(t, labtest.Admin)
	if s.rules, err = catalogue.Load(); err != nil {
		t.Fatal(err)
	}
	s.watch(t)
	return s
}

// writerOf gives what writes in the name of a user.
func (s *stage) writerOf(t *testing.T, user string) model.Writer {
	t.Helper()
	return s.writerBy(t, s.lab.Config(user))
}

func (s *stage) writerBy(t *testing.T, config *rest.Config) model.Writer {
	t.Helper()
	w, err := apply.New(apply.Options{Config: config, Version: "test", Inspector: detect.Default()})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// watch starts an engine on the control plane, as the dashboard does.
func (s *stage) watch(t *testing.T) {
	t.Helper()
	source, err := live.New(live.Options{Config: s.lab.Config(labtest.Admin), Context: "lab", Version: "test", Inspector: detect.Default()})
	if err != nil {
		t.Fatal(err)
	}
	allow, err := reference.ParseAllow([]string{"registry.example", "registry.k8s.io", "k8s.gcr.io", "docker.io"})
	if err != nil {
		t.Fatal(err)
	}
	s.engine = engine.New(engine.Options{Rules: s.rules, Interval: 20 * time.Millisecond, Images: image.Options{Allow: allow}})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- s.engine.Run(ctx) }()
	go func() { ended <- source.Run(ctx, s.engine) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Error(err)
		}
	})
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	if _, err := s.engine.Settle(wait); err != nil {
		t.Fatal(err)
	}
	s.until(t, "the version of the server", func() bool { return s.engine.Report().Source.Server != "" })
}

// until waits until something is so.
func (s *stage) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	if !eventually(so) {
		t.Fatalf("waited %s for %s", patience, what)
	}
}

func eventually(so func() bool) bool {
	for end := time.Now().Add(patience); !so(); time.Sleep(pause) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// resource is where objects of a kind are asked for.
func (s *stage) resource(gk schema.GroupKind, version, namespace string) (dynamic.ResourceInterface, error) {
	m, err := s.mapper.RESTMapping(gk, version)
	if meta.IsNoMatchError(err) {
		s.mapper.Reset()
		m, err = s.mapper.RESTMapping(gk, version)
	}
	if err != nil {
		return nil, err
	}
	if m.Scope.Name() == meta.RESTScopeNameNamespace {
		return s.client.Resource(m.Resource).Namespace(namespace), nil
	}
	return s.client.Resource(m.Resource), nil
}

// get reads an object as it stands; nil where it is not there, or is about to go.
func (s *stage) get(t *testing.T, ref model.Ref) *unstructured.Unstructured {
	t.Helper()
	r, err := s.resource(ref.GroupKind(), ref.Version, ref.Namespace)
	if err != nil {
		t.Fatal(err)
	}
	u, err := r.Get(context.Background(), ref.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if u.GetDeletionTimestamp() != nil {
		return nil
	}
	return u
}

// fix makes the fix of findings, as the command does.
func (s *stage) fix(t *testing.T, findings ...*model.Finding) *remedy.Fix {
	t.Helper()
	var fix *remedy.Fix
	var failure error
	err := s.engine.Ask(t.Context(), func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		fix, failure = remedy.Make(c, remedy.Options{Server: server}, findings)
	})
	if err = errors.Join(err, failure); err != nil {
		t.Fatal(err)
	}
	return filledIn(t, fix)
}

// filledIn puts values in the place of masks, as a user does.
func filledIn(t *testing.T, fix *remedy.Fix) *remedy.Fix {
	t.Helper()
	for i := range fix.Documents {
		text := fix.Documents[i].YAML
		if !bytes.Contains(text, []byte(mask.Text)) {
			continue
		}
		if err := mask.Gate(fix.Plan); err == nil {
			t.Errorf("%s would be written with a mask", fix.Documents[i].File)
		}
		next, err := fix.Edit(i, bytes.ReplaceAll(text, []byte(mask.Text), []byte("made-up-by-the-test")))
		if err != nil {
			t.Fatal(err)
		}
		fix = next
	}
	return fix
}

// ids gives the findings that stand, as far as they are in a scope.
func (s *stage) ids(in scope) []string {
	var ids []string
	for f := range s.engine.Report().Findings.All() {
		if in.holds(f.Object) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// scope is what belongs to a scene: namespaces, and the names of what is in none, all of which begin alike.
type scope string

// everything is the scope of a whole cluster.
const everything scope = ""

func (in scope) holds(ref model.Ref) bool {
	of := func(name string) bool { return name == string(in) || strings.HasPrefix(name, string(in)+"-") }
	return in == everything || of(ref.Namespace) || of(ref.Name)
}

// without gives what is in one list and not in another.
func without(list, other []string) []string {
	gone := map[string]bool{}
	for _, o := range other {
		gone[o] = true
	}
	var left []string
	for _, l := range list {
		if !gone[l] {
			left = append(left, l)
		}
	}
	return left
}

// named gives the ids of findings, sorted.
func named(list []*model.Finding) []string {
	ids := map[string]bool{}
	for _, f := range list {
		ids[f.ID] = true
	}
	return slices.Sorted(maps.Keys(ids))
}
