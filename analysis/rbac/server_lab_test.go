package rbac_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"canopy/analysis/rbac"
	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// server is a real API server, and an analyser that is kept up to date with its RBAC objects.
type server struct {
	t        *testing.T
	config   *rest.Config
	client   kubernetes.Interface
	cluster  *cluster.Cluster
	analyser *rbac.Analyser
	objects  map[model.Ref]runtime.Object
	canary   int
}

func newServer(t *testing.T) *server {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	config := lab.Config(labtest.Admin)
	config.QPS = -1
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeProtobuf, runtime.ContentTypeProtobuf+","+runtime.ContentTypeJSON
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, config: lab.Config(labtest.Admin), client: client, cluster: cluster.New(), analyser: rbac.New(), objects: map[model.Ref]runtime.Object{}}
	for _, k := range model.Kinds() {
		s.cluster.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, n := range namespaces {
		if _, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: n}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s.until("the controllers to fill the aggregated roles", func() bool {
		view, err := client.RbacV1().ClusterRoles().Get(t.Context(), "view", metav1.GetOptions{})
		admin, err2 := client.RbacV1().ClusterRoles().Get(t.Context(), "admin", metav1.GetOptions{})
		return err == nil && err2 == nil && len(view.Rules) > 0 && len(admin.Rules) > 0
	})
	return s
}

func (s *server) until(what string, done func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// sync brings the analyser up to what the server holds now, by changes alone.
func (s *server) sync() {
	s.t.Helper()
	ctx, api := s.t.Context(), s.client.RbacV1()
	roles, err1 := api.Roles("").List(ctx, metav1.ListOptions{})
	clusterRoles, err2 := api.ClusterRoles().List(ctx, metav1.ListOptions{})
	bindings, err3 := api.RoleBindings("").List(ctx, metav1.ListOptions{})
	clusterBindings, err4 := api.ClusterRoleBindings().List(ctx, metav1.ListOptions{})
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		s.t.Fatal(err)
	}
	now := map[model.Ref]runtime.Object{}
	add := func(kind string, m metav1.Object, o runtime.Object) {
		now[model.KindByName(kind).Ref(m.GetNamespace(), m.GetName())] = o
	}
	for i := range roles.Items {
		add("Role", &roles.Items[i], &roles.Items[i])
	}
	for i := range clusterRoles.Items {
		add("ClusterRole", &clusterRoles.Items[i], &clusterRoles.Items[i])
	}
	for i := range bindings.Items {
		add("RoleBinding", &bindings.Items[i], &bindings.Items[i])
	}
	for i := range clusterBindings.Items {
		add("ClusterRoleBinding", &clusterBindings.Items[i], &clusterBindings.Items[i])
	}
	apply := func(c model.Change) {
		if d, ok := s.cluster.Apply(c); ok {
			s.analyser.Update(s.cluster, d)
		}
	}
	for ref := range s.objects {
		if now[ref] == nil {
			apply(model.Drop(ref))
		}
	}
	for _, o := range now {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			s.t.Fatal(err)
		}
		apply(model.Put(r))
	}
	s.objects = now
}

// settle waits until the server's authorizer has seen all changes, by what was made last of every kind.
func (s *server) settle() {
	s.t.Helper()
	s.canary++
	name := fmt.Sprint("canary-", s.canary)
	rule := rbacv1.PolicyRule{Verbs: []string{"sing"}, APIGroups: []string{"canary"}, Resources: []string{name}}
	meta := metav1.ObjectMeta{Name: name, Namespace: namespaces[0]}
	who := []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "canary"}}
	s.put(&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule}})
	s.put(&rbacv1.RoleBinding{ObjectMeta: meta, Subjects: who, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name}})
	meta.Namespace = ""
	rule.Verbs = []string{"dance"}
	s.put(&rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule}})
	s.put(&rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: who, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}})
	for _, verb := range []string{"sing", "dance"} {
		at := rbac.Attributes{Verb: verb, Group: "canary", Resource: name, Namespace: namespaces[0]}
		s.until("the authorizer", func() bool { return s.ask(rbac.User{Name: "canary"}, &at) })
	}
}

