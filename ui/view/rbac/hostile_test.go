package rbac_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

// put makes the cluster hold objects that no server would take.
func put(t testing.TB, s *viewtest.Session, objects ...runtime.Object) {
	t.Helper()
	for _, o := range objects {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		s.Change(model.Put(r))
	}
	s.Apply()
}

// TestHostileNames goes through all screens with names that carry escape sequences, and that are very long.
func TestHostileNames(t *testing.T) {
	const evil = "\x1b[31m\x1b]0;owned\x07\u202e\u200b\xffx, -n \"y\\"
	long := strings.Repeat(evil, 4000)
	session := viewtest.Cluster(t)
	rules := []rbacv1.PolicyRule{
		{Verbs: []string{evil, "get", long}, APIGroups: []string{"", evil}, Resources: []string{"pods/exec", evil, "*/" + evil}, ResourceNames: []string{evil, ""}},
		{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}},
		{Verbs: []string{evil}, NonResourceURLs: []string{evil, "/" + long + "*"}},
	}
	role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: evil}
	named := []rbacv1.Subject{
		{Kind: "User", Name: evil}, {Kind: "Group", Name: long}, {Kind: "ServiceAccount", Namespace: evil, Name: evil}, {Kind: evil, Name: evil},
		{Kind: "User", Name: "system:serviceaccount:" + evil + ":" + evil},
	}
	put(t, session,
		&rbacv1.ClusterRole{TypeMeta: kind("ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: evil, Annotations: map[string]string{"meta.helm.sh/release-name": evil}, Labels: map[string]string{"app.kubernetes.io/managed-by": evil}}, Rules: rules},
		&rbacv1.ClusterRoleBinding{TypeMeta: kind("ClusterRoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: evil, Labels: map[string]string{"app.kubernetes.io/managed-by": long}}, RoleRef: role, Subjects: named},
		&rbacv1.RoleBinding{TypeMeta: kind("RoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: long, Namespace: evil}, RoleRef: role, Subjects: named},
		&corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: metav1.ObjectMeta{Name: evil, Namespace: evil}},
	)
	who := model.Subject{Kind: model.UserSubject, Name: evil}
	look := shared(session)
	main := on(session, t, 160, 40)
	for range modes {
		main.run(main.Screen.(view.Filtered).SetFilter("owned"))
		for range 3 {
			harmless(t, main, 160, 40)
			main.press(keys.NextPane)
		}
		main.run(main.Screen.(view.Filtered).SetFilter(""))
		main.press(keys.Turn)
	}
	main.run(main.Screen.(*rbac.Screen).Reveal(who, model.Ref{}))
	main.press(keys.Expand, keys.NextPane, keys.NextPane)
	harmless(t, main, 160, 40)
	for range len(main.rows()) {
		main.press(keys.Open, keys.Down)
		if len(main.asked) > 6 {
			break
		}
	}
	for _, msg := range main.asked {
		p := msg.(view.Go).Place
		s := show(session, t, look, rbac.NewGrants(look, &rbac.Keeper{}, p), 120, 35)
		harmless(t, s, 120, 35)
		s.lacks("may not do this any more")
	}
	for _, screen := range []view.Screen{
		rbac.NewMatrix(look, &rbac.Keeper{}, who), rbac.NewPicture(look, &rbac.Keeper{}, who), rbac.NewDifference(look, &rbac.Keeper{}, who, model.Subject{Kind: model.GroupSubject, Name: long}), rbac.NewWhoCan(look, &rbac.Keeper{}, "get pods"), rbac.NewWhoCan(look, &rbac.Keeper{}, evil+" "+evil),
	} {
		s := show(session, t, look, screen, 100, 30)
		for range 4 {
			harmless(t, s, 100, 30)
			if s.Can(keys.Down).OK() {
				s.press(keys.Down)
			}
		}
	}
	main.press(keys.WhoCan)
	for _, o := range main.asked[len(main.asked)-1].(view.Ask).Complete("get pods -n ") {
		_ = o // The program cleans what it shows and takes.
	}
}

func kind(name string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: name}
}

const modes = 3

func harmless(t *testing.T, s *stage, width, height int) {
	t.Helper()
	drawn := s.View()
	viewtest.Exact(t, drawn, width, height)
	for _, r := range ansi.Strip(drawn) {
		if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Fatalf("%U is drawn", r)
		}
	}
	if strings.Contains(drawn, "\x1b]") || strings.Contains(drawn, "\x1b[31m\x1b") {
		t.Fatal("a raw sequence is drawn")
	}
}

// TestSizesAndLooks draws all screens at all sizes, before anything is known and after.
func TestSizesAndLooks(t *testing.T) {
	session := viewtest.Cluster(t)
	look := shared(session)
	web := model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}
	for _, make := range []func() view.Screen{
		func() view.Screen { return rbac.New(look, &rbac.Keeper{}) },
		func() view.Screen { return rbac.NewMatrix(look, &rbac.Keeper{}, web) },
		func() view.Screen { return rbac.NewPicture(look, &rbac.Keeper{}, web) },
		func() view.Screen {
			return rbac.NewDifference(look, &rbac.Keeper{}, web, model.Subject{Kind: model.GroupSubject, Name: "dev"})
		},
		func() view.Screen { return rbac.NewWhoCan(look, &rbac.Keeper{}, "get pods") },
		func() view.Screen {
			return rbac.NewGrants(look, &rbac.Keeper{}, view.Place{Screen: view.Grants, Subject: web, Query: "pods -n data"})
		},
	} {
		bare := make()
		bare.Resize(90, 20)
		viewtest.Exact(t, bare.View(), 90, 20)
		s := show(session, t, look, make(), 120, 35)
		for _, pane := range []keys.Action{keys.NextPane, keys.NextPane} {
			for width := 1; width <= 220; width += 7 {
				for height := 1; height <= 60; height += 3 {
					s.Resize(width, height)
					viewtest.Exact(t, s.View(), width, height)
				}
			}
			if s.Can(pane).OK() {
				s.press(pane)
			}
		}
		ascii := *look
		ascii.Glyphs, ascii.Theme = theme.NewGlyphs(true), theme.New(theme.Options{NoColor: true})
		*look, ascii = ascii, *look
		s.Restyle()
		s.refresh()
		s.Resize(120, 35)
		s.run(s.Show(view.NewSnapshot().Next(session.Report(), nil)))
		for _, r := range s.text() {
			if r > '~' {
				t.Fatalf("%q in ASCII:\n%s", r, s.text())
			}
		}
		*look = ascii
	}
}
