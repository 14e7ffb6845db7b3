package image

import (
	"slices"
	"testing"

	"canopy/model"
)

// TestNarrow holds that of an image in two namespaces only what is in one is told, once that is asked for.
func TestNarrow(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(deployment("data", "job")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), pod("shop", "web", "web-b", "n1", "nginx:1.29", nginxA), pod("data", "job", "job-a", "n1", "docker.io/library/nginx:1", nginxA))
	b.flush()
	exposed := func(owner model.Ref) bool { return owner.Namespace == "data" }
	whole := b.a.Images(exposed)
	if len(whole) != 1 || whole[0].Pods != 3 || !whole[0].Exposed || len(whole[0].Uses) != 2 {
		t.Fatalf("%+v", whole)
	}
	one := whole[0]
	if !one.Narrow([]string{"shop"}, exposed) || one.Pods != 2 || one.Containers != 2 || one.Exposed || len(one.Uses) != 1 ||
		!slices.Equal(one.Namespaces, []string{"shop"}) || !slices.Equal(one.References, []string{"nginx:1.29"}) {
		t.Errorf("%+v", one)
	}
	if none := whole[0]; none.Narrow([]string{"ops"}, exposed) {
		t.Errorf("%+v", none)
	}
	if len(whole[0].Uses) != 2 {
		t.Error("the original was changed")
	}
}
