package lifecycle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The grid compares Affecting with a reading of the sources' own files that shares no code with it: sorted events of OSV as its
// specification evaluates them, and conditions of k8s-cves that must all hold.

// finals are the last patches that the sources know.
var finals = map[int]int{
	10: 13, 11: 10, 12: 10, 13: 12, 14: 10, 15: 12, 16: 15, 17: 17, 18: 20, 19: 16, 20: 15, 21: 14, 22: 17, 23: 17, 24: 17, 25: 16, 26: 15, 27: 16,
	28: 15, 29: 15, 30: 14, 31: 14, 32: 13, 33: 13, 34: 13, 35: 10, 36: 6, 37: 2,
}

func everyPatch() []string {
	var all []string
	for minor := 10; minor <= 37; minor++ {
		for patch := 0; patch <= finals[minor]; patch++ {
			all = append(all, fmt.Sprintf("1.%d.%d", minor, patch))
		}
	}
	return all
}

var parts = []string{APIServer, ControllerManager, Scheduler, CloudController, Kubelet, Proxy}

var versionPattern = regexp.MustCompile(`^(\d+)\.(\d+)(?:\.(\d+))?(?:-([a-z0-9.]+))?$`)

// key makes a version a text that sorts as versions do; a pre-release comes before its release.
func key(t testing.TB, version string) string {
	m := versionPattern.FindStringSubmatch(version)
	if m == nil {
		if version == "0" {
			return ""
		}
		t.Fatalf("%q is no version", version)
	}
	key := ""
	for _, part := range m[1:4] {
		n, _ := strconv.Atoi("0" + part)
		key += fmt.Sprintf("%06d.", n)
	}
	if m[4] == "" {
		return key + "~"
	}
	return key + m[4]
}

// reference is a CVE as a source has it: which components, and which versions.
type reference struct {
	id   string
	of   func(component string) bool
	says func(version string) bool
}

func osvReferences(t testing.TB, sorted bool) []reference {
	components := map[string]string{
		"k8s.io/apiserver": "kube-apiserver", "k8s.io/controller-manager": "kube-controller-manager", "k8s.io/kube-proxy": "kube-proxy",
		"k8s.io/kubelet": "kubelet", "k8s.io/kubectl": "kubectl", "k8s.io/client-go": "client-go", "k8s.io/kubernetes": "*",
	}
	var all []reference
	for _, d := range raw(t, "cve-feed-osv.tar.gz") {
		var file struct {
			ID       string
			Affected []struct {
				Package struct{ Name string }
				Ranges  []struct{ Events []map[string]string }
			}
		}
		if err := json.Unmarshal(d.Data, &file); err != nil {
			t.Fatal(err)
		}
		for _, a := range file.Affected {
			component := components[a.Package.Name]
			if component == "" {
				continue
			}
			all = append(all, reference{
				id: file.ID,
				of: func(c string) bool { return component == "*" || c == component },
				says: func(version string) bool {
					for _, r := range a.Ranges {
						events := slices.Clone(r.Events)
						if sorted {
							sort.SliceStable(events, func(i, j int) bool { return key(t, at(events[i])) < key(t, at(events[j])) })
						}
						if within(t, events, version, sorted) {
							return true
						}
					}
					return false
				},
			})
		}
	}
	return all
}

func at(event map[string]string) string {
	return event["introduced"] + event["fixed"] + event["last_affected"]
}

// within evaluates events as the specification of OSV does once they are sorted. Unsorted it reads them in the order of the file, pair by
// pair up to the first that decides, as a careless reader would.
func within(t testing.TB, events []map[string]string, version string, sorted bool) bool {
	inside := false
	for _, e := range events {
		reached := key(t, version) >= key(t, at(e))
		switch {
		case e["introduced"] != "" && reached:
			inside = true
		case e["fixed"] != "" && reached:
			inside = false
		case e["last_affected"] != "" && key(t, version) > key(t, at(e)):
			inside = false
		}
	}
	return inside
}

// corrected are those of which k8s-cves names no component, and another source does.
var corrected = map[string]string{
	"CVE-2020-8554": APIServer, "CVE-2020-8562": APIServer, "CVE-2020-8566": ControllerManager, "CVE-2021-25740": APIServer,
}

func k8sCVEReferences(t testing.TB) []reference {
	var all []reference
	for _, d := range raw(t, "k8s-cves.tar.gz") {
		var file struct {
			CVE        string
			Components []string
			Affected   []struct{ Range string }
		}
		if err := yaml.Unmarshal(d.Data, &file); err != nil {
			t.Fatal(err)
		}
		all = append(all, reference{
			id: file.CVE,
			of: func(c string) bool {
				if of := corrected[file.CVE]; len(file.Components) == 0 && of != "" {
					return c == of
				}
				return len(file.Components) == 0 || slices.Contains(file.Components, c)
			},
			says: func(version string) bool {
				for _, a := range file.Affected {
					if holds(t, a.Range, version) {
						return true
					}
				}
				return false
			},
		})
	}
	return all
}

