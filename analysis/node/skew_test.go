package node

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
)

//go:embed testdata/skew.txt
var policyText string

// first and last are the minors of the grid.
const first, last = 20, 38

// The reference knows nothing of the code that is tested: it counts down from each API server, one minor after the other.

// below lists a minor and as many before it.
func below(server, steps int) []int {
	l := []int{server}
	for range steps {
		server--
		l = append(l, server)
	}
	return l
}

// mayServe tells whether a kubelet or kube-proxy may run with one API server.
func mayServe(server, m int) bool {
	if m < 25 {
		return slices.Contains(below(server, 2), m)
	}
	return slices.Contains(below(server, 3), m)
}

// mayControl tells whether a controller manager or the like may run with one API server.
func mayControl(server, m int) bool { return slices.Contains(below(server, 1), m) }

// mayStand tells whether kube-proxy may run beside a kubelet.
func mayStand(kubelet, m int) bool {
	for _, pair := range [][2]int{{kubelet, m}, {m, kubelet}} {
		list := below(pair[0], 3)
		if m < 25 {
			list = below(pair[0], 2)
		}
		if slices.Contains(list, pair[1]) {
			return true
		}
	}
	return false
}

// all tells whether something holds for every API server.
func all(servers []int, m int, may func(server, m int) bool) bool {
	return !slices.ContainsFunc(servers, func(s int) bool { return !may(s, m) })
}

// blocks tells that what may run now may not once the newest API server has gone one minor further.
func blocks(servers []int, m int) bool {
	return all(servers, m, mayServe) && !mayServe(slices.Max(servers)+1, m)
}

func minorAt(m int) minor { return minor(majors + m) }

func serversAt(list []int) servers {
	var s servers
	for _, m := range list {
		s = s.add(minorAt(m))
	}
	return s
}

func broken(l []hitch) bool { return slices.ContainsFunc(l, func(h hitch) bool { return h.broken }) }

// sets are all API servers of one minor, of two next to each other, and some that are further apart.
func sets() [][]int {
	var l [][]int
	for s := first; s <= last; s++ {
		l = append(l, []int{s})
		if s > first {
			l = append(l, []int{s, s - 1}, []int{s - 1, s, s})
		}
		if s > first+1 {
			l = append(l, []int{s - 2, s})
		}
	}
	return l
}

// TestSkewGrid compares all sets of API servers with all kubelets and all instances of kube-proxy, and all other components.
func TestSkewGrid(t *testing.T) {
	cells := 0
	for _, set := range sets() {
		s := serversAt(set)
		if got, want := broken(s.apart()), slices.Max(set)-slices.Min(set) > 1; got != want {
			t.Errorf("API servers %v: broken %v, want %v", set, got, want)
		}
		for m := first; m <= last; m++ {
			kubelet := s.skewOf(lifecycle.Kubelet, minorAt(m))
			if got, want := broken(kubelet), !all(set, m, mayServe); got != want {
				t.Errorf("kubelet %d with %v: broken %v, want %v: %v", m, set, got, want, kubelet)
			}
			state, _ := worstOf(kubelet)
			if got, want := state == Due, blocks(set, m); got != want {
				t.Errorf("kubelet %d with %v: %s, blocks %v: %v", m, set, state, want, kubelet)
			}
			if got, want := broken(s.within(lifecycle.Scheduler, minorAt(m))), !all(set, m, mayControl); got != want {
				t.Errorf("scheduler %d with %v: broken %v, want %v", m, set, got, want)
			}
			for p := first; p <= last; p++ {
				proxy := append(s.skewOf(lifecycle.Proxy, minorAt(p)), besides(minorAt(p), minorAt(m))...)
				if got, want := broken(proxy), !all(set, p, mayServe) || !mayStand(m, p); got != want {
					t.Errorf("kube-proxy %d beside %d with %v: broken %v, want %v: %v", p, m, set, got, want, proxy)
				}
				cells++
			}
		}
	}
	if cells < 20_000 {
		t.Errorf("%d cells", cells)
	}
}

