package resources

import (
	"cmp"
	"strings"
)

// byName is the order of siblings where nothing else tells them apart: what stands over the nodes of the cluster first, then
// kinds and names as they are read.
func byName(a, b *item) int {
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.ref.Kind, b.ref.Kind), natural(a.ref.Name, b.ref.Name), cmp.Compare(a.key, b.key))
}

// natural compares names so that n2 comes before n10.
func natural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m > 0 && n > 0 {
			p, q := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts those at the beginning of a text.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// short is how kubectl abbreviates a kind before a name: names are what one looks for, and there is little room for them.
func short(kind string) string {
	switch kind {
	case "Deployment":
		kind = "deploy"
	case "ReplicaSet":
		kind = "rs"
	case "DaemonSet":
		kind = "ds"
	case "StatefulSet":
		kind = "sts"
	case "CronJob":
		kind = "cj"
	case "ReplicationController":
		kind = "rc"
	}
	return strings.ToLower(kind) + "/"
}
