package lifecycle

import (
	"cmp"
	"strconv"
	"strings"
)

// Version is a version of Kubernetes as a component tells it, with what a provider appends taken away.
type Version struct {
	Major, Minor, Patch int
	// Pre is that of a pre-release: rc.1. Suffix is what a provider appended: eks-ae9a62a, gke.1640000, rke2r1, k3s1.
	Pre, Suffix string
	// Provider is whom the suffix tells: EKS, GKE, or another product's name such as "rke2", "k3s"; "" where it tells nobody.
	Provider string
	// Raw is the version as it was told.
	Raw string
}

// versionLimit is longer than any version that somebody appends something to.
const versionLimit = 100

// ParseVersion reads v1.29.3-eks-ae9a62a, v1.36.3-gke.1640000, v1.34.3+rke2r1, 1.21+ and the like; false where it is none. A patch that
// is missing is 0. Tags of images may have _ or - where a version has +.
func ParseVersion(text string) (Version, bool) {
	if len(text) > versionLimit {
		return Version{}, false
	}
	v := Version{Raw: text}
	rest := strings.TrimPrefix(text, "v")
	var ok bool
	if v.Major, rest, ok = number(rest); !ok || !strings.HasPrefix(rest, ".") {
		return Version{}, false
	}
	if v.Minor, rest, ok = number(rest[1:]); !ok {
		return Version{}, false
	}
	if after, found := strings.CutPrefix(rest, "."); found {
		if v.Patch, rest, ok = number(after); !ok {
			return Version{}, false
		}
	}
	if rest == "" {
		return v, true
	}
	if !strings.ContainsRune("-+_", rune(rest[0])) || !appendix(rest) {
		return Version{}, false
	}
	v.Pre, v.Suffix = split(rest)
	v.Provider = maker(v.Suffix)
	return v, true
}

// number reads the digits at the start of a text; no part of a version has more than six.
func number(text string) (int, string, bool) {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n == 0 || n > 6 {
		return 0, text, false
	}
	value, err := strconv.Atoi(text[:n])
	return value, text[n:], err == nil
}

func appendix(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c != '-' && c != '+' && c != '_' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// split tells a pre-release of Kubernetes itself (alpha, beta, rc, and what was built after one) from what others appended. Rules of
// semantic versions would call all of it a pre-release, and count 1.29.3-eks-ae9a62a as older than 1.29.3.
func split(rest string) (pre, suffix string) {
	body := rest[1:]
	if rest[0] != '-' || !preRelease(body) {
		return "", body
	}
	if end := strings.IndexAny(body, "-+_"); end >= 0 {
		return body[:end], body[end+1:]
	}
	return body, ""
}

func preRelease(text string) bool {
	for _, name := range [...]string{"alpha", "beta", "rc"} {
		if after, found := strings.CutPrefix(text, name); found {
			return after == "" || strings.ContainsRune(".-+_0123456789", rune(after[0]))
		}
	}
	return false
}

// Plain is major.minor.patch, as tables have it.
func (v Version) Plain() string { return v.Line() + "." + strconv.Itoa(v.Patch) }

// Whole tells that it names a patch, and not a minor alone as v1.31 and 1.21+ do.
func (v Version) Whole() bool {
	_, rest, found := strings.Cut(v.Raw, ".")
	return found && strings.HasPrefix(strings.TrimLeft(rest, "0123456789"), ".")
}

// Line is major.minor.
func (v Version) Line() string { return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) }

// Compare compares what is plain, a pre-release before its release.
func (v Version) Compare(o Version) int {
	return cmp.Or(cmp.Compare(v.Major, o.Major), cmp.Compare(v.Minor, o.Minor), cmp.Compare(v.Patch, o.Patch), comparePre(v.Pre, o.Pre))
}

// comparePre compares pre-releases by the rules of semantic versions: number by number, a number before a word, the shorter first.
func comparePre(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(left), len(right)) {
		if c := compareWord(left[i], right[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(left), len(right))
}

func compareWord(a, b string) int {
	x, restA, okA := number(a)
	y, restB, okB := number(b)
	okA, okB = okA && restA == "", okB && restB == ""
	switch {
	case okA && okB:
		return cmp.Compare(x, y)
	case okA:
		return -1
	case okB:
		return 1
	}
	return strings.Compare(a, b)
}