// put makes an object, or makes it anew where it is there: the role of a binding cannot be changed.
func (s *server) put(o runtime.Object) {
	s.t.Helper()
	ctx, api := s.t.Context(), s.client.RbacV1()
	var err error
	switch o := o.(type) {
	case *rbacv1.Role:
		s.drop(o)
		_, err = api.Roles(o.Namespace).Create(ctx, o, metav1.CreateOptions{})
	case *rbacv1.ClusterRole:
		s.drop(o)
		_, err = api.ClusterRoles().Create(ctx, o, metav1.CreateOptions{})
	case *rbacv1.RoleBinding:
		s.drop(o)
		_, err = api.RoleBindings(o.Namespace).Create(ctx, o, metav1.CreateOptions{})
	case *rbacv1.ClusterRoleBinding:
		s.drop(o)
		_, err = api.ClusterRoleBindings().Create(ctx, o, metav1.CreateOptions{})
	}
	if err != nil {
		s.t.Fatalf("%T %+v: %v", o, o, err)
	}
}

func (s *server) drop(o runtime.Object) {
	ctx, api := s.t.Context(), s.client.RbacV1()
	switch o := o.(type) {
	case *rbacv1.Role:
		_ = api.Roles(o.Namespace).Delete(ctx, o.Name, metav1.DeleteOptions{})
	case *rbacv1.ClusterRole:
		_ = api.ClusterRoles().Delete(ctx, o.Name, metav1.DeleteOptions{})
	case *rbacv1.RoleBinding:
		_ = api.RoleBindings(o.Namespace).Delete(ctx, o.Name, metav1.DeleteOptions{})
	case *rbacv1.ClusterRoleBinding:
		_ = api.ClusterRoleBindings().Delete(ctx, o.Name, metav1.DeleteOptions{})
	}
}

// ask puts a question to the server.
func (s *server) ask(u rbac.User, at *rbac.Attributes) bool {
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: u.Name, Groups: u.Groups}}
	if at.URL != "" {
		review.Spec.NonResourceAttributes = &authorizationv1.NonResourceAttributes{Verb: at.Verb, Path: at.URL}
	} else {
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{Namespace: at.Namespace, Verb: at.Verb, Group: at.Group, Resource: at.Resource, Subresource: at.Subresource, Name: at.Name}
	}
	answer, err := s.client.AuthorizationV1().SubjectAccessReviews().Create(context.Background(), review, metav1.CreateOptions{})
	if err != nil {
		s.t.Errorf("%+v %+v: %v", u, at, err)
		return false
	}
	return answer.Status.Allowed
}

// asked is a question with what we say to it.
type asked struct {
	user rbac.User
	at   rbac.Attributes
	want bool
	from string
}

// compare puts questions to the server from many goroutines, and counts those that are allowed.
func (s *server) compare(questions []asked) (allowed int) {
	s.t.Helper()
	var next, yes, wrong atomic.Int64
	var group sync.WaitGroup
	for range 24 {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(questions)); i = next.Add(1) - 1 {
				q := &questions[i]
				got := s.ask(q.user, &q.at)
				if got {
					yes.Add(1)
				}
				if got != q.want && wrong.Add(1) <= 20 {
					s.t.Errorf("%s: %+v %+v: the server says %v, we %v", q.from, q.user, q.at, got, q.want)
				}
			}
		})
	}
	group.Wait()
	if n := wrong.Load(); n > 0 {
		s.t.Errorf("%d of %d answers differ", n, len(questions))
	}
	return int(yes.Load())
}

