package secret

import (
	"fmt"
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

// TestNoValueShows plants a value wherever one can stand, and holds that nothing which the analyser says or keeps holds it.
func TestNoValueShows(t *testing.T) {
	b := newCourt(t)
	for _, text := range []string{
		"kind: Secret\nmetadata: {name: db, annotations: {made: '2024-01-01', wrote: '2024-01-01', note: canary-value, kubectl.kubernetes.io/last-applied-configuration: '{\"data\":\"canary-value\"}'}}\ntype: Opaque\ndata: {password: Y2FuYXJ5LXZhbHVl}\nstringData: {other: canary-value}",
		"kind: ConfigMap\nmetadata: {name: m, annotations: {a: canary-value}}\ndata: {url: canary-value}\nbinaryData: {b: Y2FuYXJ5LXZhbHVl}",
		"kind: Service\nmetadata: {name: s, annotations: {a: canary-value}}\nspec: {}",
		"kind: Ingress\nmetadata: {name: i, annotations: {nginx.ingress.kubernetes.io/configuration-snippet: canary-value, nginx.ingress.kubernetes.io/auth-secret: missing}}\nspec: {}",
		"kind: Pod\nmetadata: {name: p, annotations: {a: canary-value}}\nspec: {containers: [{name: c, args: [canary-value], env: [{name: A, value: canary-value}, {name: B, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}",
		"kind: Certificate\nmetadata: {name: a, annotations: {a: canary-value}}\nspec: {secretName: db}",
	} {
		b.put(text)
	}
	b.take(model.Put(record.MakeSweep(model.Ref{Group: "a.io", Version: "v1", Kind: "App", Namespace: "shop", Name: "x"}, inspector{}.Inspect("spec.a", "a", "canary-value"))))
	b.take(model.Put(factsOn("", today().at.Unix(), record.SecretFacts{Prints: []uint64{printOf("canary-value")}})))
	b.flush()
	if n := len(b.out.findings); n < 7 {
		t.Fatalf("only %d findings: %q", n, b.short())
	}
	all := b.text()
	for _, f := range b.out.findings {
		all += fmt.Sprintf("%+v %+v\n", *f, f.Proof.Evidence())
	}
	s := b.secret("db")
	if len(s.Copies) == 0 {
		t.Error("no copies were found")
	}
	all += fmt.Sprintf("%+v %+v %+v", s, *s.Facts, b.a.Certificates(b.c))
	for _, sheet := range b.a.sheets {
		all += fmt.Sprintf("%+v\n", *sheet)
	}
	for _, it := range b.a.items {
		all += fmt.Sprintf("%+v\n", *it)
	}
	for _, n := range b.a.namers {
		all += fmt.Sprintf("%+v\n", *n)
	}
	for _, form := range []string{canary, "Y2FuYXJ5", "canary-value"} {
		if at := strings.Index(all, form); at >= 0 {
			t.Errorf("%s shows: …%s…", form, all[max(0, at-200):min(len(all), at+50)])
		}
	}
}
