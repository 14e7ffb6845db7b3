package lifecycle

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// shown writes tables in short, so that tests can say what they expect.
func shown(u *Update) string {
	var b strings.Builder
	for i := range u.Tables {
		t := &u.Tables[i]
		fmt.Fprintf(&b, "%s by %s as of %s\n", t.name(), t.Source.Name, t.Source.AsOf)
		for _, c := range t.Cycles {
			fmt.Fprintf(&b, "  %s out %s maintained %s end %s extended %s", c.Name, c.Released, c.Maintenance, c.End, c.Extended)
			fmt.Fprintf(&b, " ended %v lts %v latest %s %s\n", c.Ended, c.LTS, c.Latest, c.Out)
		}
		for _, r := range t.Releases {
			fmt.Fprintf(&b, "  %s %s\n", r.Version, r.Out)
		}
		for _, v := range t.Vulnerabilities {
			fmt.Fprintf(&b, "  %s %s %v %q %s\n", v.ID, v.Published, v.Score, v.Components, v.URL)
			for _, r := range v.Ranges {
				fmt.Fprintf(&b, "    %+v\n", r)
			}
		}
		for _, d := range t.Deprecations {
			d.Source = nil
			fmt.Fprintf(&b, "  %+v\n", d)
		}
		for _, a := range t.AddOns {
			a.Source = nil
			fmt.Fprintf(&b, "  %+v\n", a)
		}
	}
	return b.String()
}

