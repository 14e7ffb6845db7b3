package secret

import (
	"slices"
	"testing"

	"canopy/model"
	"canopy/model/pieces"
	"canopy/model/record"
)

// TestPlainCopies holds that values of Secrets are found where nothing but their prints tells of them, once they were read, and that no
// finding comes of it.
func TestPlainCopies(t *testing.T) {
	b := newCourt(t).put(opaque, reader, store,
		"kind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, args: ['--greeting=two words', '--x=hidden-value'], env: [{name: A, value: 'http://u:hidden-value@host/x'}, {name: B, value: harmless-text}]}]}}}",
		"kind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}")
	settings := ref("shop", "m")
	settings.Kind = "ConfigMap"
	copied := []model.Exposure{{Rule: pieces.Rule, Path: "data.a", Length: 12, Print: printOf("hidden-value")}}
	b.take(model.Put(record.MakeSweep(settings, copied)))
	b.flush()
	if s := b.secret("db"); len(s.Copies) != 0 {
		t.Errorf("nothing was read, and still %+v", s.Copies)
	}
	before := b.short()
	b.take(model.Put(factsOn("", today().at.Unix(), record.SecretFacts{Prints: []uint64{printOf("hidden-value")}})))
	b.flush()
	got := func() (l []string) {
		for _, e := range b.secret("db").Copies {
			l = append(l, e.Object.String()+" "+e.Path+" = "+e.Value)
		}
		return l
	}
	const container = "shop/Deployment/d spec.template.spec.containers[0]."
	const said = " = copy of a value of a Secret, 12 bytes"
	want := []string{"shop/ConfigMap/m data.a" + said, container + "args[1]" + said, container + "env[0].value" + said}
	if l := got(); !slices.Equal(l, want) {
		t.Errorf("got\n%q\nwant\n%q", l, want)
	}
	if now := b.short(); !slices.Equal(now, before) {
		t.Errorf("findings: %q, before %q", now, before)
	}
	b.drop("kind: ConfigMap\nmetadata: {name: m}")
	if l := got(); !slices.Equal(l, want[1:]) {
		t.Errorf("the ConfigMap is gone: %q", l)
	}
	// Another value is read later.
	b.take(model.Put(factsOn("", today().at.Unix()+1, record.SecretFacts{Prints: []uint64{printOf("harmless-text")}})))
	b.flush()
	if l := got(); !slices.Equal(l, []string{container + "env[1].value = copy of a value of a Secret, 13 bytes"}) {
		t.Errorf("another value: %q", l)
	}
}
