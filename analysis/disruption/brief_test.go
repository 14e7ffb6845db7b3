package disruption

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBrief holds that what somebody wrote into an object is told in one short line, without what a terminal might take for something else.
func TestBrief(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"found no controllers for pod x": "found no controllers for pod x",
		" a\nb\r\n\tc  d ":               "a b c d",
		"a\x1b[2Jb\x00c\u0085d":          "a[2Jbc d",
		"a\u202eb\u200bc\ufeffd\u2028e":  "abcd e",
		"a\xffb":                         "ab",
		"größer 日本":                      "größer 日本",
	} {
		if got := Brief(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{strings.Repeat("x", 200), strings.Repeat("x", 201), strings.Repeat("日本", 5000), strings.Repeat("\n x", 1<<20)} {
		got := Brief(in)
		if len(got) > 200 || len(got) < 190 || !utf8.ValidString(got) || strings.ContainsAny(got, "\n") || (len(in) > 200) != strings.HasSuffix(got, "…") {
			t.Errorf("%.20q of %d: %q of %d", in, len(in), got, len(got))
		}
	}
}

// TestHostileBudget holds that the message of a budget, which whoever may write its status chooses, cannot write lines of its own.
func TestHostileBudget(t *testing.T) {
	message := `"found\nno controllers\u001b[31m \u202e` + strings.Repeat("very ", 400) + `long"`
	b := newCourt(t).put(set("StatefulSet", "web", 3, "web"), pod("web-a", "app: web", "n1", owned("apps/v1", "StatefulSet", "web"), ""),
		pdb("b", "maxUnavailable: 1, "+web, `conditions: [{type: DisruptionAllowed, status: 'False', reason: SyncFailed, message: `+message+`}]`))
	says := []string{b.a.Budgets(b.c)[0].Says, b.a.Drain(b.c, "n1")[0].Says}
	for _, f := range b.out.findings {
		if f.Rule.ID == "VP10" {
			says = append(says, f.Proof.Evidence()[0].Value)
		}
	}
	if len(says) != 3 {
		t.Fatal(says)
	}
	for _, s := range says {
		if strings.ContainsAny(s, "\n\x1b\u202e") || len(s) > 300 || !strings.Contains(s, "its controller fails: found no controllers[31m very very") { //nolint:dupword // what is cut is long
			t.Errorf("%q", s)
		}
	}
}
