package rbac_test

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

func TestWhoCan(t *testing.T) {
	session := viewtest.Cluster(t)
	look := shared(session)
	for _, c := range []struct {
		query string
		has   []string
	}{
		{"get secrets -n shop", []string{"get secrets in namespace shop: 1 account, 1 group and 0 users may", "sa:data/operator", "group:system:masters", "For objects of certain names only: sa:shop/web"}},
		{"get secrets web-tls -n shop", []string{"get secrets named web-tls in namespace shop: 2 accounts", "sa:shop/web", "shop/deployer"}},
		{"who can create pods/exec", []string{"create pods/exec in any namespace", "group:system:serviceaccounts", "5 accounts"}},
		{"get pods --namespace=data", []string{"group:dev", "data/readers"}},
		{"get pods -A", []string{"user:alice", "shop/readers"}},
		{"get deploy", []string{"no such resource: deploy"}},
		{"get Deployment", []string{"get deployments.apps in any namespace"}},
		{"get /metrics", []string{"get /metrics: 1 account"}},
		{"GET pods", []string{"verbs are written in lower case"}},
		{"list nodes -n shop", []string{"nodes belong to no namespace: shop is ignored"}},
		{"get", []string{"a verb and a resource are wanted"}},
		{"get pods a b", []string{"at the most one name"}},
		{"get pods -x", []string{"-x is not known here"}},
		{"get pods -n", []string{"-n wants a namespace"}},
	} {
		t.Run(c.query, func(t *testing.T) {
			show(session, t, look, rbac.NewWhoCan(look, &rbac.Keeper{}, c.query), 160, 40).has(c.has...)
		})
	}
}

func TestWhoCanLeadsToTheSubject(t *testing.T) {
	s := open(t, 120, 35)
	w := show(s.session, t, s.shared, rbac.NewWhoCan(s.shared, &rbac.Keeper{}, "get secrets -n shop"), 120, 35)
	if f := w.Subject().Finding(); f == nil || f.Rule.ID != "LP01" {
		t.Errorf("the finding is %v", f)
	}
	w.press(keys.Open)
	if names := w.follow().Subject().Names; len(names) != 1 || names[0] != "sa:data/operator" {
		t.Errorf("at %v", names)
	}
	w.press(keys.WhoCan)
	ask := w.asked[len(w.asked)-1].(view.Ask)
	if ask.Value != "get secrets -n shop" {
		t.Errorf("the line begins with %q", ask.Value)
	}
}

// TestCompletion types a question word by word.
func TestCompletion(t *testing.T) {
	s := open(t, 120, 35)
	s.press(keys.WhoCan)
	ask := s.asked[len(s.asked)-1].(view.Ask)
	for _, c := range []struct {
		typed string
		// first is how the first offer goes on; "" for no offer.
		first string
		also  []string
	}{
		{"", "get ", []string{"impersonate ", "escalate "}},
		{"es", "escalate ", nil},
		{"get sec", "get secrets ", nil},
		{"get ", "get ", []string{"get deployments.apps ", "get pods/log "}},
		{"create pods/ex", "create pods/exec ", nil},
		{"get secrets ", "get secrets -n ", nil},
		{"get secrets -n s", "get secrets -n shop", nil},
		{"get secrets -n ", "get secrets -n a-namespace-with-a-name-of-forty-letters", []string{"get secrets -n data"}},
		{"get secrets db -n shop x", "", nil},
		{"impersonate serv", "impersonate serviceaccounts ", nil},
	} {
		offers := ask.Complete(c.typed)
		var lines []string
		for _, o := range offers {
			lines = append(lines, o.Line)
		}
		switch {
		case c.first == "" && len(lines) > 0:
			t.Errorf("%q: offered %q", c.typed, lines)
		case c.first != "" && (len(lines) == 0 || !strings.HasPrefix(lines[0], c.first)):
			t.Errorf("%q: offered %q, want %q first", c.typed, lines, c.first)
		}
		for _, want := range c.also {
			if !strings.Contains("\n"+strings.Join(lines, "\n")+"\n", "\n"+want+"\n") {
				t.Errorf("%q: offered %q, want %q among them", c.typed, lines, want)
			}
		}
	}
	if note := ask.Done("get")().(view.Note); !note.Bad {
		t.Errorf("half a question: %+v", note)
	}
	if p := ask.Done("  get   pods  -n shop ")().(view.Go).Place; p.Query != "get pods -n shop" {
		t.Errorf("asked %q", p.Query)
	}
}
