package remedy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

func editable(t *testing.T) *Fix {
	t.Helper()
	tpl := good()
	tpl.Spec.HostPID = true
	tpl.Spec.ServiceAccountName = ""
	return fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS02", ref("Deployment", "web")), finding("LP21", ref("Deployment", "web")))
}

func TestEditTakesWhatFits(t *testing.T) {
	fix := editable(t)
	text := strings.Replace(string(fix.Documents[1].YAML), "      hostPID: null\n", "      hostPID: null # as the runbook says\n      hostIPC: null\n", 1)
	next, err := fix.Edit(1, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d := &next.Documents[1]
	if !strings.Contains(string(d.YAML), "# as the runbook says") || !strings.Contains(string(d.Step.Body), `"hostIPC":null`) || !d.Edited || len(d.Closes) != 0 {
		t.Errorf("%+v\n%s", d.Closes, d.YAML)
	}
	if string(next.Plan.Steps[1].Body) != string(d.Step.Body) || string(fix.Plan.Steps[1].Body) == string(d.Step.Body) || len(fix.Documents[1].Closes) != 2 {
		t.Error("the plan is not that of the documents, or the first fix has changed")
	}
	for _, id := range fix.Documents[1].Closes {
		if !slices.ContainsFunc(next.Notes, func(n Note) bool { return n.Finding == id && strings.Contains(n.Reason, "document 2 was edited") }) || !slices.Contains(next.Findings(), id) {
			t.Errorf("%s: %v", id, next.Notes)
		}
	}
	if !strings.Contains(printed(next), "(edited: a preview tells whether it closes it)") {
		t.Error(printed(next))
	}
	// A text that means the same changes nothing, however it is written.
	same, err := fix.Edit(1, []byte("# a note\n"+strings.ReplaceAll(string(fix.Documents[1].YAML), "\n", "\r\n")))
	if err != nil || same.Documents[1].Edited || len(same.Documents[1].Closes) != 2 {
		t.Error(same, err)
	}
	// What could not stand in a stream of documents, or steers a terminal, is written anew.
	odd, err := fix.Edit(1, []byte("---\n"+text))
	if err != nil || strings.Contains(string(odd.Documents[1].YAML), "---") || string(odd.Documents[1].Step.Body) != string(d.Step.Body) {
		t.Error(err)
	}
	odd, err = fix.Edit(1, []byte(text+"# \u202e\n"))
	if err != nil || strings.Contains(string(odd.Documents[1].YAML), "\u202e") {
		t.Error(err)
	}
}

func TestEditSaysWhatIsWrongAndWhere(t *testing.T) {
	fix := editable(t)
	patch, account := string(fix.Documents[1].YAML), string(fix.Documents[0].YAML)
	for name, tc := range map[string]struct {
		document int
		text     string
		line     int
		field    string
		says     string
	}{
		"unknown field": {1, strings.Replace(patch, "hostPID", "hostPid", 1), 9, "spec.template.spec.hostPid", "unknown field"},
		"twice":         {1, patch + "spec: {}\n", 11, "", `"spec" already`},
		"no YAML":       {1, strings.Replace(patch, "spec:", "spec: [", 1), 6, "", ""},
		"tab":           {1, strings.Replace(patch, "    spec:", "\tspec:", 1), 8, "", ""},
		"two documents": {1, patch + "---\na: b\n", 12, "", "second document"},
		"empty":         {1, "# nothing\n", 0, "", "empty"},
		"no object":     {1, "- a\n", 0, "", "no object"},
		"null":          {1, "null\n", 0, "", "empty"},
		"other object":  {1, strings.Replace(patch, "name: web", "name: db", 1), 4, "metadata.name", "want web"},
		"other kind":    {0, strings.Replace(account, "kind: ServiceAccount", "kind: Secret", 1), 3, "kind", "want ServiceAccount"},
		"wrong type":    {0, strings.Replace(account, "automountServiceAccountToken: false", "automountServiceAccountToken: maybe", 1), 2, "automountServiceAccountToken", "does not fit"},
		"no UTF-8":      {0, "apiVersion: v1\nkind: \xff\n", 2, "", "UTF-8"},
		"alias bomb":    {0, "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n", 0, "", ""},
		"large":         {0, strings.Repeat("# x\n", 1<<20), 0, "", "larger"},
	} {
		_, err := fix.Edit(tc.document, []byte(tc.text))
		var wrong *EditError
		if !errors.As(err, &wrong) || wrong.Field != tc.field || !strings.Contains(wrong.Text, tc.says) || tc.line != 0 && wrong.Line != tc.line {
			t.Errorf("%s: %#v %v", name, wrong, err)
		}
	}
	if _, err := fix.Edit(2, nil); err == nil {
		t.Error("there is no third document")
	}
}

func TestEditOfADeletionAndOfOperations(t *testing.T) {
	c := world(t, bindAll("b", "cluster-admin", user("ann")), aRole("r", permit("create", "", "pods/exec"), permit("get", "", "pods")), bind("r", "Role", "r", user("bob")))
	fix, _ := ended(t, c, "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//b", "LP09/rbac.authorization.k8s.io/RoleBinding/shop/r")
	for i := range fix.Documents {
		d := &fix.Documents[i]
		if d.Step.Verb == model.Delete {
			if _, err := fix.Edit(i, []byte(strings.Replace(string(d.YAML), "name: b", "name: c", 1))); err == nil || !strings.Contains(err.Error(), "names nothing else") {
				t.Error(err)
			}
			if same, err := fix.Edit(i, d.YAML); err != nil || len(same.Documents[i].Closes) == 0 {
				t.Error(err)
			}
			continue
		}
		text := strings.Replace(string(d.YAML), "op: test", "op: tset", 1)
		if _, err := fix.Edit(i, []byte(text)); err == nil || !strings.Contains(err.Error(), `line 1: [0].op: "tset" is none of`) {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

func printed(f *Fix) string { return text(f) }
