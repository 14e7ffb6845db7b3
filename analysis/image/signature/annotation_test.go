package signature

import (
	"strings"
	"testing"
)

func TestAnnotation(t *testing.T) {
	for _, test := range []struct {
		value string
		want  noted
	}{
		{``, silent},
		{`{"r/a@` + digestA + `":"pass"}`, passed},
		{`{"r/a:1@` + digestA + `":true}`, passed},
		{`{"r/a@` + digestA + `":"fail"}`, failed},
		{`{"r/a@` + digestA + `":false}`, failed},
		{`{"r/a@` + digestA + `":"skip"}`, skipped},
		{`{"r/a@` + digestA + `":"perhaps"}`, silent},
		{`{"r/a@` + digestA + `":1}`, silent},
		{`{"r/a@` + digestA + `":null}`, silent},
		{`{"r/a@` + digestB + `":"pass"}`, silent},
		// It says two things.
		{`{"r/a@` + digestA + `":"pass","r/b@` + digestA + `":"fail"}`, failed},
		{`{"r/a@` + digestA + `":"fail","r/a@` + digestA + `":"pass"}`, failed},
		// The digest stands elsewhere.
		{`{"r/a":"` + digestA + `"}`, silent},
		{`{"` + digestA + `":"pass"}`, silent},
		{`{"r/a@` + digestA + `@x":"pass"}`, silent},
		{`{"r/a@x` + digestA + `":"pass"}`, silent},
		// It is not of the form.
		{`{"r/a@` + digestA + `":"pass"`, silent},
		{`{"r/a@` + digestA + `":"pass"}{}`, silent},
		{`{"r/a@` + digestA + `":"pass"} x`, silent},
		{`["r/a@` + digestA + `","pass"]`, silent},
		{`{"r/a@` + digestA + `":{"a":"pass"}}`, silent},
		{`"r/a@` + digestA + `"`, silent},
		{`{"r/a@` + digestA + `":` + strings.Repeat("[", 100_000), silent},
		{`{"r/a@` + digestA + `":"pass","x":"` + strings.Repeat("y", maxAnnotated) + `"}`, silent},
	} {
		if got := read(test.value, digestA, ""); got != test.want {
			t.Errorf("%.120s: %v, not %v", test.value, got, test.want)
		}
	}
	if read(`{"r/a@`+digestA+`":"pass"}`, "", "") != silent {
		t.Error("an image without a digest is none that was checked")
	}
}

// FuzzAnnotation holds that nothing panics, and that only a text with the digest behind an @ and a word for it passes.
func FuzzAnnotation(f *testing.F) {
	f.Add(pass)
	f.Add(`{"a@` + digestA + `":false`)
	f.Fuzz(func(t *testing.T, value string) {
		if read(value, digestA, digestB) == passed && !strings.Contains(value, "true") && !strings.Contains(value, "pass") && !strings.Contains(value, `\u`) {
			t.Errorf("%q passes", value)
		}
	})
}
