package image

import (
	"cmp"
	"slices"
)

// votes counts by platform: mostly there is one. The platform "" is that of nodes that were not seen, or do not tell theirs.
type votes []vote

type vote struct {
	platform string
	n        int
}

// add counts some more, or less, and tells that a platform came or went.
func (v *votes) add(platform string, by int) (changed bool) {
	for i := range *v {
		if one := &(*v)[i]; one.platform == platform {
			if one.n += by; one.n == 0 {
				*v = slices.Delete(*v, i, i+1)
				return true
			}
			return false
		}
	}
	*v = append(*v, vote{platform, by})
	return true
}

// known lists the platforms that are known, the one with most votes first.
func (v votes) known() (list []string) {
	if len(v) == 1 && v[0].platform != "" {
		return []string{v[0].platform}
	}
	sorted := slices.SortedFunc(slices.Values(v), func(x, y vote) int { return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.platform, y.platform)) })
	for _, one := range sorted {
		if one.platform != "" {
			list = append(list, one.platform)
		}
	}
	return list
}

// has tells that one votes for a platform.
func (v votes) has(platform string) bool {
	return slices.ContainsFunc(v, func(one vote) bool { return one.platform == platform })
}

// count counts a pod for the platforms of the images that it runs, or takes it away. Where one came or went its images are judged anew,
// since a scan is of one platform.
func (a *Analyser) count(h *resident, by int) {
	for i := range h.home.entries {
		it := h.home.entries[i].use.item
		if it.platforms.add(h.platform, by) {
			a.touchItem(it)
		}
	}
}
