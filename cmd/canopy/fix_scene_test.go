package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/labtest"
	"canopy/ui/keys"
)

// fixScene is a namespace with a privileged Deployment that runs, and a terminal in which the user canopy looks at it.
type fixScene struct {
	t         *testing.T
	lab       *labtest.Lab
	namespace string
	// before is the Deployment as it was made, and as the controllers have told of it.
	before *appsv1.Deployment
	// from is where in the audit log the scene begins.
	from   int64
	folder string
	screen *terminal
}

// fixReplicas is how many pods the Deployment has.
const fixReplicas = 2

func newFixScene(t *testing.T, lab *labtest.Lab) *fixScene {
	t.Helper()
	s := &fixScene{t: t, lab: lab, namespace: lab.Namespace(t)}
	client := lab.Client(labtest.Admin)
	// To write the change and no more; pods are only made in rehearsals, which need the same permission.
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "fixer"}, Rules: []rbacv1.PolicyRule{
		{Verbs: []string{"patch"}, APIGroups: []string{"apps"}, Resources: []string{"deployments"}},
		{Verbs: []string{"create"}, APIGroups: []string{""}, Resources: []string{"pods"}},
	}}
	if _, err := client.RbacV1().Roles(s.namespace).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "fixer"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "fixer"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: labtest.Canopy}},
	}
	if _, err := client.RbacV1().RoleBindings(s.namespace).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	d := privileged("app")
	replicas := int32(fixReplicas)
	d.Spec.Replicas = &replicas
	// As people make it, and no controller that would make it again.
	if _, err := client.AppsV1().Deployments(s.namespace).Create(t.Context(), d, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
		t.Fatal(err)
	}
	s.wait("the Deployment is available", func() bool {
		s.before = s.deployment()
		return s.before.Status.AvailableReplicas == fixReplicas
	})
	return s
}

// open starts the dashboard on the list of findings.
func (s *fixScene) open(width, height int) *terminal {
	s.t.Helper()
	binary.path(s.t) // or the log would be read from before a build that may take long
	info, err := os.Stat(s.lab.AuditLog())
	if err != nil {
		s.t.Fatal(err)
	}
	s.from = info.Size()
	s.screen = start(s.t, opening{width: width, height: height, settings: listed, folder: s.folder}, "--kubeconfig", s.lab.Kubeconfig(labtest.Canopy), "-n", s.namespace)
	s.screen.shows("canopy", "live ●")
	return s.screen
}

// object is how the screens name the Deployment.
func (s *fixScene) object() string { return s.namespace + "/Deployment/app" }

func (s *fixScene) wait(what string, so func() bool) {
	s.t.Helper()
	for end := time.Now().Add(deadline); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not within %s: %s", deadline, what)
		}
	}
}

func (s *fixScene) deployment() *appsv1.Deployment {
	s.t.Helper()
	d, err := s.lab.Client(labtest.Admin).AppsV1().Deployments(s.namespace).Get(s.t.Context(), "app", metav1.GetOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func privilegedIn(d *appsv1.Deployment) bool {
	c := d.Spec.Template.Spec.Containers[0].SecurityContext
	return c != nil && c.Privileged != nil && *c.Privileged
}

// pods are those that are not on their way out.
func (s *fixScene) pods() []corev1.Pod {
	s.t.Helper()
	list, err := s.lab.Client(labtest.Admin).CoreV1().Pods(s.namespace).List(s.t.Context(), metav1.ListOptions{LabelSelector: "app=app"})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil })
}

// replaced waits until other pods run in the place of those, all of them privileged or none.
func (s *fixScene) replaced(before []corev1.Pod, privileged bool) {
	s.t.Helper()
	old := map[types.UID]bool{}
	for i := range before {
		old[before[i].UID] = true
	}
	if len(old) != fixReplicas {
		s.t.Errorf("%d pods before, want %d", len(old), fixReplicas)
	}
	s.wait("new pods", func() bool {
		now := s.pods()
		return len(now) == fixReplicas && !slices.ContainsFunc(now, func(p corev1.Pod) bool {
			c := p.Spec.Containers[0].SecurityContext
			return old[p.UID] || p.Status.Phase != corev1.PodRunning || privileged != (c != nil && c.Privileged != nil && *c.Privileged)
		})
	})
}

// deed is a request that writes, or would if it were no rehearsal.
type deed struct {
	verb, resource string
	rehearsal      bool
}

func (w deed) String() string {
	if w.rehearsal {
		return fmt.Sprintf("a rehearsal of %s %s", w.verb, w.resource)
	}
	return w.verb + " " + w.resource
}

// writes lists what the user's requests have written since the terminal was opened. To ask what one may do writes nothing.
func (s *fixScene) writes() []deed {
	s.t.Helper()
	var list []deed
	for _, e := range audited(s.t, s.lab.AuditLog(), s.from, labtest.Canopy) {
		resource := e.Reference.Resource
		if e.Reference.Subresource != "" {
			resource += "/" + e.Reference.Subresource
		}
		reads := slices.Contains([]string{"get", "list", "watch"}, e.Verb)
		if reads || e.Verb == "create" && strings.HasPrefix(resource, "selfsubject") && strings.HasSuffix(resource, "reviews") {
			continue
		}
		list = append(list, deed{e.Verb, resource, strings.Contains(e.URI, "dryRun=All")})
	}
	return list
}

// rehearsed looks that the server was asked about the change and about a pod of it, and about nothing in earnest.
func (s *fixScene) rehearsed() {
	s.t.Helper()
	list := s.writes()
	for _, want := range []deed{{"patch", "deployments", true}, {"create", "pods", true}} {
		if !slices.Contains(list, want) {
			s.t.Errorf("the server was not asked for %s, but for %v", want, list)
		}
	}
	s.wrote(0)
}

// wrote looks that the Deployment was patched so many times in earnest, and nothing else written.
func (s *fixScene) wrote(times int) {
	s.t.Helper()
	list := slices.DeleteFunc(s.writes(), func(w deed) bool { return w.rehearsal })
	if want := slices.Repeat([]deed{{verb: "patch", resource: "deployments"}}, times); !slices.Equal(list, want) {
		s.t.Errorf("the server has taken %v, want %v", list, want)
	}
}

// push goes to a button, from pane to pane and from button to button, and presses it.
func (s *terminal) push(label string) {
	s.t.Helper()
	s.shows(label)
	const most = 16
	for range most {
		if onLine(s.emulator.String(), "[ "+label) {
			s.press("\r")
			return
		}
		// Each press moves the focus, which shows; a busy machine may take its time.
		before := s.emulator.String()
		s.press("\t")
		s.until("another focus", func(screen string) bool { return screen != before })
		s.rest()
	}
	s.t.Fatalf("no way to the button %s:\n%s", label, s.emulator.String())
}

// keyOf is the first key of an action.
func keyOf(t *testing.T, a keys.Action) string {
	t.Helper()
	for _, b := range keys.Default() {
		if b.Action == a && len(b.Keys) > 0 {
			return b.Keys[0]
		}
	}
	t.Fatalf("%s has no key", a)
	return ""
}
