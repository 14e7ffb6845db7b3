package report

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

var (
	digestB = "sha256:" + strings.Repeat("b2", 32)
	other   = "sha256:" + strings.Repeat("ee", 32)
)

func TestApply(t *testing.T) {
	line := model.Vulnerability{ID: "CVE-1", Severity: model.High, Package: "libssl", Installed: "1.1"}
	product := func(ids ...string) []Product { return []Product{{IDs: ids}} }
	for name, test := range map[string]struct {
		statements []Statement
		want       string
	}{
		"digest":                       {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}}}}}, NotAffected},
		"digest in a package URL":      {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: Fixed, Products: product("pkg:oci/x@" + strings.Replace(digestB, ":", "%3A", 1))}}, Fixed},
		"digest in a reference":        {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: Fixed, Products: product("shop/web@" + digestB)}}, Fixed},
		"another digest":               {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Digests: []string{other}, IDs: []string{"docker.io/shop/web:1"}}}}}, ""},
		"reference":                    {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("docker.io/shop/web:1")}}, NotAffected},
		"reference in short":           {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("shop/web")}}, NotAffected},
		"another tag":                  {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("docker.io/shop/web:2")}}, ""},
		"package URL of an image":      {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:oci/web?repository_url=docker.io%2Fshop%2Fweb&tag=1")}}, NotAffected},
		"its repository's folder":      {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:oci/web?repository_url=docker.io/shop")}}, NotAffected},
		"docker package URL":           {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:docker/shop/web@1")}}, NotAffected},
		"docker package URL, other":    {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:docker/shop/web@2")}}, ""},
		"a name that anybody may have": {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:oci/web")}}, ""},
		"package":                      {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:apk/alpine/libssl@1.1?arch=x")}}, NotAffected},
		"package of another version":   {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: product("pkg:apk/alpine/libssl@1.2")}}, ""},
		"subcomponent":                 {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}, Parts: []string{"pkg:apk/libssl"}}}}}, NotAffected},
		"another subcomponent":         {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}, Parts: []string{"pkg:apk/zlib"}}}}}, ""},
		"subcomponent that is a word":  {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}, Parts: []string{"libssl"}}}}}, ""},
		"alias in other letters":       {[]Statement{{Vulnerabilities: []string{"GHSA-1", "cve-1"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}}}}}, NotAffected},
		"another vulnerability":        {[]Statement{{Vulnerabilities: []string{"CVE-11"}, Status: NotAffected, Products: []Product{{Digests: []string{digestB}}}}}, ""},
		"no product":                   {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected}}, ""},
		"document that nobody read":    {[]Statement{{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, Products: []Product{{Document: "x", Parts: []string{"pkg:apk/libssl"}}}}}, ""},
		"the newest counts": {[]Statement{
			{Vulnerabilities: []string{"CVE-1"}, Status: Affected, At: 20, Products: []Product{{Digests: []string{digestB}}}},
			{Vulnerabilities: []string{"CVE-1"}, Status: NotAffected, At: 10, Products: []Product{{Digests: []string{digestB}}}},
		}, Affected},
		"the later of two at once": {[]Statement{
			{Vulnerabilities: []string{"CVE-1"}, Status: Affected, At: 20, Products: []Product{{Digests: []string{digestB}}}},
			{Vulnerabilities: []string{"CVE-1"}, Status: Fixed, At: 20, Products: []Product{{Digests: []string{digestB}}}},
		}, Fixed},
	} {
		t.Run(name, func(t *testing.T) {
			list := []model.Vulnerability{line, {ID: "CVE-9", Severity: model.Low}}
			got := Apply(test.statements, []string{digestB}, []string{"shop/web:1"}, list)
			if got[0].VEX != test.want || got[1].VEX != "" || len(got) != 2 {
				t.Errorf("got %+v, want %q", got, test.want)
			}
			if list[0].VEX != "" {
				t.Error("the given list was changed")
			}
			excluded := int32(0)
			if test.want == NotAffected || test.want == Fixed {
				excluded = 1
			}
			if c := Count(got); c.High != 1-excluded || c.Low != 1 {
				t.Errorf("counts %+v", c)
			}
		})
	}
}

func TestLink(t *testing.T) {
	vex, err := Read(t.Context(), "vex", read(t, filepath.Join("testdata", "vex-1.5.cdx.json")))
	if err != nil {
		t.Fatal(err)
	}
	scan, err := Read(t.Context(), "scan", read(t, filepath.Join("testdata", "trivy-1.6.cdx.json")))
	if err != nil {
		t.Fatal(err)
	}
	list := scan.Scans[0].Vulnerabilities
	if got := Apply(vex.Statements, []string{digestB}, nil, list); got[0].VEX != "" {
		t.Errorf("a statement about a package in some document applies everywhere: %+v", got[0])
	}
	got := Apply(Link(vex.Statements, scan.Images), []string{digestB}, nil, list)
	if got[0].VEX != NotAffected || got[0].VEXReason != "no such code" {
		t.Errorf("the link is not followed: %+v", got[0])
	}
	if slices.ContainsFunc(vex.Statements, func(s Statement) bool { return s.Products[0].Document != "" && s.Products[0].Digests != nil }) {
		t.Error("Link changes what it was given")
	}
}

func TestPURL(t *testing.T) {
	for text, want := range map[string]purl{
		"pkg:npm/%40scope/name@1.0":                      {kind: "npm", namespace: "@scope", name: "name", version: "1.0"},
		"pkg:npm/@scope/name":                            {kind: "npm", namespace: "@scope", name: "name"},
		"pkg:golang/github.com/a/b@v1.2.3%2Bx#sub":       {kind: "golang", namespace: "github.com/a", name: "b", version: "v1.2.3+x"},
		"pkg:MAVEN/org.a/b@1?type=jar":                   {kind: "maven", namespace: "org.a", name: "b", version: "1"},
		"pkg://oci/web@sha256%3Aab":                      {kind: "oci", name: "web", version: "sha256:ab"},
		"pkg:oci/web@sha256:ab?repository_url=a.b%2Fweb": {kind: "oci", name: "web", version: "sha256:ab"},
	} {
		got, ok := parsePURL(text)
		if got.qualifiers = nil; !ok || got.kind != want.kind || got.namespace != want.namespace || got.name != want.name || got.version != want.version {
			t.Errorf("%s: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "pkg:", "pkg:npm", "pkg:npm/", "npm/a", "https://a/b@c", "pkg:/a"} {
		if p, ok := parsePURL(text); ok {
			t.Errorf("%q is read as %+v", text, p)
		}
	}
}