// TestAgainstAPIServer asks a real API server what random users may do under random roles and bindings beside the stock ones,
// and compares every answer. The objects change in between, and the analyser follows.
func TestAgainstAPIServer(t *testing.T) {
	total := 20000
	if words := os.Getenv("CANOPY_RBAC_QUESTIONS"); words != "" {
		n, err := strconv.Atoi(words)
		if err != nil {
			t.Fatalf("CANOPY_RBAC_QUESTIONS: %v", err)
		}
		total = n
	}
	s := newServer(t)
	seed := uint64(time.Now().UnixNano())
	if words := os.Getenv("CANOPY_RBAC_SEED"); words != "" {
		n, err := strconv.ParseUint(words, 10, 64)
		if err != nil {
			t.Fatalf("CANOPY_RBAC_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("CANOPY_RBAC_SEED=%d", seed)
	r := &maker{rand.New(rand.NewPCG(seed, 1))}
	// Every label has a role that stays, so that no aggregated role is ever without parts but those that nothing feeds.
	for _, label := range []string{"x", "y", "z"} {
		s.put(&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "part-" + label, Labels: map[string]string{"to": label}},
			Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{"example.com"}, Resources: []string{"parts-" + label}}}})
	}
	for range 400 {
		s.put(r.object())
	}
	const rounds = 4
	asked, allowed := 0, 0
	for round := range rounds {
		for i := 0; round > 0 && i < 60; i++ {
			if o := r.object(); r.IntN(3) == 0 {
				s.drop(o)
			} else {
				s.put(o)
			}
		}
		s.awaitAggregation()
		s.settle()
		s.sync()
		questions := s.questions(r, total/rounds)
		began := time.Now()
		yes := s.compare(questions)
		t.Logf("round %d: %d roles and bindings, %d questions in %v, %d allowed", round, len(s.objects), len(questions), time.Since(began).Round(time.Millisecond), yes)
		asked, allowed = asked+len(questions), allowed+yes
	}
	t.Logf("%d questions, %d allowed (%d %%)", asked, allowed, 100*allowed/asked)
	if asked < total || allowed < asked/10 || allowed > asked*3/4 {
		t.Errorf("the questions are lopsided: %d of %d allowed", allowed, asked)
	}
}

// awaitAggregation waits until the controllers have written what we would work out: until then the server evaluates what
// is stored, which is older.
func (s *server) awaitAggregation() {
	s.t.Helper()
	s.until("the aggregation of roles", func() bool {
		list, err := s.client.RbacV1().ClusterRoles().List(s.t.Context(), metav1.ListOptions{})
		if err != nil {
			return false
		}
		for i := range list.Items {
			whole := &list.Items[i]
			if whole.AggregationRule == nil {
				continue
			}
			want := 0
			seen := map[string]bool{}
			for j := range whole.AggregationRule.ClusterRoleSelectors {
				selector, err := metav1.LabelSelectorAsSelector(&whole.AggregationRule.ClusterRoleSelectors[j])
				if err != nil {
					s.t.Fatal(err)
				}
				for k := range list.Items {
					if part := &list.Items[k]; part.Name != whole.Name && selector.Matches(labelsOf(part.Labels)) {
						for l := range part.Rules {
							if text := part.Rules[l].String(); !seen[text] {
								seen[text] = true
								want++
							}
						}
					}
				}
			}
			have := map[string]bool{}
			for j := range whole.Rules {
				if want > 0 && !seen[whole.Rules[j].String()] {
					return false
				}
				have[whole.Rules[j].String()] = true
			}
			// With nothing to gather the controller's apply leaves what somebody else has written.
			if want > 0 && len(have) != want {
				return false
			}
		}
		return true
	})
}

type labelsOf map[string]string

func (l labelsOf) Has(key string) bool              { _, ok := l[key]; return ok }
func (l labelsOf) Get(key string) string            { return l[key] }
func (l labelsOf) Lookup(key string) (string, bool) { v, ok := l[key]; return v, ok }
