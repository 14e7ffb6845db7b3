package ui

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestAccess goes from what runs, from a binding and from an account to what RBAC grants.
func TestAccess(t *testing.T) {
	s := newScreen(t, Options{Width: 160, Height: 40}, viewtest.Cluster(t))
	web := model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"a finding on a Deployment": {[]string{"2", "/", "object:shop/Deployment/web", "enter", "a"}, "sa:shop/web is named by 1 binding"},
		"a pod":                     {[]string{"0", "/", "debug-x9", "enter", "a"}, "sa:data/default is named by no binding"},
		"a binding":                 {[]string{"2", "/", "object:data/RoleBinding/exec", "enter", "enter", "a"}, "RoleBinding data/exec gives Role data/exec to 1 subject"},
		"a role":                    {[]string{":", "go data/Role/deployer", "enter", "a"}, "Role data/deployer is bound nowhere"},
		"an account":                {[]string{":", "go shop/ServiceAccount/web", "enter", "a"}, "sa:shop/web is named by 1 binding"},
		"a subject by its name":     {[]string{":", "subject user:alice", "enter"}, "user:alice is named by 1 binding"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.press(c.keys...)
			if s.on() != view.RBAC {
				t.Fatalf("on %s", s.on())
			}
			s.has(c.want)
			s.press("esc", "esc", "esc", "1")
		})
	}
	s.t = t
	s.press(":", "go Node/n1", "enter", "a")
	s.has("access: RBAC grants nothing to a Node, or through it")
	s.press(":", "go shop/Deployment/nope", "enter", "a")
	s.has("was not seen, so nobody knows as which account it runs")
	s.press(":", "subject nobody", "enter")
	s.has("want sa:NAMESPACE/NAME")
	// What was selected can be come back to.
	s.press(":", "subject sa:shop/web", "enter", "m", "1", "'", "enter")
	if got := s.root.top().Subject().Object; got != model.KindByName("ServiceAccount").Ref("shop", "web") {
		t.Errorf("the bookmark leads to %s", got)
	}
	if p := (view.Place{Screen: view.RBAC, Subject: web}); p.String() != "rbac sa:shop/web" {
		t.Errorf("the place is written %q", p)
	}
}

// TestWhoCanIsAsked types a question with the help of completion, by keys and on the command line.
func TestWhoCanIsAsked(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("3", "A", "imp")
	s.has("who can: imp", "impersonate", "act as another user, group or account", "tab complete")
	s.press("tab", "serv", "tab")
	s.has("who can: impersonate serviceaccounts")
	s.press("down", "up", "-n d", "tab", "enter")
	if p := s.root.top().Place(); p.Screen != view.WhoCan || p.Query != "impersonate serviceaccounts -n data" {
		t.Fatalf("at %+v", p)
	}
	s.has("sa:data/operator")
	s.press("esc")
	if s.on() != view.RBAC {
		t.Errorf("esc leads to %s", s.on())
	}
	s.press("A", "get", "enter")
	s.has("who can: a verb and a resource are wanted")
	s.press("1", ":", "who-can get secrets -n shop", "enter")
	s.has("get secrets in namespace shop")
	s.press(":")
	if first := s.root.chooser.items[0].Text; first != "who-can get secrets -n shop" {
		t.Errorf("the palette begins with %q", first)
	}
}

// TestPanesAreLeftByEscape holds that esc goes out of a pane before it leaves a screen, and takes filters and marks first.
func TestPanesAreLeftByEscape(t *testing.T) {
	s := newScreen(t, Options{Width: 160, Height: 40}, viewtest.Cluster(t))
	s.press("3", "j", "j", "enter", "enter")
	s.has("through RoleBinding data/exec")
	s.press("/", "pods", "enter", "space")
	s.has("filter: pods", "1 marked")
	s.press("esc")
	s.lacks("filter:")
	s.press("esc")
	s.lacks("marked")
	s.press("esc")
	s.has("what it can do")
	s.lacks("through RoleBinding")
	s.press("esc")
	if c := s.root.top().Crumbs(); strings.Join(c, " ") != "rbac" {
		t.Errorf("the crumbs are %q", c)
	}
	s.press("esc")
	if s.on() != view.RBAC {
		t.Errorf("esc leads to %s", s.on())
	}
}