func TestReadForeignFormats(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"pages of endoflife.date", `{"containerd":[{"releaseCycle":"1.7","releaseDate":"2023-03-10","lts":"True","eoas":"2025-05-05","eol":"2026-09-01","latest":"1.7.34","latestReleaseDate":"2026-07-09"}],
			"vmware-photon":[{"releaseCycle":"5.0","releaseDate":"2023-05-02","eol":"False"},{"releaseCycle":"1.0","releaseDate":"2016-06-11","eol":true}],"php":[]}`,
			`support containerd by endoflife.date as of 2026-07-09
  1.7 out 2023-03-10 maintained 2025-05-05 end 2026-09-01 extended  ended false lts true latest 1.7.34 2026-07-09
support vmware-photon by endoflife.date as of 2026-07-09
  5.0 out 2023-05-02 maintained  end  extended  ended false lts false latest  
  1.0 out 2016-06-11 maintained  end  extended  ended true lts false latest  
`},
		{"API of endoflife.date, one product", `{"schema_version":"1.2.0","generated_at":"2026-11-20T01:02:03+00:00","last_modified":"2026-11-01T00:00:00Z","result":{"name":"kubernetes","label":"Kubernetes","releases":[
			{"name":"1.37","codename":null,"releaseDate":"2026-08-26","isLts":false,"ltsFrom":null,"isEoas":false,"eoasFrom":"2027-08-28","isEol":false,"eolFrom":"2027-10-28","isEoes":null,"eoesFrom":null,"isMaintained":true,"latest":{"name":"1.37.2","date":"2026-10-28","link":"https://x"}},
			{"name":"1.16","releaseDate":"2019-09-18","isEol":true,"eolFrom":null,"latest":null}]}}`,
			`support kubernetes by endoflife.date as of 2026-11-20
  1.37 out 2026-08-26 maintained 2027-08-28 end 2027-10-28 extended  ended false lts false latest 1.37.2 2026-10-28
  1.16 out 2019-09-18 maintained  end  extended  ended true lts false latest  
`},
		{"API of endoflife.date, all", `{"generated_at":"2026-11-20T01:02:03Z","result":[{"name":"php","releases":[{"name":"8.4"}]},{"name":"amazon-eks","releases":[{"name":"1.33","releaseDate":"2025-05-28","eolFrom":"2026-07-29","isEol":true,"isEoes":false,"eoesFrom":"2027-07-29"}]}]}`,
			`support amazon-eks by endoflife.date as of 2026-11-20
  1.33 out 2025-05-28 maintained  end 2026-07-29 extended 2027-07-29 ended false lts false latest  
`},
		{"debian.json", `[{"cycle":"12","releaseDate":"2023-06-10","support":"2026-07-11","eol":"2028-06-30","latest":12.15,"latestReleaseDate":"2026-07-11","lts":false,"extendedSupport":true}]`,
			`support debian by endoflife.date as of 2026-07-11
  12 out 2023-06-10 maintained 2026-07-11 end 2028-06-30 extended  ended false lts false latest 12.15 2026-07-11
`},
		{"eol.yaml", "# comment\n---\nbranches:\n- endOfLifeDate: \"2022-12-08\"\n  finalPatchRelease: 1.22.17\n  release: \"1.22\"\n  note: late\n- endOfLifeDate: \"2022-11-09\"\n  finalPatchRelease: 1.22.16\n  release: \"1.22\"\n- endOfLifeDate: 2025-07-15\n  finalPatchRelease: 1.30.14\n  release: 1.30\n",
			`support kubernetes by kubernetes/website eol.yaml as of 2025-07-15
  1.22 out  maintained  end 2022-12-08 extended  ended false lts false latest 1.22.17 
  1.30 out  maintained  end 2025-07-15 extended  ended false lts false latest 1.30.14 
`},
		{"schedule.yaml", "schedules:\n- release: 1.30\n  releaseDate: 2024-04-17\n  maintenanceModeStartDate: \"2025-04-28\"\n  endOfLifeDate: 2025-06-28\n  next:\n    release: 1.30.2\n    targetDate: 2099-01-01\n  previousPatches:\n  - release: 1.30.1\n    cherryPickDeadline: N/A\n    targetDate: 2024-05-15\n    note: >-\n      x\n  - release: 1.30.0\n    targetDate: 2024-04-17\nupcoming_releases: []\n",
			`releases by kubernetes/website schedule.yaml as of 2024-05-15
  1.30.1 2024-05-15
  1.30.0 2024-04-17
support kubernetes by kubernetes/website schedule.yaml as of 2024-05-15
  1.30 out 2024-04-17 maintained 2025-04-28 end 2025-06-28 extended  ended false lts false latest 1.30.1 2024-05-15
`},
		{"releases.yaml", "releases:\n  - version: \"v1.35\"\n    status: supported\n    eolDate: \"2027-02-28\"\n    maintenanceModeStartDate: \"2026-12-28\"\n    featureGates:\n      - name: X\n    patchReleases:\n      - version: v1.35.1\n        releaseDate: \"2026-02-10\"\n      - version: \"v1.35.0\"\n        releaseDate: \"2025-12-17\"\n",
			`releases by kubernetes/website releases.yaml as of 2026-02-10
  1.35.1 2026-02-10
  1.35.0 2025-12-17
support kubernetes by kubernetes/website releases.yaml as of 2026-02-10
  1.35 out 2025-12-17 maintained 2026-12-28 end 2027-02-28 extended  ended false lts false latest 1.35.1 2026-02-10
`},
		{"OSV", `[{"id":"OSV-1","aliases":["cve-2026-1"],"modified":"2026-03-02T00:00:00Z","published":"2026-03-01T00:00:00Z","summary":" two\n words\u001b[31m","references":[{"type":"WEB","url":"https://a"},{"type":"REPORT","url":"https://github.com/kubernetes/kubernetes/issues/1"}],"affected":[
			{"package":{"ecosystem":"Kubernetes","name":"k8s.io/kubelet"},"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"}],"ranges":[{"type":"SEMVER","events":[{"introduced":"1.36.0"},{"fixed":"1.36.2"},{"introduced":"0"},{"fixed":"1.35.5"}]}]},
			{"package":{"ecosystem":"kubernetes","name":"k8s.io/apiserver"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.35.5"},{"introduced":"1.36.0"},{"fixed":"1.36.2"}]}]},
			{"package":{"ecosystem":"kubernetes","name":"k8s.io/kube-proxy"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.30.0"},{"last_affected":"1.30.4"},{"introduced":"1.37.0"}]}],"versions":["1.29.1"]},
			{"package":{"ecosystem":"Go","name":"k8s.io/ingress-nginx"}}]},
			{"id":"CVE-2026-2","modified":"2026-04-02T00:00:00Z","withdrawn":"2026-04-02T00:00:00Z","affected":[{"package":{"ecosystem":"Kubernetes","name":"k8s.io/kubernetes"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}]`,
			`vulnerabilities by cve-feed-osv as of 2026-04-02
  CVE-2026-1 2026-03-01 8.8 ["kubelet" "kube-apiserver"] https://github.com/kubernetes/kubernetes/issues/1
    {Introduced: Last: Before: Fixed:1.35.5 Open:false}
    {Introduced:1.36.0 Last: Before: Fixed:1.36.2 Open:false}
  CVE-2026-1 2026-03-01 0 ["kube-proxy"] https://github.com/kubernetes/kubernetes/issues/1
    {Introduced:1.30.0 Last:1.30.4 Before: Fixed: Open:false}
    {Introduced:1.37.0 Last: Before: Fixed: Open:true}
    {Introduced:1.29.1 Last:1.29.1 Before: Fixed: Open:false}
  CVE-2026-2  0 [] 
`},
		{"k8s-cves", "cve: CVE-2026-3\nurl: https://nvd\nissueUrl: https://github.com/kubernetes/kubernetes/issues/3\npublished: 2026-05-06T00:00Z\ndescription: |\n  Words.\ncomponents:\n  - kubelet\ncvss:\n  nvd:\n    scoreV3: 9.8\n  kubernetes:\n    scoreV3: 6.5\naffected:\n  - range: \"< 1.13.10\"\n    fixedBy: \"1.13.11\"\n  - range: \"< 1.11.0, <= 1.11.7\"\n    fixedBy: \"1.11.8\"\n  - range: \"1.16.0\"\n    fixedBy: 1.16.1\n  - range: \">= 1.30, <= 1.30.9\"\n    fixedBy: \"1.30.10\"\n  - range: \">= 1.31\"\n  - range: \"< 1.29.14\"\n    fixedBy: \"1.29.14\"\n",
			`vulnerabilities by k8s-cves as of 2026-05-06
  CVE-2026-3 2026-05-06 6.5 ["kubelet"] https://github.com/kubernetes/kubernetes/issues/3
    {Introduced: Last: Before:1.13.10 Fixed:1.13.11 Open:false}
    {Introduced: Last: Before:1.11.0 Fixed:1.11.8 Open:false}
    {Introduced:1.16.0 Last:1.16.0 Before: Fixed:1.16.1 Open:false}
    {Introduced:1.30 Last:1.30.9 Before: Fixed:1.30.10 Open:false}
    {Introduced:1.31 Last: Before: Fixed: Open:true}
    {Introduced: Last: Before: Fixed:1.29.14 Open:false}
`},
	} {
		u, err := ReadAny(c.name, []byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := shown(u); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestReadPluto(t *testing.T) {
	data := []byte("deprecated-versions:\n- version: policy/v1beta1\n  kind: PodSecurityPolicy\n  deprecated-in: v1.21.0\n  removed-in: v1.25.0\n  component: k8s\n- version: v1\n  kind: ComponentStatus\n  deprecated-in: v1.19.0\n  removed-in: \"\"\n  component: k8s\n")
	if _, err := ReadAny("versions.yaml", data); err == nil || !strings.Contains(err.Error(), "versions.yaml: does not say as of when") {
		t.Errorf("a file without a day is read: %v", err)
	}
	u, err := ReadAll([]Document{{Name: "versions.yaml", Data: data, Modified: time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC)}})
	if err != nil {
		t.Fatal(err)
	}
	want := `deprecations by pluto as of 2026-11-01
  {Group:policy Version:v1beta1 Kind:PodSecurityPolicy Deprecated:1.21 Removed:1.25 Replacement: Since: Component:k8s Source:<nil>}
  {Group: Version:v1 Kind:ComponentStatus Deprecated:1.19 Removed: Replacement: Since: Component:k8s Source:<nil>}
`
	if got := shown(u); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestReadRefuses(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for _, c := range []struct{ name, data, want string }{
		{"empty", " \n", "empty: is empty"},
		{"text", "hello", "is no JSON and no YAML"},
		{"html", "<html><body>404</body></html>", "is no JSON and no YAML"},
		{"cut", `{"kubernetes":[{"releaseCycle":"1.3`, "is cut or is no JSON"},
		{"other", `{"a":1}`, "is JSON of no kind"},
		{"gz", "\x1f\x8b\x08", "is packed"},
		{"zip", "PK\x03\x04", "is packed"},
		{"deep", deep, "is cut or is no JSON"},
		{"deep yaml", "a: " + deep, "yaml:"},
		{"bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nbranches: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n", ""},
		{"day", `{"debian":[{"releaseCycle":"12","eol":"soon"}]}`, `debian: "\"soon\"" is neither a day`},
		{"far day", `{"debian":[{"releaseCycle":"12","eol":"9999-01-01","releaseDate":"2020-01-01"}]}`, "debian:"},
		{"no day", `{"debian":[{"releaseCycle":"12"}]}`, "does not say as of when"},
		{"no name", `{"debian":[{"releaseDate":"2020-01-01"}]}`, `row 1: name "" is no name`},
		{"escape", `{"debian":[{"releaseCycle":"12\u001b[2J","releaseDate":"2020-01-01"}]}`, "row 1: name"},
		{"yaml day", "branches:\n- release: 1.30\n  endOfLifeDate: never\n  finalPatchRelease: 1.30.1\n", `branches[0].endOfLifeDate: "never" is no day`},
		{"yaml version", "schedules:\n- release: 1.30\n  releaseDate: 2024-04-17\n  previousPatches:\n  - release: x\n", `schedules[0].previousPatches[0].release: "x" is no version`},
		{"osv version", `{"id":"CVE-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"kubernetes","name":"k8s.io/kubelet"},"ranges":[{"type":"SEMVER","events":[{"introduced":"new"}]}]}]}`, `CVE-1: affected[0].ranges[0]: events[0]: "new" is no version`},
		{"osv other", `{"id":"CVE-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"stdlib"}}]}`, "none of 1 vulnerabilities is one of Kubernetes itself"},
		{"osv undated", `{"id":"CVE-1","affected":[]}`, "CVE-1: does not say when it was written"},
		{"cve range", "cve: CVE-1\npublished: 2026-01-01\naffected:\n- range: '~> 1.3'\n", `CVE-1: affected[0]: range: "~> 1.3" is no version`},
		{"cve operator", "cve: CVE-1\npublished: 2026-01-01\naffected:\n- range: '<> 1.3'\n", `CVE-1: affected[0]: range "<> 1.3": "<>" is not read here`},
		{"cve score", "cve: CVE-1\npublished: 2026-01-01\ncvss: {nvd: {scoreV3: 11}}\n", "has a score that is none"},
		{"cve nan", "cve: CVE-1\npublished: 2026-01-01\ncvss: {nvd: {scoreV3: .nan}}\n", "has a score that is none"},
		{"list.json", `[{"cycle":"1"}]`, "its name says of no product"},
	} {
		u, err := ReadAny(c.name, []byte(c.data))
		if err == nil {
			t.Errorf("%s is read: %s", c.name, shown(u))
		} else if !strings.Contains(err.Error(), c.want) || len(err.Error()) > 400 {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := ReadAny("big", make([]byte, MaxSize+1)); err == nil || !strings.Contains(err.Error(), "larger than 16 MB") {
		t.Error(err)
	}
}

// FuzzReadAny feeds anything to all readers: no panic, and what is read passes the check, can be written, and reads back as the same.
func FuzzReadAny(f *testing.F) {
	for _, name := range []string{"cve-feed-osv.tar.gz", "k8s-cves.tar.gz"} {
		for _, d := range raw(f, name)[40:] {
			f.Add(d.Data)
		}
	}
	for _, name := range []string{"eol.yaml", "schedule-2024.yaml"} {
		f.Add(raw(f, name)[0].Data)
	}
	f.Add([]byte(`{"generated_at":"2026-11-20T01:02:03Z","result":[{"name":"amazon-eks","releases":[{"name":"1.33","eolFrom":"2026-07-29","isEol":true}]}]}`))
	f.Add([]byte(`{"debian":[{"releaseCycle":"12","releaseDate":"2023-06-10","eol":"True","lts":"True"}]}`))
	f.Add([]byte(`[{"cycle":"12","releaseDate":"2023-06-10","eol":false}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, err := ReadAll([]Document{{Name: "debian.json", Data: data, Modified: time.Unix(1_790_000_000, 0)}})
		if err != nil {
			return
		}
		file, err := Encode(u)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Decode(file)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if shown(again) != shown(u) {
			t.Fatalf("%s\nbecomes\n%s", shown(u), shown(again))
		}
		if next, err := Default().With(u); err == nil {
			next.Affecting(Kubelet, "1.33.4")
			next.Sets()
		}
	})
}
