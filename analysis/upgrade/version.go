package upgrade

import (
	"slices"
	"strconv"
	"strings"

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

// whole is a minor without a patch: whatever build of it there is. No release of the minor is older.
func (m minor) whole() lifecycle.Version {
	v, _ := lifecycle.ParseVersion(m.String())
	return v
}

// show writes a version: without a patch where none is meant.
func show(v lifecycle.Version) string {
	if v.Raw == v.Line() {
		return v.Raw
	}
	return v.Plain()
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

// paid tells that support of a minor which costs extra, or is for the long term, is all that is left of it by all who know it, and until
// when the longest of them gives it.
func (a *almanac) paid(m minor) (until lifecycle.Day, paid bool) {
	list := a.cycles(m)
	for i := range list {
		c := &list[i]
		if c.End >= a.today || c.End == 0 && !c.Ended {
			return 0, false
		}
		until = max(until, c.Extended)
	}
	return until, len(list) > 0 && until >= a.today
}

// standard is when standard support of a minor ends, by the first of those who know it; 0 where one of them tells no day.
func (a *almanac) standard(m minor) lifecycle.Day {
	list := a.cycles(m)
	var end lifecycle.Day
	for i := range list {
		if list[i].End == 0 {
			return 0
		}
		if end == 0 || list[i].End < end {
			end = list[i].End
		}
	}
	return end
}

// supported lists the minors that have come out, are in standard support, and of which a release is known, the oldest first.
func (a *almanac) supported() []minor {
	product := lifecycle.Kubernetes
	if a.product != "" {
		product = a.product
	}
	var list []minor
	for _, c := range a.tables.All(product) {
		m, ok := a.minor(c.Name)
		if !ok || c.Released > a.today || c.Released == 0 && c.Latest == "" || !a.released(m) {
			continue
		}
		if over, known := a.ended(m); over || !known {
			continue
		}
		if _, paid := a.paid(m); !paid {
			list = append(list, m)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// released tells that a release of a minor is known, of Kubernetes or of its provider's build.
func (a *almanac) released(m minor) bool {
	_, ok := a.newest(m)
	return ok || len(a.builds(m)) > 0
}

// builds gives what is said of a minor of what a provider sells; none where there is no provider, or the tables do not know it.
func (a *almanac) builds(m minor) []lifecycle.Cycle {
	if a.product == "" {
		return nil
	}
	return a.tables.Cycles(a.product, a.cycle(m))
}

// built is the newest patch of a minor that a provider is known to have. Most tell none: a release of OpenShift, and a build of EKS, does
// not name the patch of Kubernetes in it.
func (a *almanac) built(m minor) (newest lifecycle.Version, from *lifecycle.Source, ok bool) {
	if a.product == lifecycle.OpenShift {
		return newest, nil, false
	}
	for _, c := range a.builds(m) {
		v, is := lifecycle.ParseVersion(c.Latest)
		if !is || v.Raw == "" || minorOf(v) != m || c.Out > a.today || !strings.HasPrefix(strings.TrimPrefix(c.Latest, "v"), v.Line()+".") {
			continue
		}
		if v, is = lifecycle.ParseVersion(v.Plain()); is && (!ok || newest.Compare(v) < 0) {
			newest, from, ok = v, c.Source, true
		}
	}
	return newest, from, ok
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
