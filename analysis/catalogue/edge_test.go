package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"canopy/model"
)

func edges(t *testing.T) []*model.Edge {
	t.Helper()
	all, err := Edges()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEdges(t *testing.T) {
	var want, takeover []string
	for _, series := range []struct {
		letter string
		last   int
	}{{"A", 14}, {"D", 12}, {"E", 17}, {"I", 10}, {"K", 6}, {"M", 3}, {"N", 6}, {"R", 6}, {"S", 9}, {"W", 14}} {
		for i := 1; i <= series.last; i++ {
			want = append(want, fmt.Sprintf("%s-%02d", series.letter, i))
		}
	}
	var got []string
	for _, e := range edges(t) {
		got = append(got, e.ID)
		if e.Takeover {
			takeover = append(takeover, e.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if want := strings.Fields("A-01 A-03 A-06 D-02 M-01 M-02 N-01 N-02 R-01 R-02 R-05 S-03 S-05 W-01 W-02 W-03 W-04"); !slices.Equal(takeover, want) {
		t.Errorf("takeover: got %v\nwant %v", takeover, want)
	}
}

func TestEdgeTextsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, e := range edges(t) {
		for _, text := range []string{e.Title, e.Condition, e.Attack, e.Defence, e.Remedy} {
			if other := seen[text]; other != "" {
				t.Errorf("%s and %s both say %q", other, e.ID, text)
			}
			seen[text] = e.ID
			if strings.TrimSpace(text) != text {
				t.Errorf("%s: %q has space around it", e.ID, text)
			}
		}
	}
}

// TestEdgesShow holds that a rule of privileges rests on edges, but for those that an analyser judges by itself.
func TestEdgesShow(t *testing.T) {
	rules, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, e := range edges(t) {
		if len(e.Ways) > 0 {
			shown[e.Rule] = true
		}
	}
	for i := 1; i <= 34; i++ {
		id := fmt.Sprintf("LP%02d", i)
		coded := i <= 5 || i >= 21 && i <= 28
		switch {
		case rules[id] == nil:
			t.Errorf("%s is missing", id)
		case rules[id].Theme != "least-privilege":
			t.Errorf("%s is of theme %s", id, rules[id].Theme)
		case shown[id] == coded:
			t.Errorf("%s: shown by an edge: %t, judged by itself: %t", id, shown[id], coded)
		}
	}
}

// TestWays holds the edges whose preconditions are the easiest to get wrong.
func TestWays(t *testing.T) {
	all := map[string]*model.Edge{}
	for _, e := range edges(t) {
		all[e.ID] = e
	}
	for _, tt := range []struct{ id, want string }{
		{"S-01", "get secrets|patch,delete secrets"},
		{"S-05", "create serviceaccounts/token"},
		{"M-02", "impersonate users cl|impersonate groups cl + impersonate users cl|impersonate groups cl + impersonate serviceaccounts"},
		{"R-01", "create,update,patch rolebindings + bind clusterroles|create,update,patch rolebindings + bind roles|create,update,patch rolebindings limited"},
		{"R-02", "create,update,patch clusterrolebindings cl + bind clusterroles cl|create,update,patch clusterrolebindings cl limited"},
		{"R-05", "escalate clusterroles cl + update,patch clusterroles cl"},
		{"W-07", "create pods/exec|get pods/exec <35"},
		{"N-01", "get nodes/proxy cl"},
		{"A-06", "create mutatingadmissionpolicies cl + create,update,patch mutatingadmissionpolicybindings cl >=36|update,patch mutatingadmissionpolicies cl >=36"},
		{"A-11", "update,patch namespaces"},
		{"A-12", "create persistentvolumes cl + create persistentvolumeclaims + create pods|create persistentvolumes cl + create persistentvolumeclaims + create,update,patch replicationcontrollers|" +
			"create persistentvolumes cl + create persistentvolumeclaims + create,update,patch daemonsets,deployments,replicasets,statefulsets|" +
			"create persistentvolumes cl + create persistentvolumeclaims + create jobs|create persistentvolumes cl + create persistentvolumeclaims + create,update,patch cronjobs|" +
			"create persistentvolumes cl idle"},
		{"A-14", "use securitycontextconstraints served + create pods|use securitycontextconstraints served + create,update,patch daemonsets,deployments,replicasets,statefulsets|" +
			"use securitycontextconstraints served + create jobs|use securitycontextconstraints served + create,update,patch cronjobs|" +
			"use securitycontextconstraints served + create,update,patch replicationcontrollers|use securitycontextconstraints served idle"},
		{"D-11", "delete,deletecollection persistentvolumeclaims,pods,replicationcontrollers,secrets|delete,deletecollection daemonsets,deployments,replicasets,statefulsets|" +
			"delete,deletecollection cronjobs,jobs|delete namespaces|delete,deletecollection nodes,persistentvolumes cl"},
	} {
		var ways []string
		for i := range all[tt.id].Ways {
			ways = append(ways, spell(&all[tt.id].Ways[i]))
		}
		if got := strings.Join(ways, "|"); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.id, got, tt.want)
		}
	}
}

// spell writes a way in short; cl marks what a RoleBinding does not give.
func spell(w *model.Way) string {
	var needs []string
	for i, n := range w.Needs {
		s := strings.Join(n.Verbs, ",") + " " + strings.Join(n.Resources, ",")
		if w.Cluster(i) {
			s += " cl"
		}
		if n.Served {
			s += " served"
		}
		needs = append(needs, s)
	}
	s := strings.Join(needs, " + ")
	if w.Limited {
		s += " limited"
	}
	if w.Idle {
		s += " idle"
	}
	if w.Since > 0 {
		s += fmt.Sprintf(" >=%d", w.Since)
	}
	if w.Before > 0 {
		s += fmt.Sprintf(" <%d", w.Before)
	}
	return s
}

func TestEdgesRefuse(t *testing.T) {
	const good = `- {id: X-01, title: t, from: identity, to: pod, scope: namespace, class: grant, takeover: true, leads: pods, cost: 2, rule: LP01, condition: c, attack: a,
  defence: d, remedy: r, mitre: [], ms: [], ways: [{since: 30, before: 35, admission: "", namespaces: [kube-system], needs: [
  {verbs: [get], group: "", resources: [pods, pods/exec], names: [web]}]}]}
`
	rules := Set{"LP01": {ID: "LP01"}}
	for _, tt := range []struct{ name, from, to, want string }{
		{"a good edge", "", "", ""},
		{"a bad id", "X-01", "X01", "id"},
		{"an empty text", "attack: a", "attack: ''", "attack is missing"},
		{"a long title", "title: t", "title: a title that has more than 40 characters and is too long", "40 characters"},
		{"an unknown start", "from: identity", "from: somewhere", "from"},
		{"an unknown end", "to: pod", "to: somewhere", "to \"somewhere\""},
		{"an unknown scope", "scope: namespace", "scope: world", "scope"},
		{"an unknown class", "class: grant", "class: rights", "class"},
		{"no end in the graph", "leads: pods, ", "", "leads"},
		{"an unknown end in the graph", "leads: pods", "leads: somewhere", "leads"},
		{"a takeover of nothing", "leads: pods", "leads: impact", "impact alone"},
		{"no cost", "cost: 2, ", "", "cost"},
		{"a cost too high", "cost: 2", "cost: 6", "cost"},
		{"an unknown rule", "rule: LP01", "rule: LP99", "LP99"},
		{"ways without a rule", "rule: LP01", "rule: ''", "rule is missing"},
		{"an unknown field", "title: t,", "title: t, colour: red,", "colour"},
		{"an unknown admission", `admission: ""`, "admission: luck", "admission"},
		{"bounds that never hold", "since: 30", "since: 35", "never open"},
		{"a bound that is no minor version", "before: 35", "before: 135", "minor version"},
		{"a namespace without a name", "[kube-system]", "['']", "namespace without a name"},
		{"no needs", "needs: [\n  {verbs: [get], group: \"\", resources: [pods, pods/exec], names: [web]}]", "needs: []", "needs nothing"},
		{"no verbs", "verbs: [get]", "verbs: []", "verbs and resources"},
		{"a wildcard verb", "verbs: [get]", "verbs: ['*']", "wildcard"},
		{"a verb in upper case", "verbs: [get]", "verbs: [GET]", "lower case"},
		{"no resources", "resources: [pods, pods/exec]", "resources: []", "verbs and resources"},
		{"a wildcard resource", "pods/exec", "pods/*", "wildcard"},
		{"a wildcard group with a resource", `group: ""`, "group: '*'", "no other"},
		{"an object without a name", "[web]", "['']", "object without a name"},
		{"resources of two scopes", "pods/exec", "nodes", "differ in scope"},
		{"a scope that is too wide", "scope: namespace", "scope: cluster", "scope is not cluster"},
		{"a scope that is too narrow", "namespaces: [kube-system], needs: [\n  {verbs: [get], group: \"\", resources: [pods, pods/exec]", "needs: [\n  {verbs: [get], group: \"\", resources: [nodes]", "scope is cluster"},
		{"a namespace for what is in none", "resources: [pods, pods/exec]", "resources: [nodes]", "cannot be limited"},
		{"a bad technique", "mitre: []", "mitre: [1611]", "mitre"},
		{"a technique of Microsoft that is none", "ms: []", "ms: [MS-9011]", "ms"},
		{"techniques left out", "mitre: [], ", "", "mitre is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.from) {
				t.Fatalf("%q is not in the good edge", tt.from)
			}
			refuses(t, strings.Replace(good, tt.from, tt.to, 1), rules, tt.want)
		})
	}
	start, _, _ := strings.Cut(good, ", ways")
	t.Run("an end in the graph without a way", func(t *testing.T) { refuses(t, start+"}\n", rules, "without a way") })
	start = strings.Replace(start, "leads: pods, ", "", 1)
	t.Run("takeover without a way", func(t *testing.T) { refuses(t, start+"}\n", rules, "takeover without a way") })
	t.Run("an edge twice", func(t *testing.T) { refuses(t, good+good, rules, "twice") })
	t.Run("a title twice", func(t *testing.T) { refuses(t, good+strings.Replace(good, "X-01", "X-02", 1), rules, "title of X-01") })
	t.Run("an empty edge", func(t *testing.T) { refuses(t, "-\n", rules, "empty") })
}

func refuses(t *testing.T, text string, rules Set, want string) {
	t.Helper()
	_, err := loadEdges(fstest.MapFS{"edges/a.yaml": {Data: []byte(text)}}, rules)
	switch {
	case want == "" && err != nil:
		t.Fatal(err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Fatalf("got %v, want an error about %q", err, want)
	}
}
