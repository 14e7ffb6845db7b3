package rbac_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestRowsStay plays random changes while somebody looks at a subject, at a binding of it and at a right of it: the cursors
// stay on their rows.
func TestRowsStay(t *testing.T) {
	session := viewtest.Cluster(t)
	s := on(session, t, 160, 40)
	s.reveal("sa:shop/web")
	s.press(keys.NextPane, keys.Down)
	binding := s.Subject().Object
	s.press(keys.NextPane)
	s.run(s.Screen.(view.Filtered).SetFilter("web-tls"))
	s.run(s.Screen.(view.Filtered).SetFilter(""))
	s.press(keys.Down, keys.Up)
	right := s.Subject().Names[0]
	random := rand.New(rand.NewPCG(3, 7))
	for i := range 300 {
		n := random.IntN(20)
		switch random.IntN(4) {
		case 0:
			session.Delete(ref("RoleBinding", "shop", fmt.Sprint("rb-", n)))
		case 1:
			session.Delete(ref("ServiceAccount", "shop", fmt.Sprint("sa-", n)))
		case 2:
			session.Apply(viewtest.Objects(t, []byte(fmt.Sprintf("{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa-%d, namespace: shop, uid: u%d}}", n, i)))...)
		default:
			who := []string{"web", fmt.Sprint("sa-", n)}[random.IntN(2)]
			role := []string{"reader", "cluster-admin"}[random.IntN(2)]
			session.Apply(viewtest.Objects(t, []byte(fmt.Sprintf(
				"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: rb-%d, namespace: shop, uid: u%d}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}, subjects: [{kind: ServiceAccount, name: %s}]}",
				n, i, role, who)))...)
		}
		s.refresh()
		if got := s.Subject().Names[0]; got != right {
			t.Fatalf("change %d: at the right %s, was at %s", i, got, right)
		}
		s.press(keys.PrevPane)
		if got := s.Subject().Object; got != binding {
			t.Fatalf("change %d: at the binding %s, was at %s", i, got, binding)
		}
		s.press(keys.PrevPane)
		if got := s.Subject().Names[0]; got != "sa:shop/web" {
			t.Fatalf("change %d: at the subject %s", i, got)
		}
		s.press(keys.NextPane, keys.NextPane)
	}
}

// TestIncrementalEqualsBatch holds that a screen which has seen many changes shows what a new one shows.
func TestIncrementalEqualsBatch(t *testing.T) {
	session := viewtest.Cluster(t)
	old := on(session, t, 160, 40)
	random := rand.New(rand.NewPCG(5, 9))
	for i := range 120 {
		n, subject := random.IntN(8), []string{"{kind: ServiceAccount, name: web}", "{kind: Group, apiGroup: rbac.authorization.k8s.io, name: dev}", "{kind: User, apiGroup: rbac.authorization.k8s.io, name: \"system:serviceaccount:shop:web\"}"}[random.IntN(3)]
		switch random.IntN(5) {
		case 0:
			session.Delete(ref("RoleBinding", "shop", fmt.Sprint("rb-", n)), ref("ClusterRole", "", fmt.Sprint("cr-", n%3)))
		case 1:
			session.Apply(viewtest.Objects(t, []byte(fmt.Sprintf(
				"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: cr-%d, uid: u%d}, rules: [{apiGroups: [\"\"], resources: [pods, secrets, nodes], verbs: [get, v%d]}]}", n%3, i, random.IntN(3))))...)
		default:
			session.Apply(viewtest.Objects(t, []byte(fmt.Sprintf(
				"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: rb-%d, namespace: shop, uid: u%d}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cr-%d}, subjects: [%s]}", n, i, n%3, subject)))...)
		}
		old.refresh()
		if i%10 != 0 {
			continue
		}
		fresh := on(session, t, 160, 40)
		for _, who := range []string{"sa:shop/web", "group:dev", "sa:data/operator"} {
			old.reveal(who)
			fresh.reveal(who)
			for range 3 {
				a, b := old.rows(), fresh.rows()
				slices.Sort(a)
				slices.Sort(b)
				if strings.Join(a, "\n") != strings.Join(b, "\n") {
					t.Fatalf("change %d, %s: shown are\n%s\nwant\n%s", i, who, strings.Join(a, "\n"), strings.Join(b, "\n"))
				}
				old.press(keys.NextPane)
				fresh.press(keys.NextPane)
			}
		}
	}
}

// TestNothingIsMadeForNothing holds that a report in which RBAC is as it was changes nothing that is drawn.
func TestNothingIsMadeForNothing(t *testing.T) {
	session := viewtest.Cluster(t)
	s := on(session, t, 160, 40)
	before := s.View()
	for range 5 {
		session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}"))...)
		s.refresh()
		session.Delete(ref("ConfigMap", "shop", "a"))
		s.refresh()
	}
	if s.View() != before {
		t.Error("the screen has changed")
	}
}

// TestNewRowsGlow holds that a new subject is told apart for a moment.
func TestNewRowsGlow(t *testing.T) {
	session := viewtest.Cluster(t)
	s := on(session, t, 160, 40)
	s.shared.Glow = true
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: ServiceAccount, metadata: {name: newcomer, namespace: shop}}"))...)
	s.refresh()
	s.has("+      sa:shop/newcomer")
	if len(s.ticks) != 1 {
		t.Fatalf("%d commands wait for the clock", len(s.ticks))
	}
	msg := s.ticks[0]().(view.For)
	s.run(s.Update(msg.Msg))
	s.has("sa:shop/newcomer")
	s.lacks("+      sa:shop/newcomer")
}
