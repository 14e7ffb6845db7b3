package secret

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// TestUnusedRestsOnWhatWasSeen holds that a Secret is unused for sure only where all kinds that could name it were seen.
func TestUnusedRestsOnWhatWasSeen(t *testing.T) {
	for _, gk := range naming {
		for _, state := range []model.CoverState{model.Denied, model.Partial, model.Absent} {
			b := newCourt(t)
			b.put(opaque, store)
			if got := b.short("SE07"); !slices.Equal(got, []string{"SE07 shop/Secret/db low"}) {
				t.Fatalf("all seen: %q", got)
			}
			b.cover(model.Coverage{Kind: gk, State: state, Reason: "not permitted"})
			b.flush()
			f := b.out.findings["SE07//Secret/shop/db"]
			if f == nil || f.Verdict != model.Unknown || !strings.HasPrefix(f.Reason, gk.Kind+" "+string(state)+": not permitted") {
				t.Errorf("%s %s: got %+v", gk, state, f)
			}
			b.cover(model.Coverage{Kind: gk, State: model.Complete})
			b.flush()
			if f := b.out.findings["SE07//Secret/shop/db"]; f == nil || f.Verdict != model.Yes {
				t.Errorf("%s seen again: %+v", gk, f)
			}
		}
	}
	b := newCourt(t).put(opaque, store)
	b.cover(model.Coverage{Kind: model.KindByName("Ingress").GroupKind(), State: model.Absent, Reason: model.NotServed})
	b.flush()
	if f := b.out.findings["SE07//Secret/shop/db"]; f == nil || f.Verdict != model.Yes {
		t.Errorf("a kind that is not served: %+v", f)
	}
}

// TestOptionalKinds holds that a Secret is unused for sure once it is known which optional kinds there are.
func TestOptionalKinds(t *testing.T) {
	b := newCourt(t).put(opaque, store)
	definitions := model.KindByName("CustomResourceDefinition").GroupKind()
	tell := func(state model.CoverState) {
		b.c.Cover(model.Coverage{Kind: definitions, State: state})
		for _, gk := range naming {
			if model.OptionalKind(gk) != nil {
				b.a.Covered(b.c, gk)
			}
		}
		b.flush()
	}
	tell(model.Loading)
	if got := b.short("SE07"); !slices.Equal(got, []string{"SE07 shop/Secret/db low unknown"}) {
		t.Errorf("while definitions are read: %q", got)
	}
	tell(model.Complete)
	if got := b.short("SE07"); !slices.Equal(got, []string{"SE07 shop/Secret/db low"}) {
		t.Errorf("once they were: %q", got)
	}
}

// TestMissingRestsOnWhatWasSeen holds that nothing is missing where Secrets may not be read, and may be where they were in part.
func TestMissingRestsOnWhatWasSeen(t *testing.T) {
	for state, want := range map[model.CoverState][]string{
		model.Complete: {"SE07 shop/Pod/web medium"}, model.Partial: {"SE07 shop/Pod/web medium unknown"}, model.Denied: {}, model.Absent: {}, model.Loading: {},
	} {
		b := newCourt(t).put(reader)
		b.cover(model.Coverage{Kind: secrets, State: state, Reason: "because"})
		b.flush()
		if got := b.short(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
		s := b.secret("db")
		if s.Missing != (state == model.Complete || state == model.Partial) || s.Keys != -1 || s.Pods != 1 {
			t.Errorf("%s: got %+v", state, s)
		}
	}
	b := newCourt(t).put(reader)
	b.cover(model.Coverage{Kind: secrets, State: model.Denied})
	b.cover(model.Coverage{Kind: secrets, Namespace: "shop", State: model.Complete})
	b.flush()
	if got := b.short(); !slices.Equal(got, []string{"SE07 shop/Pod/web medium"}) {
		t.Errorf("the namespace was asked for: %q", got)
	}
}

// TestStoreRestsOnWhatWasSeen holds that no store is in use for sure only where its kinds were seen.
func TestStoreRestsOnWhatWasSeen(t *testing.T) {
	b := newCourt(t).put(opaque, reader)
	for _, gk := range external {
		b.cover(model.Coverage{Kind: gk, State: model.Denied})
		b.flush()
		if got := b.short("SE06"); !slices.Equal(got, []string{"SE06 Cluster/cluster medium unknown"}) {
			t.Errorf("%s denied: %q", gk, got)
		}
		b.cover(model.Coverage{Kind: gk, State: model.Withdrawn})
		b.flush()
		if got := b.short("SE06"); !slices.Equal(got, []string{"SE06 Cluster/cluster medium"}) {
			t.Errorf("%s not served: %q", gk, got)
		}
	}
}

// TestState holds that encryption at rest is not judged where no API server is seen.
func TestState(t *testing.T) {
	b := newCourt(t)
	if s, ok := b.a.State("SE05"); !ok || s.Verdict != model.Unknown || s.Reason == "" {
		t.Errorf("got %+v %v", s, ok)
	}
	b.put("kind: Pod\nmetadata: {name: a, namespace: kube-system, annotations: {kubernetes.io/config.mirror: x}}\nspec: {containers: [{name: a, command: [/usr/bin/kube-apiserver, --encryption-provider-config=a]}]}")
	if s, ok := b.a.State("SE05"); !ok || s.Verdict != model.Unknown || !strings.Contains(s.Reason, "not visible") {
		t.Errorf("what the file says is not seen: %+v %v", s, ok)
	}
	b.put("kind: Pod\nmetadata: {name: b, namespace: kube-system, annotations: {kubernetes.io/config.mirror: x}}\nspec: {containers: [{name: a, command: [/usr/bin/kube-apiserver]}]}")
	if s, ok := b.a.State("SE05"); ok {
		t.Errorf("one has none, which is a finding: %+v", s)
	}
}
