package reference

import (
	"strings"
	"testing"
)

const hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestParse(t *testing.T) {
	d256, d512 := "sha256:"+hex, "sha512:"+hex+hex
	for _, c := range []struct {
		text, registry, repository, tag, digest string
		short, latest                           bool
	}{
		{"nginx", "docker.io", "library/nginx", "", "", true, true},
		{"nginx:1.29", "docker.io", "library/nginx", "1.29", "", true, false},
		{"nginx:latest", "docker.io", "library/nginx", "latest", "", true, true},
		{"team/app", "docker.io", "team/app", "", "", true, true},
		{"docker.io/nginx:1", "docker.io", "library/nginx", "1", "", false, false},
		{"index.docker.io/nginx:1", "docker.io", "library/nginx", "1", "", false, false},
		{"Docker.IO/nginx:1", "docker.io", "library/nginx", "1", "", false, false},
		{"Registry.Example/team/app:V1", "registry.example", "team/app", "V1", "", false, false},
		{"registry.example:5000/app", "registry.example:5000", "app", "", "", false, true},
		{"registry.example:5000/app:5000", "registry.example:5000", "app", "5000", "", false, false},
		{"localhost/app:1", "localhost", "app", "1", "", false, false},
		{"localhost:5000/app:1", "localhost:5000", "app", "1", "", false, false},
		{"[2001:db8::1]:5000/app:1", "[2001:db8::1]:5000", "app", "1", "", false, false},
		{"HOST/app:1", "HOST", "app", "1", "", false, false},
		{"nginx@" + d256, "docker.io", "library/nginx", "", d256, true, false},
		{"nginx:latest@" + d256, "docker.io", "library/nginx", "latest", d256, true, false},
		{"registry.example/a/b/c:1.2@" + d512, "registry.example", "a/b/c", "1.2", d512, false, false},
	} {
		r, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if want := (Reference{c.registry, c.repository, c.tag, c.digest, c.short}); r != want || r.Latest() != c.latest {
			t.Errorf("%s: %+v, latest %v; want %+v, latest %v", c.text, r, r.Latest(), want, c.latest)
		}
		again, err := Parse(r.String())
		again.Short = r.Short
		if err != nil || again != r {
			t.Errorf("%s: written as %s it reads as %+v, %v", c.text, r, again, err)
		}
	}
	for _, text := range []string{"", " ", "nginx:", ":1", "nginx@", "Team/App/x y", "nginx:1:2", "nginx@sha256:12", "nginx@md5:" + hex[:32],
		"registry.example/Team/app", hex, "registry.example/", "nginx@sha256:" + strings.ToUpper(hex), "https://registry.example/app"} {
		if r, err := Parse(text); err == nil {
			t.Errorf("%q reads as %+v", text, r)
		}
	}
}

func TestTagged(t *testing.T) {
	for text, want := range map[string]string{
		"nginx":                        "docker.io/library/nginx:latest",
		"nginx:1.29":                   "docker.io/library/nginx:1.29",
		"nginx@sha256:" + hex:          "docker.io/library/nginx",
		"nginx:1.29@sha256:" + hex:     "docker.io/library/nginx:1.29",
		"registry.example:5000/a/b:12": "registry.example:5000/a/b:12",
	} {
		if r, err := Parse(text); err != nil || r.Tagged() != want {
			t.Errorf("%s: %s, %v; want %s", text, r.Tagged(), err, want)
		}
	}
}

func TestParseID(t *testing.T) {
	d := "sha256:" + hex
	for _, c := range []struct {
		id, repository, digest string
		bare                   bool
	}{
		{"docker.io/library/nginx@" + d, "docker.io/library/nginx", d, false},
		{"nginx@" + d, "docker.io/library/nginx", d, false},
		{"docker-pullable://nginx@" + d, "docker.io/library/nginx", d, false},
		{"docker-pullable://registry.example:5000/a@" + d, "registry.example:5000/a", d, false},
		{"registry.example/a:1.2@" + d, "registry.example/a", d, false},
		{"registry.example/a@sha512:" + hex + hex, "registry.example/a", "sha512:" + hex + hex, false},
		{"docker://" + d, "", d, true},
		{d, "", d, true},
		{hex, "", d, true},
		{"@" + d, "", d, false},
		{"<none>@" + d, "", d, false},
		{"", "", "", false},
		{"nginx:1.29", "", "", false},
		{"nginx", "", "", false},
		{"docker.io/library/nginx@sha256:1234", "", "", false},
		{"docker.io/library/nginx@md5:" + hex[:32], "", "", false},
		{"sha256:" + hex[:63], "", "", false},
		{strings.ToUpper(hex), "", "", false},
		{"docker-pullable://", "", "", false},
		{"\x1b[31m@@", "", "", false},
	} {
		if repository, digest, bare := ParseID(c.id); repository != c.repository || digest != c.digest || bare != c.bare {
			t.Errorf("%q: %q, %q, %v; want %q, %q, %v", c.id, repository, digest, bare, c.repository, c.digest, c.bare)
		}
	}
}

func TestDeprecated(t *testing.T) {
	for _, c := range []struct {
		text, replacement string
		ok                bool
	}{
		{"k8s.gcr.io/pause:3.1", "registry.k8s.io/pause", true},
		{"k8s.gcr.io/ingress-nginx/controller:v1.2.0", "registry.k8s.io/ingress-nginx/controller", true},
		{"gcr.io/google-containers/pause:3.1", "registry.k8s.io/pause", true},
		{"gcr.io/google_containers/pause:3.1", "registry.k8s.io/pause", true},
		{"eu.gcr.io/k8s-artifacts-prod/pause:3.1", "registry.k8s.io/pause", true},
		{"gcr.io/kubebuilder/kube-rbac-proxy:v0.8.0", "registry.k8s.io/kubebuilder/kube-rbac-proxy", true},
		{"bitnamilegacy/redis:7", "", true},
		{"registry.k8s.io/pause:3.1", "", false},
		{"gcr.io/google-containers-evil/pause:3.1", "", false},
		{"gcr.io/team/google-containers:1", "", false},
		{"k8s.gcr.io.evil/pause:3.1", "", false},
		{"gcr.io/distroless/static:nonroot", "", false},
		{"bitnami/redis:latest", "", false},
		{"registry.example/bitnamilegacy/redis:7", "", false},
	} {
		r, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		replacement, why, ok := Deprecated(r)
		if replacement != c.replacement || ok != c.ok || ok != (why != "") {
			t.Errorf("%s: %q, %q, %v", c.text, replacement, why, ok)
		}
	}
}