// holds evaluates a range as github.com/hashicorp/go-version does, which the source names: all conditions, and a bare version is that one.
func holds(t testing.TB, expression, version string) bool {
	for _, condition := range strings.Split(expression, ",") {
		condition = strings.TrimSpace(condition)
		bound := strings.TrimLeft(condition, "<>= ")
		have, want := key(t, version), key(t, bound)
		ok := false
		switch strings.TrimSpace(strings.TrimSuffix(condition, bound)) {
		case "<":
			ok = have < want
		case "<=":
			ok = have <= want
		case ">=":
			ok = have >= want
		case "":
			ok = have == want
		default:
			t.Fatalf("%q is no condition", condition)
		}
		if !ok {
			return false
		}
	}
	return true
}

// said lists what references say of a component at a version.
func said(all []reference, component, version string) (affected, spared []string) {
	known := map[string]bool{}
	for _, r := range all {
		known[r.id] = known[r.id] || r.of(component) && r.says(version)
	}
	for id, yes := range known {
		if yes {
			affected = append(affected, id)
		} else {
			spared = append(spared, id)
		}
	}
	slices.Sort(affected)
	slices.Sort(spared)
	return affected, spared
}

func TestGridOfVulnerabilities(t *testing.T) {
	sources := map[string][]reference{"cve-feed-osv": osvReferences(t, true), "k8s-cves": k8sCVEReferences(t)}
	tables := Default()
	cells, hits := 0, 0
	for _, version := range everyPatch() {
		for _, component := range parts {
			per, not := map[string][]string{}, map[string][]string{}
			var ids []string
			for _, hit := range tables.Affecting(component, version) {
				for _, s := range hit.Per {
					per[s.Name] = append(per[s.Name], hit.ID)
				}
				for _, s := range hit.Not {
					not[s.Name] = append(not[s.Name], hit.ID)
				}
				ids = append(ids, hit.ID)
				hits++
			}
			for name, references := range sources {
				affected, spared := said(references, component, version)
				got := slices.Sorted(slices.Values(per[name]))
				if !slices.Equal(got, affected) {
					t.Fatalf("%s %s by %s: %v, want %v", component, version, name, got, affected)
				}
				// Of what any source calls affected, this one must be among those that do not, if it knows it at all.
				spared = slices.DeleteFunc(spared, func(id string) bool { return !slices.Contains(ids, id) })
				if got := slices.Sorted(slices.Values(not[name])); !slices.Equal(got, spared) {
					t.Fatalf("%s %s: not affected by %s: %v, want %v", component, version, name, got, spared)
				}
				cells++
			}
		}
	}
	t.Logf("%d cells, %d hits", cells, hits)
}

// TestHowFarTheSourcesAgree holds what people are told of the sources: on how many vulnerabilities that both know they differ, and how
// many are misread where events are taken in the order of the file. Reading a bare version ("1.13.0") as one without bounds makes three
// more differ, and marks every later version.
func TestHowFarTheSourcesAgree(t *testing.T) {
	osv, cves, careless := byID(osvReferences(t, true)), byID(k8sCVEReferences(t)), byID(osvReferences(t, false))
	shared, differ, misread := 0, 0, 0
	for id := range osv {
		if cves[id] != nil {
			shared++
		}
		if cves[id] != nil && !alike(osv[id], cves[id]) {
			differ++
		}
		if !alike(osv[id], careless[id]) {
			misread++
		}
	}
	if shared != 42 || differ != 11 || misread != 9 {
		t.Errorf("%d shared, %d differ, %d misread; want 42, 11, 9", shared, differ, misread)
	}
	for _, version := range []string{"1.35.9", "1.36.6"} {
		for _, hit := range Default().Affecting(Kubelet, version) {
			if hit.ID == "CVE-2019-11245" || hit.ID == "CVE-2019-16276" {
				t.Errorf("%s is said to have %s, which was in 1.13.6, 1.14.2 and below 1.16.1", version, hit.ID)
			}
		}
	}
}

func byID(all []reference) map[string][]reference {
	m := map[string][]reference{}
	for _, r := range all {
		m[r.id] = append(m[r.id], r)
	}
	return m
}

// alike tells whether two say the same of every version from 1.10.0 to 1.32.17, in whatever component.
func alike(a, b []reference) bool {
	says := func(all []reference, version string) bool {
		return slices.ContainsFunc(all, func(r reference) bool { return r.says(version) })
	}
	for minor := 10; minor <= 32; minor++ {
		for patch := 0; patch <= 17; patch++ {
			version := fmt.Sprintf("1.%d.%d", minor, patch)
			if says(a, version) != says(b, version) {
				return false
			}
		}
	}
	return true
}
