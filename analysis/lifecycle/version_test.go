package lifecycle

import (
	"slices"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for _, c := range []struct{ text, plain, pre, suffix, provider string }{
		{"v1.29.3-eks-ae9a62a", "1.29.3", "", "eks-ae9a62a", EKS},
		{"v1.30.4-eksbuild.1", "1.30.4", "", "eksbuild.1", EKS},
		{"v1.29.3-eks-1-29-12", "1.29.3", "", "eks-1-29-12", EKSDistro},
		{"v1.31.4-eks-1-31-40", "1.31.4", "", "eks-1-31-40", EKSDistro},
		{"v1.31.4-eks-1234567", "1.31.4", "", "eks-1234567", EKS},
		{"v1.33.1-eks.2", "1.33.1", "", "eks.2", EKS},
		{"v1.36.3-gke.1640000", "1.36.3", "", "gke.1640000", GKE},
		{"v1.29.3-gke.1", "1.29.3", "", "gke.1", GKE},
		{"v1.34.3+rke2r1", "1.34.3", "", "rke2r1", "rke2"},
		{"v1.34.3-rke2r1-build20260115", "1.34.3", "", "rke2r1-build20260115", "rke2"},
		{"v1.35.2+k3s1", "1.35.2", "", "k3s1", "k3s"},
		{"v1.35.2_k3s1", "1.35.2", "", "k3s1", "k3s"},
		{"v1.35.2+k0s", "1.35.2", "", "k0s", "k0s"},
		{"v1.35.2+k0s.0", "1.35.2", "", "k0s.0", "k0s"},
		{"v1.28.3+vmware.1", "1.28.3", "", "vmware.1", "tanzu"},
		{"v1.30.1-aliyun.1", "1.30.1", "", "aliyun.1", "alibaba-ack"},
		{"v1.28.3-tke.5", "1.28.3", "", "tke.5", "tencent-tke"},
		{"v1.31.6+IKS", "1.31.6", "", "IKS", "ibm-iks"},
		{"v1.24.0+4f0dd4d", "1.24.0", "", "4f0dd4d", ""},
		{"v1.31.6+", "1.31.6", "", "", ""},
		{"1.21+", "1.21.0", "", "", ""},
		{"1.28.9", "1.28.9", "", "", ""},
		{"1.28.9-hotfix.2", "1.28.9", "", "hotfix.2", ""},
		{"v1.37.2", "1.37.2", "", "", ""},
		{"v1.37", "1.37.0", "", "", ""},
		{"1.28.2-00", "1.28.2", "", "00", ""},
		{"v1.38.0-alpha.2", "1.38.0", "alpha.2", "", ""},
		{"v1.38.0-rc.1", "1.38.0", "rc.1", "", ""},
		{"v1.38.0-beta.0", "1.38.0", "beta.0", "", ""},
		{"v1.38.0-alpha.2.1215+0b5b2ff7", "1.38.0", "alpha.2.1215", "0b5b2ff7", ""},
		{"v1.36.0-rc.1+rke2r1", "1.36.0", "rc.1", "rke2r1", "rke2"},
		{"v1.29.3-eksotic", "1.29.3", "", "eksotic", ""},
		{"v1.29.3-rcfoo", "1.29.3", "", "rcfoo", ""},
		{"v1.29.3-dirty", "1.29.3", "", "dirty", ""},
	} {
		v, ok := ParseVersion(c.text)
		if !ok || v.Plain() != c.plain || v.Pre != c.pre || v.Suffix != c.suffix || v.Provider != c.provider || v.Raw != c.text {
			t.Errorf("%s: %+v %v, want %+v", c.text, v, ok, c)
		}
	}
}

func TestWhole(t *testing.T) {
	for text, want := range map[string]bool{"v1.31": false, "1.21+": false, "1.31-rc.1": false, "v1.31.0": true, "1.31.4+k3s1": true, "v01.31.04": true, "1.31+a.1": false} {
		v, ok := ParseVersion(text)
		if !ok || v.Whole() != want {
			t.Errorf("%s: %v %t", text, v, v.Whole())
		}
	}
}

func TestNoVersion(t *testing.T) {
	for _, text := range []string{
		"", "v", "1", "v1", "v1.", "v1.x", "latest", "1.2.3.4", "v1.2.", "v1.29.3 eks", "v1.29.3-\x1b[31m", "v1.29.3/4", "-1.2.3", "v-1.2.3",
		"1.9999999.0", "vv1.2.3", "V1.2.3", "1.2.3-é", "sha256:abc", "1,2,3", " 1.2.3", "1.2.3\n", "v1.2.3-" + strings.Repeat("a", 100),
	} {
		if v, ok := ParseVersion(text); ok {
			t.Errorf("%q is taken for %+v", text, v)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	sorted := []string{
		"1.9.0", "1.10.0-alpha.1", "1.10.0-alpha.2", "1.10.0-alpha.2.15", "1.10.0-alpha.10", "1.10.0-beta.0", "1.10.0-rc", "1.10.0-rc.1", "1.10.0",
		"1.10.1-gke.5", "1.10.2", "1.10.10", "2.0.0",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := compareVersions(a, b); got != want {
				t.Errorf("%s against %s: %d, want %d", a, b, got, want)
			}
		}
	}
	// What a provider appends makes no version older, unlike what semantic versions say.
	if compareVersions("v1.29.0-eks-ae9a62a", "1.29.0") != 0 {
		t.Error("a suffix counts")
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"v1.29.3-eks-ae9a62a", "1.21+", "v1.38.0-alpha.2.1215+0b5b2ff7", "v1.2.3_x", "1.2.3-rc.01"} {
		f.Add(s, "1.2.3")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		v, ok := ParseVersion(a)
		if !ok {
			if v != (Version{}) {
				t.Fatal("something is left of what is no version")
			}
			return
		}
		again, ok := ParseVersion(v.Plain())
		if !ok || again.Plain() != v.Plain() {
			t.Fatalf("%q becomes %q, which is read as %+v", a, v.Plain(), again)
		}
		if w, ok := ParseVersion(b); ok && v.Compare(w) != -w.Compare(v) {
			t.Fatalf("%q and %q compare to %d and %d", a, b, v.Compare(w), w.Compare(v))
		}
		if strings.ContainsFunc(v.Pre+v.Suffix, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q leaves %q %q", a, v.Pre, v.Suffix)
		}
	})
}

func TestCompareLines(t *testing.T) {
	lines := []string{"1.10", "1.9", "cos-121", "cos-97", "2", "2023", "24.04", "20.04", "23h2-ac"}
	slices.SortFunc(lines, compareLines)
	if got := strings.Join(lines, " "); got != "1.9 1.10 2 20.04 24.04 2023 23h2-ac cos-97 cos-121" {
		t.Error(got)
	}
}
