package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"canopy/k8s/labtest"
	"canopy/model"
)

// server is a real API server, asked as the administrator, with what it warned of.
type server struct {
	testing.TB
	client dynamic.Interface

	lock     sync.Mutex
	warnings []string
}

func newServer(t testing.TB) *server {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	return serverAs(t, lab.Config(labtest.Admin))
}

func serverAs(t testing.TB, config *rest.Config) *server {
	s := &server{TB: t}
	config.WarningHandlerWithContext = s
	var err error
	if s.client, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return s
}

// HandleWarningHeaderWithContext takes a warning.
func (s *server) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.warnings = append(s.warnings, text)
}

// warned gives the warnings since it was last asked.
func (s *server) warned() []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	list := s.warnings
	s.warnings = nil
	return list
}

func (s *server) until(what string, done func() bool) {
	s.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("waited in vain for %s", what)
		}
	}
}

func (s *server) of(gvk schema.GroupVersionKind, namespace string) dynamic.ResourceInterface {
	s.Helper()
	k := model.KindOf(gvk.GroupKind())
	if k == nil {
		s.Fatalf("no kind %s", gvk)
	}
	r := s.client.Resource(k.At(gvk.Version).GVR())
	if namespace == "" {
		return r
	}
	return r.Namespace(namespace)
}

// asMap gives an object as it is sent.
func asMap(t testing.TB, o any) *unstructured.Unstructured {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(data, &u.Object); err != nil {
		t.Fatal(err)
	}
	if ro, ok := o.(runtime.Object); ok && u.GetKind() == "" {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", ro), "*v1.")
		k := model.KindByName(kind)
		if k == nil {
			t.Fatalf("no kind %s", kind)
		}
		u.SetGroupVersionKind(k.GVK())
	}
	return u
}

// create creates an object, or lets the server judge it.
func (s *server) create(o any, dry bool) (*unstructured.Unstructured, error) {
	s.Helper()
	u := asMap(s, o)
	options := metav1.CreateOptions{}
	if dry {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return s.of(u.GroupVersionKind(), u.GetNamespace()).Create(context.Background(), u, options)
}

// make creates an object and fails where that does not work.
func (s *server) make(o any) *unstructured.Unstructured {
	s.Helper()
	u, err := s.create(o, false)
	if err != nil {
		s.Fatal(err)
	}
	return u
}

// namespace makes a namespace in which pods can be made.
func (s *server) namespace(name string) {
	s.Helper()
	s.make(&corev1.Namespace{ObjectMeta: meta("", name)})
	s.until("the account of "+name, func() bool {
		_, err := s.of(model.KindByName("ServiceAccount").GVK(), name).Get(context.Background(), "default", metav1.GetOptions{})
		return err == nil
	})
}

// apply carries out a step.
func (s *server) apply(d Document) {
	s.Helper()
	ref := d.Step.Ref
	r := s.of(model.KindOf(ref.GroupKind()).GVK(), ref.Namespace)
	var err error
	if d.Step.Verb == model.Patch {
		_, err = r.Patch(context.Background(), ref.Name, d.Step.PatchType, d.Step.Body, metav1.PatchOptions{FieldValidation: metav1.FieldValidationStrict})
	} else {
		u := &unstructured.Unstructured{}
		if err := json.Unmarshal(d.Step.Body, &u.Object); err != nil {
			s.Fatal(err)
		}
		_, err = r.Create(context.Background(), u, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
	}
	if err != nil {
		s.Fatalf("%s %s: %v\n%s", d.Step.Verb, ref, err, d.YAML)
	}
}

// guard applies a guard: its policies and the bindings that warn, and the ones that refuse in their place.
func (s *server) guard(g *Guard, enforce bool) {
	s.Helper()
	for i := range g.Policies {
		for _, d := range g.Policies[i].Documents {
			s.apply(d)
		}
		if enforce && len(g.Policies[i].Enforce.YAML) > 0 {
			s.apply(g.Policies[i].Enforce)
		}
	}
}

// checked waits until the types of a policy were checked, and fails where that found something.
func (s *server) checked(d Document) {
	s.Helper()
	if d.Step.Ref.Kind != "ValidatingAdmissionPolicy" {
		return
	}
	s.until("the types of "+d.Step.Ref.Name, func() bool {
		u, err := s.of(model.KindOf(d.Step.Ref.GroupKind()).GVK(), "").Get(context.Background(), d.Step.Ref.Name, metav1.GetOptions{})
		if err != nil {
			s.Fatal(err)
		}
		seen, _, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration")
		checking, ok, _ := unstructured.NestedMap(u.Object, "status", "typeChecking")
		if seen < u.GetGeneration() || !ok {
			return false
		}
		if len(checking) > 0 {
			s.Errorf("%s: %v\n%s", d.Step.Ref.Name, checking, d.YAML)
		}
		return true
	})
}

// policiesIn names the policies that refuse a request, or warn of it, by their messages.
func policiesIn(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "ValidatingAdmissionPolicy '")
		if !ok {
			slices.Sort(names)
			return slices.Compact(names)
		}
		name, after, _ := strings.Cut(rest, "'")
		names, text = append(names, name), after
	}
}

// refusal gives what the server says where it refuses by a policy; "" where it does not refuse. Other errors fail.
func (s *server) refusal(err error) string {
	s.Helper()
	if err == nil {
		return ""
	}
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "ValidatingAdmissionPolicy") {
		s.Fatalf("not refused by a policy: %v", err)
	}
	return err.Error()
}

// TestLabTypes holds that the API server takes every policy there is, strictly read, and that its type checker objects to
// none.
func TestLabTypes(t *testing.T) {
	s := newServer(t)
	s.namespace("shop")
	web := &appsv1.Deployment{ObjectMeta: meta("shop", "web"), Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "web"}}}}
	web.Spec.Template.Spec.Containers = given("shop", "DB_PASSWORD", plainPassword).Spec.Containers
	c := clusterOf(t, web)
	var findings []*model.Finding
	for _, rule := range theRules(t).Sorted() {
		for _, o := range objectsFor(rule.ID, "shop") {
			findings = append(findings, found(t, rule.ID, o))
		}
	}
	g, err := MakeAllowing(c, testServer, []string{"registry.example", "docker.io/team/*"}, findings)
	if err != nil {
		t.Fatal(err)
	}
	s.guard(g, true)
	for i := range g.Policies {
		s.checked(g.Policies[i].Documents[0])
	}
}
