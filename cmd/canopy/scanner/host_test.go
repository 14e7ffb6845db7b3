package scanner

import (
	"errors"
	"testing"

	"canopy/analysis/image/reference"
	"canopy/model"
)

// TestHost holds that nobody has a scanner ask addresses near by through a pod.
func TestHost(t *testing.T) {
	const digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for ref, refused := range map[string]bool{
		"169.254.169.254/x:1": true, "127.0.0.1:5000/x": true, "localhost:5000/x@" + digest: true, "localhost/x": true, "10.0.0.7/x:1": true, "192.168.1.1:80/x": true,
		"172.16.0.1/x/y": true, "[::1]:5000/x": true, "[fd00::1]/x": true, "[fe80::1]/x": true, "0.0.0.0:80/x": true, "100.100.100.200/x": true,
		"127.1/x": true, "2130706433:80/x": true, "0x7f.0x1/x": true, "registry.localhost/x": true,
		"8.8.8.8/x": false, "registry.example/x:1": false, "nginx": false, "library/nginx": false, "10.example/x": false, "registry:5000/x": false, "[2001:4860::1]/x": false,
	} {
		for _, c := range []struct {
			allow  []string
			pulled bool
		}{{nil, false}, {nil, true}, {[]string{"registry.example"}, false}} {
			allow, err := reference.ParseAllow(c.allow)
			if err != nil {
				t.Fatal(err)
			}
			s := &Scanner{options: Options{Allow: allow}}
			err = s.checkHost(model.ScanTarget{Reference: ref, Pulled: c.pulled})
			if want := refused && !c.pulled; (err != nil) != want {
				t.Errorf("%s, %v: %v", ref, c, err)
			}
		}
	}
	allow, err := reference.ParseAllow([]string{"10.0.0.7:5000/team"})
	if err != nil {
		t.Fatal(err)
	}
	s := &Scanner{options: Options{Allow: allow}}
	if err := s.checkHost(model.ScanTarget{Reference: "10.0.0.7:5000/team/x:1"}); err != nil {
		t.Error(err)
	}
	if err := s.checkHost(model.ScanTarget{Reference: "10.0.0.7:5000/other/x:1"}); !errors.Is(err, errHost) {
		t.Error(err)
	}
}