// TestSkewExamples holds code and reference against the examples of the policy.
func TestSkewExamples(t *testing.T) {
	minorOf := func(text string) int {
		v, ok := lifecycle.ParseVersion(text)
		if !ok {
			t.Fatalf("%q", text)
		}
		return v.Minor
	}
	lines := 0
	for _, text := range strings.Split(policyText, "\n") {
		if text == "" || text[0] == '#' {
			continue
		}
		lines++
		part := strings.Split(text, "|")
		component := strings.TrimSpace(part[0])
		var set, want []int
		for _, v := range strings.Fields(part[1]) {
			set = append(set, minorOf(v))
		}
		for _, v := range strings.Fields(part[2]) {
			want = append(want, minorOf(v))
		}
		s := serversAt(set)
		for m := 15; m <= 45; m++ {
			var got, reference bool
			switch component {
			case lifecycle.APIServer:
				got, reference = !broken(s.add(minorAt(m)).apart()), mayControl(set[0], m) || mayControl(m, set[0])
			case lifecycle.Kubelet, lifecycle.Proxy:
				got, reference = !broken(s.skewOf(component, minorAt(m))), all(set, m, mayServe)
			case "beside":
				got, reference = !broken(besides(minorAt(m), minorAt(set[0]))), mayStand(set[0], m)
			default:
				got, reference = !broken(s.within(component, minorAt(m))), all(set, m, mayControl)
			}
			if may := slices.Contains(want, m); got != may || reference != may {
				t.Errorf("%s: at 1.%d got %v, reference %v, want %v", text, m, got, reference, may)
			}
		}
	}
	if lines < 20 {
		t.Errorf("%d examples", lines)
	}
}

// TestSkewOfNode leads versions through records to verdicts and findings.
func TestSkewOfNode(t *testing.T) {
	for _, c := range []struct {
		server         string
		servers        []string
		kubelet, proxy string
		state          State
		says           string
		finding        bool
	}{
		{"v1.37.2", nil, "v1.37.2", "v1.37.2", OK, "kubelet 1.37 may run with API server 1.37, and so may kube-proxy 1.37", false},
		{"v1.37.2", nil, "v1.34.9", "v1.37.2", Due, "it blocks the next upgrade of the control plane", false},
		{"v1.37.2", nil, "v1.33.9", "v1.36.2", Overdue, "kubelet 1.33 is 4 minors older than API server 1.37, and may be 3", true},
		{"v1.36.2", nil, "v1.37.0", "v1.36.2", Overdue, "kubelet 1.37 is newer than API server 1.36", true},
		{"v1.37.2", []string{"v1.36.4", "v1.37.2"}, "v1.37.2", "v1.36.0", Overdue, "kubelet 1.37 is newer than API server 1.36", true},
		{"v1.26.1-eks-1a", nil, "v1.24.1-eks-1b", "v1.26.1-eksbuild.1", Due, "blocks the next upgrade", false},
		{"v1.27.1-gke.10", nil, "v1.24.1-gke.9", "", Overdue, "kubelet 1.24 is 3 minors older than API server 1.27, and may be 2", true},
		{"v1.37.2", nil, "v1.37.2", "", NoData, "kube-proxy is not seen", false},
		{"v1.37.2", nil, "v1.37.2+k3s1", "", OK, "and so may kube-proxy 1.37", false},
		{"", nil, "v1.37.2", "v1.37.2", NoData, "the version of no API server is known", false},
		{"", nil, "v1.33.2", "v1.37.2", Overdue, "kube-proxy 1.37 is 4 minors newer than its kubelet 1.33", true},
		{"v1.37.2", nil, "none", "v1.37.2", NoData, "this is no version of Kubernetes", false},
		{"v1.37.2", nil, "v1.37.2", "latest", NoData, "the tag of its image is no version: latest", false},
	} {
		w := newWard(t, c.server).put(machine{name: "a", kubelet: c.kubelet}.String())
		for i, s := range c.servers {
			w.put(static(lifecycle.APIServer, fmt.Sprint("c", i), s))
		}
		if c.proxy != "" {
			w.put(proxy("a", c.proxy))
		}
		v := w.verdict("a", Skew)
		if v.State != c.state || !strings.Contains(v.Detail, c.says) {
			t.Errorf("%+v: %+v", c, v)
		}
		if got := w.out.findings["VP05//Node//a"] != nil; got != c.finding {
			t.Errorf("%+v: finding %v", c, got)
		}
	}
}
