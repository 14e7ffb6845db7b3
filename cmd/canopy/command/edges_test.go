package command

import (
	"strings"
	"testing"
)

func TestEdgeSheets(t *testing.T) {
	list := must(t, "rules", "--edges")
	if strings.Count(list, "\n") < 60 || !strings.Contains(list, "W-07") || !strings.Contains(list, "COST") || strings.Contains(list, "Privileged container") {
		t.Error(list)
	}
	for _, args := range []string{"rules W-07", "rules w-07", "rules --edges W-07"} {
		out := must(t, strings.Fields(args)...)
		for _, word := range []string{"create pods/exec", "get pods/exec (before Kubernetes 1.35", "condition", "attack", "seen", "fix", "LP09", "MITRE", "1 of 5: one command", "the inside of any pod there"} {
			if !strings.Contains(out, word) {
				t.Errorf("%s: no %q in\n%s", args, word, out)
			}
		}
	}
	edge := []fields{{
		"id": "", "title": "", "from": "", "to": "", "scope": "", "class": "", "cost": 0, "leads?": "", "condition": "", "attack": "", "defence": "", "remedy": "",
		"mitre": []string{}, "ms": []string{},
	}}
	fields{"edges": edge}.check(t, "", decode(t, must(t, "rules", "--edges", "-o", "json")))
	fields{"edges": edge}.check(t, "", decode(t, must(t, "rules", "I-01", "-o", "json")))
	if page := must(t, "rules", "--edges", "-o", "markdown"); !strings.HasPrefix(page, "# Steps of attack\n") || !strings.Contains(page, "\n## W-07\n") {
		t.Error(page[:200])
	}
	for args, told := range map[string]string{
		"rules X-99": `edge "X-99": no such edge; canopy rules --edges lists them`, "rules --edges PS01": "no such edge", "rules XX99": "no such rule",
	} {
		if r := canopy(t, "", strings.Fields(args)...); r.code != 2 || !strings.Contains(r.err, told) {
			t.Error(args, r)
		}
	}
	if rules := must(t, "rules", "-o", "json"); strings.Contains(rules, `"W-07"`) {
		t.Error("the list of rules has edges in it")
	}
}
