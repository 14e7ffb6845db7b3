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

func TestTheWorstComesFirst(t *testing.T) {
	s := open(t, 160, 40)
	var names []string
	for _, l := range s.rows() {
		names = append(names, strings.Split(l, "\t")[1])
	}
	if got := strings.Join(names[:4], " "); got != "sa:data/operator group:system:serviceaccounts sa:shop/web sa:shop/nobody" {
		t.Errorf("the list begins with %s", got)
	}
	s.has("C LP01 Control of the cluster given away (ClusterRoleBinding operator)", "RBAC alone is read")
	s.press(keys.NextPane, keys.NextPane)
	s.has("do everything (*) with every resource (*) in the whole cluster", "through ClusterRoleBinding operator")
}

// TestDrill goes from a subject through a binding to a rule, and back.
func TestDrill(t *testing.T) {
	s := open(t, 160, 40)
	s.reveal("sa:shop/web")
	s.has("Running as it: Deployment web (2 pods)", "Always in system:serviceaccounts, system:serviceaccounts:shop, system:authenticated")
	s.press(keys.Open)
	s.has("granted to sa:shop/web", "all accounts", "RoleBinding data/exec gives Role data/exec to group:system:serviceaccounts (subject 0), to which sa:shop/web belongs, in namespace data")
	if o := s.Subject().Object; o != ref("RoleBinding", "data", "exec") {
		t.Errorf("the object is %s", o)
	}
	if f := s.Subject().Finding(); f == nil || f.Rule.ID != "LP09" {
		t.Errorf("the finding is %v", f)
	}
	s.press(keys.Open)
	s.has("through RoleBinding data/exec", "pods/exec")
	s.lacks("deployments.apps")
	main := s.Screen.(*rbac.Screen)
	s.press(keys.Open)
	proof := s.follow()
	proof.has("sa:shop/web may create pods/exec in data. This one grant is all that it rests on.", "subjects[0]: group:system:serviceaccounts", "in it is every",
		"rules[0] of Role data/exec", "W-07 Run commands in a pod", "# the rule", "# the subject", "# the role")
	if !main.Deep() {
		t.Fatal("there is no way back")
	}
	s.run(main.Up())
	s.has("deployments.apps")
	s.run(main.Up())
	if main.Deep() {
		t.Error("the first pane has one before it")
	}
}

// TestOtherWay goes from a role to its bindings, and to who holds it.
func TestOtherWay(t *testing.T) {
	s := open(t, 160, 40)
	s.press(keys.Turn)
	s.run(s.Screen.(view.Filtered).SetFilter("note:its"))
	s.has("RoleBinding shop/left-over gives Role shop/gone to 1 subject (its role does not exist)")
	s.run(s.Screen.(view.Filtered).SetFilter(""))
	s.press(keys.Turn)
	s.run(s.Screen.(*rbac.Screen).Reveal(model.Subject{}, ref("ClusterRole", "", "reader")))
	s.has("holders of reader", "ClusterRole reader is bound twice, for data, shop", "group:dev", "user:alice", "deployments.apps")
	s.press(keys.Open)
	if rows := s.rows(); len(rows) != 3 {
		t.Errorf("held by %q", rows)
	}
	s.press(keys.Access)
	s.has("RoleBinding data/readers gives ClusterRole reader to 1 subject, in namespace data")
	s.press(keys.Access)
	s.has("ClusterRole reader is bound twice")
	s.press(keys.Open, keys.Down, keys.Open)
	if names := s.Subject().Names; len(names) != 1 || names[0] != "group:dev" {
		t.Errorf("at %v", names)
	}
}

func TestDangling(t *testing.T) {
	s := open(t, 160, 40)
	s.reveal("sa:shop/nobody")
	s.has("sa:shop/nobody (no such account) is named by 1 binding", "Nothing that was seen runs as it")
	s.press(keys.Open, keys.Down)
	s.has("RoleBinding shop/left-over gives Role shop/gone", "the role does not exist")
}

func TestMastersPassAll(t *testing.T) {
	s := open(t, 160, 40)
	s.reveal("group:system:masters")
	s.has("no authorizer is asked, and no binding takes it away", "stock")
}

func TestWildcardsApart(t *testing.T) {
	s := open(t, 160, 40)
	before := len(s.rights())
	s.press(keys.Expand)
	s.has("wildcards apart")
	s.press(keys.NextPane, keys.NextPane)
	after := s.rows()
	if len(after) < 10*before {
		t.Errorf("%d rows, and %d with wildcards apart", before, len(after))
	}
	s.run(s.Screen.(view.Filtered).SetFilter("resource:nodes/proxy"))
	s.has("nodes/proxy")
	s.press(keys.Open)
	s.follow().has("sa:data/operator may ", "nodes/proxy", "ClusterRoleBinding operator", "rules[0] of ClusterRole cluster-admin")
	s.run(s.Screen.(view.Filtered).SetFilter(""))
	s.press(keys.Expand)
	if got := len(s.rows()); got != before {
		t.Errorf("%d rows, before %d", got, before)
	}
}

// TestFiltersArePerPane holds that a filter is about the pane that has the focus.
func TestFiltersArePerPane(t *testing.T) {
	s := open(t, 160, 40)
	f := s.Screen.(view.Filtered)
	s.run(f.SetFilter("kind:group"))
	if rows := s.rows(); len(rows) != 4 {
		t.Errorf("groups: %q", rows)
	}
	s.press(keys.NextPane)
	if f.Filter() != "" {
		t.Errorf("the second pane has the filter %q", f.Filter())
	}
	s.run(f.SetFilter("nothing-like-that"))
	s.has("nothing passes the filter")
	s.run(f.SetFilter("bogus:x"))
	if p := f.FilterProblem(); !strings.Contains(p, "bogus") {
		t.Errorf("the problem is %q", p)
	}
	s.run(f.SetFilter(""))
	s.press(keys.PrevPane)
	s.run(f.SetFilter("sev:>=high"))
	if rows := s.rows(); len(rows) != 2 {
		t.Errorf("high: %q", rows)
	}
	s.run(f.SetFilter("ns:shop"))
	s.has("sa:shop/web")
	s.lacks("sa:data/operator")
}

