package detect

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestRules holds that each rule finds its own credential within a text, and that no other takes it away.
func TestRules(t *testing.T) {
	data, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := yaml.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	d := Default()
	for _, r := range d.rules {
		text, ok := texts[r.ID]
		if !ok {
			t.Errorf("%s has no sample", r.ID)
			continue
		}
		delete(texts, r.ID)
		found := d.Inspect("data.notes", "notes", "first line\n"+fill(text)+"\nlast line\n")
		if len(found) != 1 || found[0].Rule != r.ID || found[0].What != r.What {
			t.Errorf("%s: got %+v", r.ID, found)
		}
		// The same with nothing but its mark is none.
		for _, k := range r.Keywords {
			if found := d.Inspect("data.notes", "notes", "see "+k+" and "+k+"example in the docs\n"); len(found) > 0 {
				t.Errorf("%s: %q alone: %+v", r.ID, k, found)
			}
		}
	}
	for id := range texts {
		t.Errorf("a sample for %s, which is no rule", id)
	}
}

// TestRuleTexts holds what build does not check.
func TestRuleTexts(t *testing.T) {
	d := Default()
	if len(d.rules) < 100 {
		t.Errorf("%d rules", len(d.rules))
	}
	var ids []string
	for _, r := range d.rules {
		if slices.Contains(ids, r.ID) {
			t.Errorf("%s is there twice", r.ID)
		}
		ids = append(ids, r.ID)
		if r.What == "" || r.Regex == "" || len(r.Keywords) == 0 == (len(r.Names) == 0) {
			t.Errorf("%s: want a text, an expression, and either keywords or names", r.ID)
		}
		if _, err := regexp.Compile(r.Regex); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		if !slices.Contains([]string{"", "pem", "jwt", "basic", "random", "mixed"}, r.Check) {
			t.Errorf("%s: unknown check %q", r.ID, r.Check)
		}
	}
	if _, err := build([]byte("- {id: x, colour: red}"), nil); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("an unknown field: %v", err)
	}
}

// TestAutomaton compares with a search for each word.
func TestAutomaton(t *testing.T) {
	words := []string{"he", "she", "his", "hers", "s.", "a", "aa", "-us", "e"}
	a := makeAutomaton(words)
	for _, text := range []string{"", "ushers", "SHE sHe hers. aaa", "x-USA his.s.", "\x00é-us"} {
		var want, got []hit
		for end := 1; end <= len(text); end++ {
			for n, w := range words {
				if strings.HasSuffix(strings.ToLower(text[:end]), w) {
					want = append(want, hit{int32(end - len(w)), int32(end), uint16(n)})
				}
			}
		}
		got = a.scan(text)
		order := func(a, b hit) int {
			if a.end != b.end {
				return int(a.end - b.end)
			}
			return int(a.start - b.start)
		}
		slices.SortFunc(want, order)
		slices.SortFunc(got, order)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestLinear holds that texts made to be slow cost in proportion to their size: one text may take no five times as long as eight of an
// eighth of its size, one after the other, which suffer from a busy machine alike.
func TestLinear(t *testing.T) {
	d := Default()
	for _, piece := range []string{"eyJ-", "-eyJa.eyJb", "key=", "a=", "a://", "@tcp(", "{\"a\":", "[", "\"", "[\n", "- ", "- - a: [\n", "a: \"\n", "<a ", "<", "password=\"", "sk-", "{{", "-----BEGIN PRIVATE KEY-----\n",
		"a: |\n", "'", "\\", "cGFzc3dvcmQ9aHVudGVyMi1wcm9k\n", "--password ", "a;b=c;", "A ", " x: {\n", "ghp_", "AccountKey=", "password=hunter2-prod\n", "sh -c \"", "\t", "mysql -p",
		"{a: ", "a: {password: ", "{password: a, ", "- {a: [\n", "['password' => ", "array(", "x [password: ", "variable \"password\" {\n", "user a on >", "password: ", "echo a:b | chpasswd | ", "kind: Secret\n---\n", "set(\"password\", ",
		"curl -su", "<property name=\"password\">", "//a/:_"} {
		took := func(size, times int) time.Duration {
			text := strings.Repeat(piece, size/len(piece))
			best := time.Hour
			for range 3 {
				begin := time.Now()
				for range times {
					d.Inspect("data.x", "x", text)
					d.Inspect("data.x", "DB_PASSWORD", text)
				}
				best = min(best, time.Since(begin))
			}
			return best
		}
		small, large := took(1<<13, 8), took(1<<16, 1)
		if large > 5*small+50*time.Millisecond {
			t.Errorf("%q: 8 times 8 KiB took %v, 64 KiB %v", piece, small, large)
		}
		t.Logf("%q: 8 times 8 KiB took %v, 64 KiB %v", piece, small, large)
	}
}
