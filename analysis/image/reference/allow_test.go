package reference

import (
	"strings"
	"testing"
)

func TestAllows(t *testing.T) {
	for _, c := range []struct {
		entries, image string
		want           bool
	}{
		{"registry.example", "registry.example/app:1", true},
		{"registry.example", "registry.example/team/app:1", true},
		{"registry.example/", "registry.example/team/app:1", true},
		{"registry.example/*", "registry.example/team/app:1", true},
		{"registry.example", "registry.example.evil/app:1", false},
		{"registry.example", "evil.registry.example/app:1", false},
		{"registry.example", "docker.io/registry.example/app:1", false},
		{"registry.example", "registry.example:5000/app:1", false},
		{"registry.example:5000", "registry.example:5000/app:1", true},
		{"registry.example:5000", "registry.example/app:1", false},
		{"registry.example:500", "registry.example:5000/app:1", false},
		{"Registry.Example", "registry.EXAMPLE/app:1", true},
		{"registry.example/team", "registry.example/team/app:1", true},
		{"registry.example/team", "registry.example/team:1", true},
		{"registry.example/team", "registry.example/team-evil/app:1", false},
		{"registry.example/team", "registry.example/teams:1", false},
		{"registry.example/team/", "registry.example/team/app:1", true},
		{"registry.example/team/", "registry.example/team:1", false},
		{"registry.example/team/*", "registry.example/team/a/b:1", true},
		{"registry.example/team/*", "registry.example/other/a:1", false},
		{"registry.example/team/app", "registry.example/team/app@sha256:" + hex, true},
		{"registry.example/team/app", "registry.example/team/app2:1", false},
		{"registry.example/team/app", "registry.example/team:1", false},
		{"docker.io/library", "nginx", true},
		{"docker.io/library", "docker.io/library/nginx:1", true},
		{"docker.io/library", "docker.io/library-evil/nginx:1", false},
		{"docker.io/library", "library-evil/nginx:1", false},
		{"docker.io/library", "team/nginx", false},
		{"docker.io/library/nginx", "nginx:1.29", true},
		{"docker.io/library/nginx", "nginx-evil:1.29", false},
		{"index.docker.io/library", "nginx", true},
		{"docker.io/bitnami", "bitnami/redis:1", true},
		{"docker.io/bitnami", "docker.io/library/bitnami:1", false},
		{"docker.io", "nginx", true},
		{"localhost:5000", "localhost:5000/app", true},
		{"[2001:db8::1]:5000", "[2001:db8::1]:5000/app", true},
		{"registry.example,quay.io/team", "quay.io/team/app:1", true},
		{"registry.example,quay.io/team", "quay.io/other/app:1", false},
	} {
		a, err := ParseAllow(strings.Split(c.entries, ","))
		if err != nil {
			t.Errorf("%s: %v", c.entries, err)
			continue
		}
		r, err := Parse(c.image)
		if err != nil {
			t.Fatal(err)
		}
		if a.Allows(r) != c.want {
			t.Errorf("%s allows %s: %v", c.entries, c.image, !c.want)
		}
	}
}

func TestAllowNothingListed(t *testing.T) {
	a, err := ParseAllow(nil)
	if err != nil || !a.IsZero() || !a.Allows(Reference{Registry: "docker.io", Repository: "library/nginx"}) {
		t.Errorf("without a list: %+v, %v", a, err)
	}
}

func TestParseAllowNamesTheEntry(t *testing.T) {
	for _, text := range []string{"nginx", "team/app", "", "https://registry.example", "registry.example/app:1", "registry.example/app@sha256:" + hex,
		"registry.example/team*", "*.example", "registry.example/*/app", "registry.example/Team", "registry.example/te am", "registry.example//app",
		"registry.example/a/?x"} {
		a, err := ParseAllow([]string{"registry.good", text})
		if err == nil {
			t.Errorf("%q is taken as %+v", text, a)
		} else if !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q is not named: %v", text, err)
		}
	}
}
