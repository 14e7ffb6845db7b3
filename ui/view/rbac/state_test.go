package rbac_test

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

// TestLoading holds that nothing is said of what is still on its way.
func TestLoading(t *testing.T) {
	session := viewtest.New(t)
	s := on(session, t, 120, 35)
	s.has("connecting to prod-eu")
	for _, k := range model.Kinds() {
		session.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Loading})
	}
	session.Apply()
	s.refresh()
	s.has("nothing so far: still loading clusterrolebindings, rolebindings, clusterroles, roles, serviceaccounts")
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: ServiceAccount, metadata: {name: early, namespace: shop}}"))...)
	s.refresh()
	s.has("sa:shop/early", "still loading", "may hold more: not every ClusterRoleBinding was seen")
	if !strings.HasSuffix(s.Aside(), "so far") {
		t.Errorf("aside: %q", s.Aside())
	}
	session.Complete()
	s.refresh()
	s.has("no binding that was seen speaks of it", "nothing that was seen", "sa:shop/early is named by no binding")
	s.lacks("loading", "may hold more")
}

func TestEmpty(t *testing.T) {
	session := viewtest.New(t)
	session.Complete()
	s := on(session, t, 120, 35)
	s.has("the cluster has no RBAC objects and no service accounts")
	for _, a := range []keys.Action{keys.Down, keys.Open, keys.Mark, keys.Matrix, keys.Picture, keys.Difference, keys.Access, keys.Explain} {
		if o := s.Can(a); o.OK() || o.Why == "" {
			t.Errorf("%s: %+v", a, o)
		}
	}
	w := show(session, t, s.shared, rbac.NewWhoCan(s.shared, &rbac.Keeper{}, "get secrets"), 120, 35)
	w.has("no binding that was seen lets anybody do it; members of system:masters may all the same")
}

func TestUnreached(t *testing.T) {
	session := viewtest.New(t)
	for _, k := range model.Kinds() {
		session.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Loading, Stale: true, Reason: "connection refused"})
	}
	session.Apply()
	s := on(session, t, 120, 35)
	s.has("cannot reach the server", "connection refused")
}

// namespaced is the session of somebody who may read one namespace, and nothing of the cluster.
func namespaced(t *testing.T) *viewtest.Session {
	t.Helper()
	session := viewtest.New(t)
	const why = "may not list it in all namespaces; -n NAMESPACE names one"
	for _, k := range model.Kinds() {
		cov := model.Coverage{Kind: k.GroupKind(), State: model.Denied, Reason: why}
		session.Cover(cov)
		if k.Namespaced {
			cov.Namespace, cov.State, cov.Reason = "shop", model.Complete, ""
			session.Cover(cov)
		}
	}
	session.Apply(viewtest.Objects(t, []byte(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: shop}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web}]
`))...)
	return session
}

// TestNamespacedUser holds that the view says what it cannot see, and never that nothing more is granted.
func TestNamespacedUser(t *testing.T) {
	session := namespaced(t)
	for _, width := range []int{80, 160} {
		s := on(session, t, width, 35)
		s.has("sa:shop/web", "denied: clusterrolebindings, clusterroles")
		s.press(keys.Open)
		s.has("deployer", "view")
		for range 2 {
			if l, _, _ := strings.Cut(s.text(), "may hold more"); !strings.Contains(l, "not seen") {
				s.press(keys.Down)
			}
		}
		s.has("not seen")
	}
	s := on(session, t, 160, 35)
	s.has("may hold more: ClusterRole view, bound by shop/RoleBinding/viewers, was not seen")
	s.has("deployments.apps")
	look := s.shared
	w := show(session, t, look, rbac.NewWhoCan(look, &rbac.Keeper{}, "delete nodes"), 120, 35)
	w.has("nobody that was seen, but not all was:")
	w = show(session, t, look, rbac.NewWhoCan(look, &rbac.Keeper{}, "patch deployments -n shop"), 120, 35)
	w.has("sa:shop/web", "there may be more:")
	for _, screen := range []view.Screen{
		rbac.NewMatrix(look, &rbac.Keeper{}, model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}),
		rbac.NewPicture(look, &rbac.Keeper{}, model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}),
	} {
		show(session, t, look, screen, 120, 35).has("may hold more:")
	}
	d := show(session, t, look, rbac.NewDifference(look, &rbac.Keeper{}, model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}, model.Subject{Kind: model.UserSubject, Name: "x"}), 120, 35)
	d.has("there may be more:")
}

// TestProviderIsTold holds that on clouds the view says who else may grant something.
func TestProviderIsTold(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Identify(model.SourceInfo{Type: "live", Name: "prod-eu", Server: "v1.33.4-eks-1234"})
	session.Apply()
	s := on(session, t, 160, 40)
	s.reveal("user:alice")
	s.has("an EKS access entry may grant more")
	s.reveal("sa:shop/web")
	s.lacks("an EKS access entry may grant more")
}

// TestGoneWhileLookedAt holds that what is looked at may go.
func TestGoneWhileLookedAt(t *testing.T) {
	session := viewtest.Cluster(t)
	s := on(session, t, 160, 40)
	s.reveal("sa:shop/web")
	s.press(keys.NextPane, keys.NextPane, keys.Open)
	proof := s.follow()
	proof.has("deployments.apps")
	session.Delete(ref("RoleBinding", "shop", "deployer"))
	s.refresh()
	s.lacks("deployments.apps", "shop/deployer")
	proof.refresh()
	proof.has("sa:shop/web may not do this any more, or never could")
}
