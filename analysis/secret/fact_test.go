package secret

import (
	"slices"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

// factsOn makes what reading the Secret shop/db has shown.
func factsOn(version string, read int64, f record.SecretFacts) model.Record {
	f.Meta = record.OwnMeta("SecretFacts", "shop", "db")
	f.Version, f.Read = version, read
	return &f
}

// TestFacts holds that what reading a Secret has shown counts as long as nobody has written it since, and is told as older then.
func TestFacts(t *testing.T) {
	secret := func(version, wrote string) string {
		return "kind: Secret\nmetadata: {name: db, resourceVersion: '" + version + "', annotations: {made: '2026-10-01', wrote: '" + wrote + "'}}\ntype: Opaque"
	}
	now := today().at.Unix()
	const day = 24 * 3600
	cert := func(key string, ca bool, days int64) record.Certificate {
		return record.Certificate{Key: key, CA: ca, Until: now + days*day}
	}
	for _, c := range []struct {
		name  string
		facts record.SecretFacts
		want  []string
		ends  int64
	}{
		{"weak key", record.SecretFacts{WeakKeys: []string{"RSA 1024"}}, []string{"SE08 shop/Secret/db medium"}, 0},
		{"expired", record.SecretFacts{Certificates: []record.Certificate{cert("tls.crt", false, -2)}}, []string{"SE08 shop/Secret/db high"}, now - 2*day},
		{"soon", record.SecretFacts{Certificates: []record.Certificate{cert("tls.crt", false, 12)}}, []string{"SE08 shop/Secret/db medium"}, now + 12*day},
		{"later", record.SecretFacts{Certificates: []record.Certificate{cert("tls.crt", false, 120)}}, nil, now + 120*day},
		{"authorities beside", record.SecretFacts{Certificates: []record.Certificate{cert("ca.crt", true, -2), cert("tls.crt", false, 120)}}, nil, now + 120*day},
		{"an authority alone", record.SecretFacts{Certificates: []record.Certificate{cert("ca.crt", true, -2)}}, []string{"SE08 shop/Secret/db high"}, now - 2*day},
	} {
		b := newCourt(t).put(secret("7", "2026-10-01"), reader, store)
		b.take(model.Put(factsOn("7", now-day, c.facts)))
		b.flush()
		if got := b.short(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if s := b.secret("db"); s.Expires != c.ends || s.Facts == nil || s.Older {
			t.Errorf("%s: got %+v", c.name, s)
		}
		b.put(secret("8", "2026-10-01"))
		if got := b.short(); !slices.Equal(got, c.want) || b.secret("db").Older {
			t.Errorf("%s: another version with the same data: %q", c.name, got)
		}
		b.put(secret("9", "2026-11-26"))
		if s := b.secret("db"); len(b.short()) > 0 || !s.Older || s.Facts == nil || s.Expires != 0 {
			t.Errorf("%s: written since: %q %+v", c.name, b.short(), s)
		}
	}
}

// TestCopies holds that plain copies of a value are found wherever they stand.
func TestCopies(t *testing.T) {
	b := newCourt(t).put(opaque, store,
		"kind: ConfigMap\nmetadata: {name: m}\ndata: {p: canary-1}",
		"kind: ConfigMap\nmetadata: {name: other}\ndata: {p: canary-2}",
		"kind: Service\nmetadata: {name: s, annotations: {a: canary-1}}\nspec: {}",
		"kind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1, template: {spec: {containers: [{name: c, env: [{name: A, value: canary-1}]}]}}}",
		"kind: Pod\nmetadata: {name: p, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: u, controller: true}]}\nspec: {containers: [{name: c, env: [{name: A, value: canary-1}]}]}",
		"kind: Pod\nmetadata: {name: q, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: u, controller: true}]}\nspec: {containers: [{name: c, env: [{name: A, value: canary-1}]}]}")
	sweep := record.MakeSweep(model.Ref{Group: "a.io", Version: "v1", Kind: "App", Namespace: "shop", Name: "x"}, inspector{}.Inspect("spec.a", "a", "canary-1"))
	b.take(model.Put(sweep))
	if s := b.secret("db"); len(s.Copies) != 0 {
		t.Errorf("nothing was read, and still %+v", s.Copies)
	}
	b.take(model.Put(factsOn("", today().at.Unix(), record.SecretFacts{Prints: []uint64{printOf("canary-1"), printOf("canary-3")}})))
	b.flush()
	var got []string
	for _, e := range b.secret("db").Copies {
		if e.Print != printOf("canary-1") {
			t.Errorf("print of %+v", e)
		}
		got = append(got, e.Object.String()+" "+e.Path+" = "+e.Value)
	}
	want := []string{
		"shop/App/x spec.a = test key, 8 bytes",
		"shop/ConfigMap/m data.p = test key, 8 bytes",
		"shop/Deployment/d spec.template.spec.containers[0].env[0].value = test key, 8 bytes",
		"shop/ReplicaSet/r spec.template.spec.containers[0].env[0].value = test key, 8 bytes",
		"shop/Service/s metadata.annotations.a = test key, 8 bytes",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if all := b.a.Secrets(b.c); !slices.Equal(all[0].Copies, b.secret("db").Copies) {
		t.Errorf("in the list: %+v", all[0].Copies)
	}
}
