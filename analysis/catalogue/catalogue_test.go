package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"PS01", "PS29", "LP21", "LP22", "NW01", "NW15", "NW21"} {
		if set[id] == nil {
			t.Errorf("%s is missing", id)
		}
	}
	sorted := set.Sorted()
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1].ID >= sorted[i].ID {
			t.Errorf("%s comes before %s", sorted[i-1].ID, sorted[i].ID)
		}
	}
}

// TestTextsDiffer holds that no two rules share a title or condition: a copied one was not thought through.
func TestTextsDiffer(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, r := range set.Sorted() {
		for _, text := range []string{r.Title, r.Condition, r.Why, r.Attack, r.Remedy} {
			if other := seen[text]; other != "" {
				t.Errorf("%s and %s both say %q", other, r.ID, text)
			}
			seen[text] = r.ID
			if strings.TrimSpace(text) != text {
				t.Errorf("%s: %q has space around it", r.ID, text)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	good := `- {id: XX01, title: t, short: s, severity: low, theme: network, condition: c, why: w, attack: a, defence: d, remedy: r, fix: yaml,
  breakage: none, frameworks: {pss: [], cis: [], nsa: [], owasp: [], mitre: [], ms: []}, needs: [Pod]}
`
	for _, tt := range []struct{ name, from, to, want string }{
		{"a good rule", "", "", ""},
		{"a bad id", "XX01", "X1", "id"},
		{"an unknown severity", "severity: low", "severity: awful", "severity"},
		{"an unknown theme", "theme: network", "theme: nets", "theme"},
		{"an empty text", "why: w", "why: ''", "why is missing"},
		{"an unknown field", "title: t,", "title: t, colour: red,", "colour"},
		{"a long short title", "short: s", "short: a title of more than 24 characters", "24 characters"},
		{"steps without a reason", "fix: yaml", "fix: steps", "noFix"},
		{"an unknown breakage", "breakage: none", "breakage: some", "breakage"},
		{"an unknown kind", "[Pod]", "[Pood]", "Pood"},
		{"no needs", "[Pod]", "[]", "needs"},
		{"a framework left out", "pss: [], ", "", "pss is missing"},
		{"a bad technique", "mitre: []", "mitre: [1611]", "mitre"},
		{"a rule twice", "- {", "- {", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(good, tt.from, tt.to, 1)
			if tt.name == "a rule twice" {
				text, tt.want = good+good, "twice"
			}
			_, err := load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Fatalf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
}
