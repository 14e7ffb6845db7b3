package deprecation

import (
	"strings"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// TestTellsUpTo holds that a table tells of no minor beyond its end, and of none once it is old.
func TestTellsUpTo(t *testing.T) {
	tables := lifecycle.Default()
	for _, c := range []struct {
		minor, day string
		ok         bool
		why        string
	}{
		{"1.36", "2026-05-01", true, ""}, {"1.30", "2026-05-01", true, ""}, {"", "2026-05-01", true, ""},
		{"1.37", "2026-05-01", false, "pluto of 2026-04-27 tells up to 1.36"}, {"2.0", "2026-05-01", false, "tells up to 1.36"},
		{"1.36", "2026-06-25", true, ""}, {"1.36", "2026-06-26", false, "pluto of 2026-04-27 tells up to 1.36, and is older than 60 days"},
		{"", "2026-11-26", false, "older than 60 days"}, {"1.38", "2026-11-26", false, "pluto of 2026-04-27 tells up to 1.36"},
	} {
		why, ok := TellsUpTo(tables, c.minor, day(c.day).Time())
		if ok != c.ok || ok != (why == "") || !strings.HasSuffix(why, c.why) {
			t.Errorf("%q on %s: %q %t", c.minor, c.day, why, ok)
		}
	}
}

// TestState says of VP06 that it is judged in part where the tables end too early.
func TestState(t *testing.T) {
	for server, want := range map[string]string{
		"v1.35.2": "", "v1.36.2": "which API versions end up to 1.37 is not known: pluto of 2026-04-27 tells up to 1.36", "": "",
	} {
		b := newCourt(t, server)
		b.clock.at = time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC)
		s, partly := b.a.State("VP06")
		if partly != (want != "") || s.Reason != want || partly && s.Verdict != model.Depends {
			t.Errorf("%s: %+v", server, s)
		}
		b.clock.at = b.clock.at.AddDate(0, 6, 0)
		if s, partly := b.a.State("VP06"); !partly || !strings.HasPrefix(s.Reason, "which API versions end") {
			t.Errorf("%s, later: %+v", server, s)
		}
		if s, partly := b.a.State("VP08"); partly {
			t.Errorf("%+v", s)
		}
	}
}

// TestBuildsOfOthers finds the builds of Ingress NGINX that are not its makers'.
func TestBuildsOfOthers(t *testing.T) {
	for repository, sure := range map[string]bool{
		"ingress-nginx/controller": true, "ingress-nginx/controller-chroot": true, "kubernetes-ingress-controller/nginx-ingress-controller-amd64": true,
		"kubernetes-ingress-controller/nginx-ingress-controller": true, "rancher/nginx-ingress-controller": false, "nginx-ingress-controller": false,
		"oss/kubernetes/ingress/nginx-ingress-controller": false, "bitnami/nginx-ingress-controller": false, "chainguard/ingress-nginx-controller": false,
	} {
		if a, ok := lifecycle.Default().AddOn(repository); !ok || a.Name != "Ingress NGINX" || (a.Unless == "") != sure {
			t.Errorf("%s: %t %+v", repository, ok, a)
		}
	}
	for _, repository := range []string{"nginx/nginx-ingress", "nginxinc/kubernetes-ingress", "library/nginx"} {
		if a, ok := lifecycle.Default().AddOn(repository); ok {
			t.Errorf("%s: %+v", repository, a)
		}
	}
}
