package upgrade

import (
	"slices"
	"strconv"

	"canopy/analysis/lifecycle"
)

// minor is a minor version, in the order in which they came out.
type minor int

// majors keeps minors of two majors so far apart that no rule lets them run together.
const majors = 1_000_000

func minorOf(v lifecycle.Version) minor { return minor(v.Major*majors + v.Minor) }

// String is 1.36, as tables name it.
func (m minor) String() string {
	return strconv.Itoa(int(m/majors)) + "." + strconv.Itoa(int(m%majors))
}

// initial is the first release of a minor.
func (m minor) initial() lifecycle.Version {
	v, _ := lifecycle.ParseVersion(m.String() + ".0")
	return v
}

// reach is how many minors a kubelet or kube-proxy of a version may be older than an API server, and kube-proxy from its kubelet:
// https://kubernetes.io/releases/version-skew-policy/
func reach(v lifecycle.Version) minor {
	if minorOf(v) < majors+25 {
		return 2
	}
	return 3
}

// almanac is what tables say of releases as of a day.
type almanac struct {
	tables *lifecycle.Tables
	today  lifecycle.Day
	// product is what a provider sells, "" where there is none or the tables do not know it.
	product string
}

// newest is the newest patch of a minor that has come out; false where no source knows one.
func (a *almanac) newest(m minor) (lifecycle.Version, bool) {
	for _, r := range a.tables.Releases(m.String()) {
		if r.Out <= a.today {
			if v, ok := lifecycle.ParseVersion(r.Version); ok {
				return v, true
			}
		}
	}
	return lifecycle.Version{}, false
}

// cycle names a line of what a provider sells: OpenShift 4.20 is Kubernetes 1.33.
func (a *almanac) cycle(m minor) string {
	if a.product == lifecycle.OpenShift {
		return "4." + strconv.Itoa(int(m%majors)-openShiftBehind)
	}
	return m.String()
}

// openShiftBehind is by how much a minor of OpenShift 4 is lower than that of the Kubernetes in it.
const openShiftBehind = 13

// cycles gives what is said of the support of a minor: by its provider, where the tables know that.
func (a *almanac) cycles(m minor) []lifecycle.Cycle {
	if a.product != "" {
		if list := a.tables.Cycles(a.product, a.cycle(m)); len(list) > 0 {
			return list
		}
	}
	return a.tables.Cycles(lifecycle.Kubernetes, m.String())
}

// ended tells that all who know a minor say that support of it has ended, that which costs extra too; known is false where nobody does.
func (a *almanac) ended(m minor) (ended, known bool) {
	list := a.cycles(m)
	for i := range list {
		c := &list[i]
		last := max(c.End, c.Extended)
		if last >= a.today || last == 0 && !c.Ended {
			return false, true
		}
	}
	return len(list) > 0, len(list) > 0
}

// newestSupported is the newest minor that has come out, is supported, and of which a release is known; false where there is none.
func (a *almanac) newestSupported() (minor, bool) {
	product := lifecycle.Kubernetes
	if a.product != "" {
		product = a.product
	}
	var found minor
	for _, c := range a.tables.All(product) {
		m, ok := a.minor(c.Name)
		if !ok || m <= found || c.Released > a.today || c.Released == 0 && c.Latest == "" {
			continue
		}
		if over, known := a.ended(m); over || !known {
			continue
		}
		if _, ok := a.newest(m); ok {
			found = m
		}
	}
	return found, found != 0
}

func (a *almanac) minor(cycle string) (minor, bool) {
	v, ok := lifecycle.ParseVersion(cycle)
	if !ok {
		return 0, false
	}
	if a.product == lifecycle.OpenShift {
		if v.Major != 4 {
			return 0, false
		}
		return majors + minor(v.Minor+openShiftBehind), true
	}
	return minorOf(v), true
}

// sourced names where what is known of the releases of a minor comes from, and as of when.
func (a *almanac) sourced(m minor) (names []string, date string) {
	var oldest lifecycle.Day
	add := func(s *lifecycle.Source) {
		if s == nil || s.Name == "" {
			return
		}
		names = append(names, s.Name)
		if oldest == 0 || s.AsOf != 0 && s.AsOf < oldest {
			oldest = s.AsOf
		}
	}
	for _, c := range a.cycles(m) {
		add(c.Source)
	}
	if list := a.tables.Releases(m.String()); len(list) > 0 {
		add(list[0].Source)
	}
	slices.Sort(names)
	return slices.Compact(names), oldest.String()
}