func TestDifferenceOfTwoMarked(t *testing.T) {
	s := open(t, 160, 40)
	if o := s.Can(keys.Difference); o.OK() || !strings.Contains(o.Why, "mark one subject") {
		t.Errorf("difference: %+v", o)
	}
	s.reveal("sa:shop/web")
	s.press(keys.Mark)
	s.run(s.Screen.(*rbac.Screen).Reveal(model.Subject{Kind: model.GroupSubject, Name: "dev"}, model.Ref{}))
	// One is marked, the other selected; then both are marked.
	s.press(keys.Difference, keys.Mark, keys.Difference)
	if a, b := s.asked[0].(view.Go).Place, s.asked[1].(view.Go).Place; a.Subject.Name != "web" || a.Other.Name != "dev" || b.Subject == b.Other {
		t.Errorf("asked for %v and %v", a, b)
	}
	d := s.follow()
	d.has("only group:dev", "only sa:shop/web", "8 are common to both", "data, shop")
	d.press(keys.Last, keys.Open)
	d.follow().has("sa:shop/web may get secrets named web-tls in shop")
}

func TestMatrix(t *testing.T) {
	s := open(t, 160, 40)
	s.reveal("sa:shop/web")
	s.press(keys.Matrix)
	m := s.follow()
	rows := m.rows()
	want := []string{
		"the whole cluster\t·\t·\t·\t3\t·\t·\t·\t",
		"data\t1\t1\t·\t1\t·\t·\t·\t",
		"shop\t1+1\t1\t1\t1\t1\t1\t·\t",
	}
	if strings.Join(rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("the matrix is\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	m.press(keys.Last)
	m.has("In namespace shop", "secrets named web-tls  get  S-01", "and what it may do in the whole cluster")
	s.reveal("sa:data/operator")
	s.press(keys.Matrix)
	s.follow().has("the whole cluster" + strings.Repeat(" all", 7))
}

func TestPicture(t *testing.T) {
	s := open(t, 160, 40)
	s.reveal("sa:shop/web")
	s.press(keys.Picture)
	p := s.follow()
	p.has("│ sa:shop/web", "├─│ system:serviceaccounts", "│ data/exec", "W-07 pods/exec: create", "└─│ system:authenticated", "RoleBinding, Helm")
	p.press(keys.Copy)
	if c := p.asked[len(p.asked)-1].(view.Copy); !strings.Contains(c.Text, "system:serviceaccounts") {
		t.Errorf("copied %q", c.Text)
	}
	p.press(keys.Access)
	if p.follow(); p.asked[len(p.asked)-1].(view.Go).Place.Subject.Name != "web" {
		t.Error("access does not lead to the subject")
	}
}

func TestMouse(t *testing.T) {
	s := open(t, 160, 40)
	at := func(word string) (x, y int) {
		for y, l := range s.lines() {
			if i := strings.Index(l, word); i >= 0 {
				return len([]rune(l[:i])), y
			}
		}
		t.Fatalf("no %q", word)
		return 0, 0
	}
	x, y := at("sa:shop/web")
	s.run(s.Click(x, y))
	if names := s.Subject().Names; names[0] != "sa:shop/web" {
		t.Errorf("the click selects %v", names)
	}
	x, y = at("shop/dep")
	s.run(s.Click(x, y))
	s.has("RoleBinding shop/deployer gives Role shop/deployer to sa:shop/web")
	s.run(s.Click(x, y))
	s.has("through RoleBinding shop/deployer")
	x, y = at("RESOURCE")
	s.run(s.Click(x, y))
	s.has("RESOURCE▲")
	s.Wheel(100, 10, 3)
	s.Wheel(5, 10, -3)
}

func TestNamespacesLimitTheList(t *testing.T) {
	s := open(t, 160, 40)
	s.run(s.Show(view.NewSnapshot().Next(s.session.Report(), view.NewNamespaces([]string{"shop"}))))
	s.has("sa:shop/web", "group:dev", "user:alice")
	if !strings.HasSuffix(s.Aside(), " in shop") {
		t.Errorf("aside: %q", s.Aside())
	}
	s.lacks("sa:data/operator", "sa:data/default")
	s.reveal("sa:shop/web")
	// What one subject may do is told whole.
	s.has("pods/exec")
}

// TestEscalateIsMarked holds that a step of an attack which wants two permissions is marked.
func TestEscalateIsMarked(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Apply(viewtest.Objects(t, []byte(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: climber, namespace: shop}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, update, escalate]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: climber, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: climber}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: mallory}]
`))...)
	s := on(session, t, 160, 40)
	s.reveal("user:mallory")
	s.press(keys.NextPane, keys.NextPane)
	if row := s.rows()[0]; !strings.Contains(row, "roles.rbac.authorization.k8s.io") || !strings.Contains(row, "R-04") {
		t.Errorf("the first row is %q", row)
	}
	s.press(keys.Explain)
	if p := s.asked[len(s.asked)-1].(view.Go).Place; p.Screen != view.Explain || p.Rule != "LP08" {
		t.Errorf("explain leads to %+v", p)
	}
}
